// The board without a mouse: arrows walk from visit to visit, Enter opens one, M picks it up. Then the arrows carry it,
// Enter puts it down, Escape leaves it where it was. Work beside the board is picked up in the same way.
import { whyLost } from "./board_fresh.js";
import { fits, itemOf, landsWhereItIs, startOn, STEP } from "./board_fit.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function walkAndMove(board) {
  const mode = { isPlacing: false, outline: (item, target) => outline(board, item, target), renewed: () => renewed(board, mode) };
  const handle = (event) => {
    if (!board.isConnected) return void document.removeEventListener("keydown", handle, true);
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (mode.isPlacing) return carry(board, mode, event);
    const from = event.target.closest?.("visit-board a.block, visit-board a.cell, [data-place]");
    if (!from) return;
    if (event.code === "KeyM" && board.may && !from.matches(".cell")) pickUp(board, mode, from, event);
    else if (event.code === "KeyL" && board.may) lock(board, from, event);
    else if (!ARROWS[event.key]) return;
    else if (from.matches(".cell")) walkDays(board, from, ARROWS[event.key], event);
    else if (from.closest(".day-visits")) walkList(from, ARROWS[event.key], event);
    else if (from.closest(".lane")) walk(board, from, ARROWS[event.key], event);
  };
  document.addEventListener("keydown", handle, true);
  return mode;
}

const handled = (event) => (event.preventDefault(), event.stopPropagation());

function walk(board, from, [aside, down], event) {
  handled(event);
  const lane = from.closest(".lane");
  if (down) return void next(board, lane, down, from.getBoundingClientRect().left);
  const all = [...lane.querySelectorAll("a.block")].sort((one, other) => one.getBoundingClientRect().left - other.getBoundingClientRect().left || one.getBoundingClientRect().top - other.getBoundingClientRect().top);
  all[all.indexOf(from) + aside]?.focus();
}

// To the nearest one of the next lane that has any.
function next(board, lane, down, left) {
  let other = lane;
  while ((other = down > 0 ? other.nextElementSibling : other.previousElementSibling)) {
    if (!other.matches(".lane")) continue;
    if (!other.firstChild) board.fill(other);
    const all = [...other.querySelectorAll("a.block")];
    if (!all.length) continue;
    const far = (one) => Math.abs(one.getBoundingClientRect().left - left);
    all.reduce((best, one) => (far(one) < far(best) ? one : best)).focus();
    return;
  }
}

function walkList(from, [aside, down], event) {
  handled(event);
  const all = [...from.closest("ul").querySelectorAll("a.block")];
  all[all.indexOf(from) + (aside || down)]?.focus();
}

function walkDays(board, from, [aside, down], event) {
  handled(event);
  if (aside) return void (aside > 0 ? from.nextElementSibling : from.previousElementSibling)?.focus();
  const lane = from.closest(".lane"), other = down > 0 ? lane.nextElementSibling : lane.previousElementSibling;
  if (!other?.matches(".lane")) return;
  if (!other.firstChild) board.fill(other);
  other.querySelector(`[data-at="${from.dataset.at}"]`)?.focus();
}

function lock(board, from, event) {
  const item = itemOf(board, from);
  if (!item?.visit || !from.matches("[data-lockable]")) return;
  handled(event);
  board.lock(item.visit);
}

function pickUp(board, mode, from, event) {
  const item = itemOf(board, from);
  if (!item) return;
  handled(event);
  const rows = board.shown().filter((row) => !item.skill || row.skills.includes(item.skill));
  const row = rows.find((one) => one.id === item.row) ?? rows[0];
  if (!row) return;
  const at = item.at ?? Math.max(0, board.data.days.findIndex((one) => one.today));
  document.body.classList.add("board-carries");
  Object.assign(mode, { isPlacing: true, item, from, rows, row, at, minute: item.start ?? startOn(board, item, row, at) });
  show(board, mode);
}

function carry(board, mode, event) {
  const arrow = ARROWS[event.key];
  if (arrow) {
    handled(event);
    const [aside, down] = arrow;
    const byDay = board.view !== "day", changed = down || byDay;
    if (down) mode.row = mode.rows[Math.max(0, Math.min(mode.rows.length - 1, mode.rows.indexOf(mode.row) + down))];
    else if (byDay) mode.at = Math.max(0, Math.min(board.data.days.length - 1, mode.at + aside));
    else mode.minute = Math.max(board.data.from, Math.min(board.data.to - STEP, mode.minute + aside * (event.shiftKey ? 60 : STEP)));
    if (changed && byDay) mode.minute = startOn(board, mode.item, mode.row, mode.at);
    show(board, mode);
  } else if (event.key === "Enter" || event.key === "Escape" || event.key === "Tab") {
    if (event.key !== "Tab") handled(event);
    const { item, row, at, minute } = mode;
    putDown(board, mode);
    if (event.key === "Enter" && !landsWhereItIs(item, { row, at, minute })) board.place(item, row, at, minute);
    else board.settle();
  }
}

function putDown(board, mode) {
  mode.isPlacing = false;
  document.body.classList.remove("board-carries");
  outline(board, null, null);
  say(board, "");
  const { from, item } = mode;
  (from.isConnected ? from : item.visit && board.find(item.row, item.visit))?.focus?.();
}

// Somebody did something meanwhile.
function renewed(board, mode) {
  if (!mode.isPlacing) return;
  const why = whyLost(board, mode.item), row = board.row(mode.row.id);
  if (!why && row) {
    mode.rows = mode.rows.map((one) => board.row(one.id)).filter(Boolean);
    mode.row = row;
    return show(board, mode);
  }
  putDown(board, mode);
  board.tell(why || "changed");
}

function show(board, { item, row, at, minute }) {
  const said = fits(board, item, row, at, minute);
  const lane = board.laneOf(row.id);
  if (lane && !lane.firstChild) board.fill(lane);
  lane?.scrollIntoView({ block: "nearest" });
  outline(board, item, { row, at, minute, said });
  say(board, board.view === "week" ? `${board.data.days[at].name}. ${said.words}` : said.words);
}

function say(board, words) {
  const box = document.getElementById("board-said");
  box.textContent = words;
  box.hidden = !words;
}

// The place where it would land.
function outline(board, item, target) {
  board.lanes.querySelectorAll(".landing").forEach((one) => one.remove());
  board.lanes.querySelectorAll(".over").forEach((one) => one.classList.remove("over", "wrong"));
  if (!target) return;
  const lane = board.laneOf(target.row.id), wrong = target.said && !target.said.ok;
  if (board.view !== "day") {
    lane.querySelector(`[data-at="${target.at}"]`)?.classList.add("over", ...(wrong ? ["wrong"] : []));
    return;
  }
  const { from, to } = board.data;
  const box = Object.assign(document.createElement("i"), { className: `landing${wrong ? " wrong" : ""}` });
  box.style.left = `${((target.minute - from) / (to - from)) * 100}%`;
  box.style.width = `${(item.minutes / (to - from)) * 100}%`;
  lane.querySelector(".lane-line")?.append(box);
}
