// The visits of one day of a month. The month itself is sums; these are asked for when a day is opened, and can be
// dragged out of the list to another day, or picked up there with M.
import { attributes, hour, marks, text } from "./board_draw.js";
import { carried } from "./board_fit.js";

export class OneDay {
  constructor(board) {
    this.board = board;
  }

  async show(cell) {
    const { board } = this, at = Number(cell.dataset.at), row = board.row(cell.closest(".lane").dataset.row);
    const found = await ask(board, row, board.data.days[at].day);
    if (!found || !cell.isConnected) return;
    board.data.kinds = found.kinds; // a month has none of its own
    const before = this.box;
    this.cell = { row: row.id, at };
    this.box = drawn(board, row, at, found.rows[0]?.cells[0].all.filter((one) => one.v) ?? []);
    this.box.addEventListener("toggle", ({ newState, target }) => newState === "closed" && target.remove());
    board.append(this.box);
    before?.remove();
    cell.focus({ preventScroll: true }); // to there the focus comes back
    this.box.showPopover();
    stand(this.box, cell.getBoundingClientRect());
    (this.box.querySelector("a.block") ?? this.box.querySelector("button")).focus({ preventScroll: true });
  }

  // Somebody did something: what is open is asked for again.
  renewed() {
    if (!this.box?.isConnected || this.board.isCarrying) return;
    const cell = this.board.laneOf(this.cell.row)?.querySelector(`[data-at="${this.cell.at}"]`);
    if (cell) this.show(cell);
    else this.close();
  }

  close() {
    this.box?.remove();
  }
}

async function ask(board, row, day) {
  const url = new URL(board.dataset.url, location.href);
  Object.entries({ day, view: "day", resource: row.id }).forEach(([name, value]) => url.searchParams.set(name, value));
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return answer.ok && !answer.redirected ? await answer.json() : null;
  } catch {
    return null;
  }
}

function drawn(board, row, at, visits) {
  const { day, name } = board.data.days[at];
  const box = Object.assign(document.createElement("div"), { className: "day-visits", popover: "auto" });
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", `${row.name}, ${name}`);
  const lines = visits.map((one) => `<li>${line(board, row, at, one)}</li>`).join("");
  box.innerHTML = `<header><span class="grow"><strong>${text(row.name)}</strong> <span class="muted">${text(name)}</span></span><a class="button small" href="/calendar/?day=${day}&amp;view=day">${text(board.say("whole_day"))}</a><button class="button quiet square small" type="button" aria-label="${text(board.say("close"))}">${board.icon("close")}</button></header>${lines ? `<ul>${lines}</ul>` : `<p class="muted none">${text(board.say("none_then"))}</p>`}`;
  box.querySelector("button").onclick = () => box.hidePopover();
  return box;
}

function line(board, row, at, one) {
  const held = one.x && board.may ? ` data-place="${text(JSON.stringify(carried(board, one, row, at)))}"` : "";
  return `<a ${attributes(board, row, one)}${held}><span class="block-hours">${marks(board, one)}${hour(one.a)}–${hour(one.b)}</span> <strong>${text(one.t)}</strong> <span class="block-text">${text(one.s)}</span></a>`;
}

// Below the cell, or above it where there is no room.
function stand(box, cell) {
  const { width, height } = box.getBoundingClientRect();
  const below = cell.bottom + 4, top = below + height > innerHeight - 8 ? Math.max(8, cell.top - height - 4) : below;
  box.style.setProperty("--left", `${Math.max(8, Math.min(innerWidth - width - 8, cell.left))}px`);
  box.style.setProperty("--top", `${top}px`);
}
