// Whether something would fit there, as far as the page knows: while it is dragged there is no time to ask. What counts
// the server says after the drop.
import { gaps, hour } from "./board_draw.js";

export const STEP = 15;

// What is dragged: a visit on the board, or work beside it.
export function itemOf(board, element) {
  const beside = element.closest("[data-place]");
  if (beside) return JSON.parse(beside.dataset.place);
  const block = element.closest("[data-movable]");
  if (!block) return null;
  const row = board.row(block.closest(".lane").dataset.row);
  for (const [at, cell] of row.cells.entries()) {
    const one = cell.all.find((each) => each.v === Number(block.dataset.visit) && each.x);
    if (one) return carried(board, one, row, at);
  }
  return null;
}

export function carried(board, one, row, at) {
  return { visit: one.v, version: one.n, title: one.t, minutes: one.b - one.a, skill: board.skill(one.k), start: one.a, row: row.id, at, o: one.o };
}

export const landsWhereItIs = (item, { row, at, minute }) => item.visit && row.id === item.row && at === item.at && minute === item.start;

// When it would begin where no hour was pointed at: at its own one, or as soon as there is room.
export function startOn(board, item, row, at) {
  const cell = row.cells[at];
  if (board.view === "month") return item.start ?? 0;
  const rooms = gaps(board, cell, at, item.visit).filter(([from, to]) => to - from >= item.minutes);
  if (item.start !== undefined && rooms.some(([from, to]) => from <= item.start && item.start + item.minutes <= to)) return item.start;
  if (rooms.length) return Math.ceil(rooms[0][0] / STEP) * STEP;
  return item.start ?? cell.open[0]?.[0] ?? 9 * 60;
}

export function fits(board, item, row, at, minute) {
  if (board.view === "month") return fitsDay(board, item, row, at);
  const hours = `${row.name}, ${hour(minute)}–${hour(minute + item.minutes)}`;
  const no = (why) => ({ ok: false, words: `${hours}: ${why}` });
  const cell = row.cells[at];
  if (item.skill && !row.skills.includes(item.skill)) return no(board.say("unskilled"));
  const other = cell.all.find((one) => one.v !== item.visit && one.a < minute + item.minutes && one.b > minute);
  if (other) return no(`${board.say("taken")} ${hour(other.a)} ${other.s && !other.v ? other.s : other.t}`);
  if (minute < board.minuteNow(at)) return no(board.say("past"));
  if (!cell.open.length) return no(board.say("off"));
  if (!cell.open.some(([from, to]) => from <= minute && minute + item.minutes <= to) && item.minutes < cell.open.at(-1)[1] - cell.open[0][0]) return no(board.say("closed"));
  return { ok: true, words: hours };
}

// Of a month the page knows only who works on which day; the server says the rest after the drop.
function fitsDay(board, item, row, at) {
  const hours = item.visit ? `, ${hour(item.start)}–${hour(item.start + item.minutes)}` : "";
  const said = `${row.name}, ${board.data.days[at].name}${hours}`;
  const no = (why) => ({ ok: false, words: `${said}: ${why}` });
  if (item.skill && !row.skills.includes(item.skill)) return no(board.say("unskilled"));
  if (board.minuteNow(at) >= 24 * 60) return no(board.say("past"));
  if (row.cells[at].load === null) return no(board.say("off"));
  return { ok: true, words: said };
}
