// What stands in the lanes of the board, as markup. Strings, and few nodes: a week of sixty crews is three thousand visits.
const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const text = (said) => String(said ?? "").replace(/[&<>"]/g, (sign) => SIGNS[sign]);
const ICONS = { on_way: "route", started: "play", done: "check" };
const SHORTEST_FREE = 30;

export const hour = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
export const CHIP = 26, PAD = 16, LANE = 68, MONTH_LANE = 44; // pixels, as board.css has them

// How high a lane is, before anything stands in it: what scrolls by keeps its place.
export function height(board, row) {
  if (board.view === "day") return LANE;
  if (board.view === "month") return MONTH_LANE;
  return Math.max(LANE, PAD + CHIP * (1 + Math.max(...row.cells.map((cell) => cell.all.length))));
}

export function lane(board, row) {
  return head(board, row) + (board.view === "day" ? line(board, row, row.cells[0]) : `<div class="lane-cells">${row.cells.map((cell, at) => board.view === "week" ? weekCell(board, row, cell, at) : monthCell(board, row, cell, at)).join("")}</div>`);
}

function head(board, row) {
  const cell = row.cells[0];
  const said = board.view === "day" ? `<span class="small muted cut" title="${text(cell.said)}">${text(cell.said)}</span>${bar(board, cell.load)}` : "";
  return `<header><strong class="cut" title="${text(row.name)}">${text(row.name)}</strong>${said}</header>`;
}

function bar(board, load) {
  if (load === null) return "";
  return `<span class="load${load > 100 ? " full" : ""}" style="--load:${Math.min(100, load)}%" title="${text(board.say("load"))}: ${load} %"><i></i>${load} %</span>`;
}

const place = (board, from, to) => {
  const { from: first, to: last } = board.data;
  const begins = Math.max(from, first), ends = Math.min(to, last);
  return `left:${(((begins - first) / (last - first)) * 100).toFixed(3)}%;width:${(Math.max(0, ends - begins) / (last - first) * 100).toFixed(3)}%`;
};

function line(board, row, cell) {
  const open = cell.open.map(([from, to]) => `<i class="open" style="${place(board, from, to)}"></i>`);
  const rests = (row.rests ?? []).map(([from, to, minutes]) => `<i class="rest" style="${place(board, from, to)}" title="${text(board.say("rest").replace("{minutes}", minutes))}"></i>`);
  const ways = cell.all.filter((one) => one.w).map((one) => way(board, cell, one));
  // By the clock: on a phone they stand below each other.
  const blocks = [...cell.all.map((one) => [one.a, block(board, row, one)]), ...free(board, row, cell)].sort(([one], [other]) => one - other).map(([, said]) => said);
  if (!cell.all.length && !cell.open.length) blocks.push(`<p class="lane-off small muted">${text(board.say("off"))}</p>`);
  return `<div class="lane-line">${[...open, ...rests, ...ways, ...blocks].join("")}</div>`;
}

// As late as possible: it ends where the visit begins.
function way(board, cell, one) {
  const before = Math.max(0, ...cell.all.filter((each) => each.v && each.b <= one.a).map((each) => each.b));
  const bad = before && before + one.w > one.a ? " bad" : "";
  return `<i class="way${bad}" style="${place(board, Math.max(before, one.a - one.w), Math.max(one.a, before + 2))}" title="${text(board.say("way").replace("{minutes}", one.w))}"></i>`;
}

function block(board, row, one) {
  if (!one.v) return taken(board, one, `<span class="block-hours">${hour(one.a)}<span class="until">–${hour(one.b)}</span></span> ${text(one.t)} <span class="block-text">${text(one.s)}</span>`);
  return `<a ${attributes(board, row, one)} style="${place(board, one.a, one.b)}"><span class="block-hours">${marks(board, one)}${hour(one.a)}<span class="until">–${hour(one.b)}</span></span> <strong>${text(one.t)}</strong> <span class="block-text">${text(one.s)}</span></a>`;
}

// What was entered on the page of absences is taken back there.
function taken(board, one, inner) {
  const rest = `class="block taken ${one.e}" style="${place(board, one.a, one.b)}" title="${hour(one.a)}–${hour(one.b)} ${text(one.t)} ${text(one.s)}"`;
  return one.e === "absence" && board.may ? `<a ${rest} href="/calendar/absences/">${inner}</a>` : `<span ${rest}>${inner}</span>`;
}

// A visit is a link: it opens without a mouse, and in another tab.
export function attributes(board, row, one) {
  const classes = ["block", "visit", "tint", one.c, one.st, one.ok || one.st !== "planned" ? "" : "asked", one.p ? "faulty" : "", one.along ? "along" : "", one.l ? "locked" : "", board.matches(row, one) ? "" : "dim"];
  const said = hint(board, one);
  return `class="${classes.filter(Boolean).join(" ")}" href="/visits/${one.v}/" data-visit="${one.v}" data-deal="${one.d}"${one.x && board.may ? ` data-movable${one.st === "planned" ? " data-lockable" : ""}` : ""} title="${text(said)}" aria-label="${text(said)}"`;
}

export const marks = (board, one) => (one.p ? board.icon("warning") : "") + (one.l ? board.icon("lock") : "") + (ICONS[one.st] ? board.icon(ICONS[one.st]) : "");

function hint(board, one) {
  const confirmed = one.st !== "planned" ? board.say(one.st) : board.say(one.ok ? "confirmed" : "unconfirmed");
  return [`${hour(one.a)}–${hour(one.b)}`, board.kind(one.k), one.t, one.s, confirmed, locked(board, one), ...(one.p ?? [])].filter(Boolean).join(", ");
}

const locked = (board, one) => one.l && (one.l === 1 ? board.say("locked") : `${board.say("locked")}: ${one.l}`);

// Each with the minute at which it begins.
function free(board, row, cell) {
  if (!row.out) return [];
  return gaps(board, cell, 0).map(([from, to]) => [Math.ceil(from / 5) * 5, to]).filter(([from, to]) => to - from >= SHORTEST_FREE).map(([from, to]) => {
    const hours = `${hour(from)}–${hour(to)}`;
    const inner = `<span class="free-word">${text(board.say("free"))}</span><span class="free-hours">${hours}</span>`;
    if (!board.may) return [from, `<span class="block free" style="${place(board, from, to)}">${inner}</span>`];
    const asked = new URLSearchParams({ resource: row.id, day: board.data.days[0].day, hours });
    return [from, `<a class="block free" aria-label="${text(board.say("free"))} ${hours}" href="/calendar/free-time/?${text(asked)}" style="${place(board, from, to)}">${inner}</a>`];
  });
}

// What is free of the working hours, from now on. `mine`: a visit that does not stand in its own way.
export function gaps(board, cell, at, mine = 0) {
  const now = board.minuteNow(at);
  const found = [];
  for (const [from, to] of cell.open) {
    let start = Math.max(from, now);
    for (const one of cell.all) {
      if ((mine && one.v === mine) || one.b <= start || one.a >= to) continue;
      if (one.a > start) found.push([start, one.a]);
      start = Math.max(start, one.b);
    }
    if (start < to) found.push([start, to]);
  }
  return found;
}

function weekCell(board, row, cell, at) {
  const { day, today } = board.data.days[at];
  const chips = cell.all.map((one) => one.v
    ? `<a ${attributes(board, row, one)}>${marks(board, one)}${hour(one.a)} ${text(one.t)}</a>`
    : taken(board, one, `${hour(one.a)} ${text(one.s || one.t)}`));
  const classes = `cell${cell.open.length ? "" : " off"}${today ? " today" : ""}`;
  return `<div class="${classes}" data-at="${at}"><a class="cell-day" href="/calendar/?day=${day}&amp;view=day">${text(board.data.days[at].name)}</a>${chips.join("")}${cell.load === null ? "" : bar(board, cell.load)}</div>`;
}

function monthCell(board, row, cell, at) {
  const { day, today } = board.data.days[at];
  const off = cell.load === null && !cell.n ? " off" : "";
  const said = `${board.data.days[at].name}, ${row.name}: ${board.say("visits")} ${cell.n}${cell.load === null ? "" : `, ${cell.load} %`}${cell.away ? `, ${board.say("away")}` : ""}`;
  const opens = cell.n ? ' aria-haspopup="dialog"' : "";
  return `<a${opens} class="cell${off}${today ? " today" : ""}${cell.away ? " away" : ""}${cell.load > 100 ? " full" : ""}" data-at="${at}" data-date="${Number(day.slice(8))}" href="/calendar/?day=${day}&amp;view=day" style="--load:${Math.min(100, cell.load ?? 0)}%${at ? "" : `;--weekday:${new Date(`${day}T12:00Z`).getUTCDay() || 7}`}" title="${text(said)}" aria-label="${text(said)}">${cell.n || ""}</a>`;
}

export function top(board) {
  if (board.view === "day") {
    const { from, to } = board.data;
    const hours = Array.from({ length: (to - from) / 60 }, (_none, at) => from + at * 60);
    return `<span></span><div class="lane-line" aria-hidden="true">${hours.map((minute) => `<span style="${place(board, minute, minute + 60)}">${hour(minute)}</span>`).join("")}</div>`;
  }
  return `<span></span><div class="lane-cells">${board.data.days.map(({ day, name, today }) => `<a href="/calendar/?day=${day}&amp;view=day"${today ? ' class="today" aria-current="date"' : ""}>${text(board.view === "month" ? Number(day.slice(8)) : name)}</a>`).join("")}</div>`;
}

// Everything that does not fit, in words, each with a way to it.
export function faults(board) {
  const found = [];
  for (const row of board.shown()) for (const [at, cell] of row.cells.entries()) for (const one of cell.all ?? [])
    for (const said of one.p ?? []) found.push(`<li><button type="button" data-fault="${one.v}" data-row="${row.id}"><strong>${text(row.name)}</strong> <span class="muted">${board.view === "week" ? `${text(board.data.days[at].name)} ` : ""}${hour(one.a)}, ${text(one.t)}</span> ${text(said)}</button></li>`);
  return found;
}
