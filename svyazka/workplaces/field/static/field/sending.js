// Sends what waits, in the order in which it was done: by the page, or by the worker when no page is open. Each thing has
// a number of its own, so that sending it again after a lost answer changes nothing.
import { change, keep, keepArrived, list, remove } from "./store.js";

const AT_ONCE = 50;
const LARGEST = 1_000_000; // letters in one go; the house takes twice that
const DOOR_IS_KNOWN_FOR = 5 * 60_000;
const PATIENCE = 60_000;
const WITH_A_PHOTO = 5 * 60_000; // over a bad line it takes its time
const MOST_PHOTOS = 8; // in one request
const LARGEST_FILES = 6_000_000; // bytes of those; the house takes twice that
const QUICK = 4_000; // milliseconds: the line carries more

let door; // who is logged in, and what a request has to show
let photos = 1; // so many go in one request: more where the line is good, 0 where it is bad: each by itself
let singly = false; // something in a batch was not taken at all: which it is shows when they go one by one

// → "sent", "nothing", "ended" (log in first), "foreign" (somebody else is logged in), "lost" (no connection), "busy"
export async function sendAll(told = () => {}) {
  const one = () => send(told);
  if (!globalThis.navigator?.locks) return one();
  return navigator.locks.request("svyazka-field-sending", { ifAvailable: true }, (lock) => (lock ? one() : "busy"));
}

async function send(told) {
  const held = new Set(); // visits whose next thing could not be taken just now
  let isRetried = false;
  let isHeldUp = false;
  for (;;) {
    const waiting = inTurn(await list(), held);
    if (!waiting.length) {
      singly = false;
      return held.size ? "busy" : "nothing";
    }
    const opened = await open();
    if (typeof opened === "string") return opened;
    const own = waiting.filter(({ person }) => person === opened.person);
    if (!own.length) return "foreign";
    const run = together(own);
    const answer = await post(run, opened);
    if (answer === "foreign" && !isRetried) {
      isRetried = true; // logged in anew: what a request has to show is another by now
      continue;
    }
    if (answer === "lost" && photos && run.length > 1 && run.some(({ file }) => file)) {
      photos = 0; // it may have been too much for the line: not tried again before there is another one
      continue;
    }
    if (answer === "lost" && run[0].file && !isHeldUp) {
      isHeldUp = true; // by a photo that is too much for the line: what was done elsewhere need not wait for it
      held.add(run[0].visit);
      continue;
    }
    if (typeof answer === "string") return answer;
    for (const visit of await note(run, answer, told)) held.add(visit);
  }
}

// A photo that is not small yet keeps what the same person did on the same visit after it.
function inTurn(rows, held) {
  const behind = new Set();
  return rows.filter(({ state, visit, person }) => {
    const whose = `${person}/${visit}`;
    if (state === "raw") behind.add(whose);
    return state === "waiting" && !held.has(visit) && !behind.has(whose);
  });
}

// As many as go in one request.
function together([first, ...others]) {
  if (singly || (first.file && !photos)) return [first];
  const run = [first];
  let [size, files, bytes] = [sizeOf(first), ...weigh(first)];
  for (const one of others) {
    const [file, weight] = weigh(one);
    [size, files, bytes] = [size + sizeOf(one), files + file, bytes + weight];
    if (run.length === AT_ONCE || size > LARGEST || (file && (files > photos || bytes > LARGEST_FILES))) break;
    run.push(one);
  }
  return run;
}

const sizeOf = ({ data }) => JSON.stringify(data).length;

const weigh = ({ file }) => (file ? [1, file.bytes.byteLength] : [0, 0]);

// Asked once in a while: a session may have ended, or another person has logged in here.
export async function open() {
  if (door && Date.now() - door.at < DOOR_IS_KNOWN_FOR) return door;
  const before = Date.now();
  const answer = await ask("/field/sync/", {});
  if (typeof answer === "string") return answer;
  const given = await answer.json();
  await compare(given.now, before);
  door = { ...given, at: Date.now() };
  await keep("me", given.person);
  return door;
}

export function forgetDoor() {
  door = undefined;
  photos ||= 1;
}

// By how much the phone's clock is ahead of the house's, in milliseconds.
async function compare(now, before) {
  const after = Date.now();
  await keep("ahead", Math.round((before + after) / 2 - Date.parse(now)));
}

function post(run, { token }) {
  const headers = { "X-CSRFToken": token };
  const said = JSON.stringify({ clock: new Date().toISOString(), actions: run.map(shown) });
  if (!run.some(({ file }) => file)) return ask("/field/sync/", { method: "POST", body: said, headers: { ...headers, "Content-Type": "application/json" } });
  const body = new FormData();
  body.append("batch", said);
  for (const { id, file } of run) if (file) body.append(id, new Blob([file.bytes], { type: file.type }), "photo.jpg");
  return timed(() => ask("/field/sync/photos/", { method: "POST", body, headers }, WITH_A_PHOTO));
}

async function timed(asked) {
  const began = Date.now();
  const answer = await asked();
  if (answer.ok) photos = Date.now() - began < QUICK ? Math.min(MOST_PHOTOS, 2 * photos) : Math.ceil(photos / 2);
  return answer;
}

const shown = ({ id, kind, person, visit, phone, number, at, data, seen, again = false }) => ({ id, kind, person, visit, phone, number, at, data, seen, again });

// → the answer, or why there is none.
async function ask(address, given, patience = PATIENCE) {
  let answer;
  try {
    answer = await fetch(address, { ...given, redirect: "manual", cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout?.(patience) });
  } catch {
    return "lost";
  }
  if (answer.type === "opaqueredirect") return forget("ended");
  if (answer.status === 403) return forget("foreign");
  return answer.status >= 500 || answer.status === 429 ? "lost" : answer;
}

function forget(why) {
  door = undefined;
  return why;
}

// What became of each. → the visits that have to wait.
async function note(run, answer, told) {
  const given = await answer.json().catch(() => null);
  if (!answer.ok || !given?.outcomes) return refused(run, given?.words ?? String(answer.status), told);
  const outcomes = new Map(given.outcomes.map((one) => [one.id, one]));
  const held = new Set();
  const gone = [];
  const news = [];
  for (const row of run) {
    const became = outcomes.get(row.id) ?? { outcome: "again" };
    if (became.outcome === "again") held.add(row.visit);
    else if (became.outcome === "refused") await change(row.number, { state: "refused", words: became.words });
    else gone.push({ ...row, outcome: became.outcome });
    if (became.outcome !== "again") news.push({ ...became, kind: row.kind, visit: row.visit });
  }
  const done = gone.filter(({ outcome }) => outcome === "done");
  if (done.length) await keepArrived(done.map((row) => there(row, given.now)));
  if (gone.length) await remove(gone.map(({ number }) => number));
  for (const one of news) told(one);
  return held;
}

const there = ({ id, kind, person, visit, number, at, data }, came) => ({ id, kind, person, visit, number, at, data, came });

// A request that the house, or something before it, does not take at all: a photo that is too large for a proxy.
async function refused(run, words, told) {
  if (run.length > 1) {
    singly = true;
    return [];
  }
  await change(run[0].number, { state: "refused", words });
  told({ id: run[0].id, outcome: "refused", words, kind: run[0].kind, visit: run[0].visit });
  return [];
}
