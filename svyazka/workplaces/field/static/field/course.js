// How a visit stands once everything that waits has arrived. Pure: what the house said, and what was done since.
const ORDER = ["planned", "on_way", "started", "done"];

// `begin`: { status, paused (since when), before (of one that could not be done) }. → the same, with `why` it could not
// be done.
export function course(begin, rows) {
  return rows.reduce((now, row) => (STEPS[row.kind] ?? same)(now, row), { ...begin, rested: null, why: null });
}

const same = (now) => now;

const STEPS = {
  status(now, { data }) {
    if (ORDER.indexOf(data.status) <= ORDER.indexOf(now.status) || !ORDER.includes(now.status)) return now;
    return { ...now, status: data.status, rested: now.paused, paused: null };
  },
  taking_back(now, { data }) {
    if (data.from !== now.status) return now;
    if (now.status === "not_done") return { ...now, status: now.before || "planned", paused: now.rested, why: null };
    return { ...now, status: ORDER[ORDER.indexOf(now.status) - 1] ?? now.status, paused: now.status === "done" ? now.rested : null };
  },
  break(now, { data, at }) {
    if (now.status !== "started") return now;
    return { ...now, paused: data.over ? null : (now.paused ?? at) };
  },
  not_done(now, { data }) {
    if (["done", "not_done"].includes(now.status) || !ORDER.includes(now.status)) return now;
    return { ...now, status: "not_done", before: now.status, rested: now.paused, paused: null, why: data };
  },
};

export const isOver = (status) => status === "done" || status === "not_done";
