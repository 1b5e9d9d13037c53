// What is done on a page is put here first, and sent from here: at once where there is signal, otherwise later, once and
// in order, also after the page was closed.
import { forgetDoor, sendAll } from "./sending.js";
import { small } from "./photo.js";
import { uuid } from "../sheets/uuid.js";
import { add, list, phone, remove, replace, change } from "./store.js";

const SOONEST = 2_000;
const LATEST = 5 * 60_000;

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("svyazka-field") : null;
let pause = SOONEST;
let timer;

export let state = "nothing"; // of the last attempt: see sendAll

// → the number of the action, once it is safe on the phone. Throws QuotaExceededError where the phone is full.
// `merge`: takes the place of an unsent one of the same kind and visit with the same word. `raw`: the file is a photo as the
// camera made it; it is kept first, for a phone may end the page at any time, and made small before it is sent.
// `visit`: 0 is none. `said`: what it is, in words, for the list of what waits. `at`: when it happened, where that is not now.
export function put({ kind, visit, data = {}, file = null, seen = {}, merge = null, raw = false, said = "", at = new Date().toISOString() }) {
  const action = {
    id: uuid(),
    kind,
    visit,
    data,
    seen: { ...seenOf(visit), ...seen },
    person: Number(document.body.dataset.person),
    at,
    state: raw ? "raw" : "waiting",
    merge,
    said,
    label: shownAs(visit)?.dataset.label ?? "",
  };
  const kept = before.then(() => keep(action, file, raw));
  before = kept.catch(() => {});
  return kept;
}

// A picture takes longer to keep than a tap: each waits for the one before it, so that they stay in their order.
let before = Promise.resolve();

async function keep(given, file, raw) {
  const action = {
    ...given,
    phone: await phone(),
    file: file ? { bytes: await file.arrayBuffer(), type: file.type || "image/jpeg", name: file.name ?? "" } : null,
  };
  const earlier = action.merge && (await last(action));
  // What may be on its way just now stays: the new one comes after it.
  await (earlier && state !== "sending" ? replace(earlier.number, action) : add(action));
  tell("field:queued", action);
  forgetful();
  if (raw) makeSmall();
  else send();
  return action.id;
}

let isMaking = Promise.resolve();

// One after the other: unpacked, a photo takes fifty megabytes.
export function makeSmall() {
  isMaking = isMaking.then(makeAllSmall, makeAllSmall);
  return isMaking;
}

async function makeAllSmall() {
  const me = Number(document.body.dataset.person);
  for (const row of await list()) {
    if (row.state !== "raw" || row.person !== me) continue;
    try {
      const made = await small(new Blob([row.file.bytes], { type: row.file.type }));
      await change(row.number, { state: "waiting", file: { bytes: await made.arrayBuffer(), type: made.type, name: row.file.name } });
    } catch {
      // It is the only one: as the camera made it, too, it is taken.
      if (isPicture(row.file.bytes)) await change(row.number, { state: "waiting" });
      else await remove([row.number]);
      if (!isPicture(row.file.bytes)) document.dispatchEvent(new CustomEvent("field:trouble", { detail: { what: "photo", name: row.file.name } }));
    }
    tell("field:made", { kind: row.kind, visit: row.visit });
  }
  send();
}

// JPEG, PNG or WebP, by how it begins.
function isPicture(bytes) {
  const begin = String.fromCharCode(...new Uint8Array(bytes.slice(0, 12)));
  return begin.startsWith("\xff\xd8\xff") || begin.startsWith("\x89PNG") || (begin.startsWith("RIFF") && begin.endsWith("WEBP"));
}

async function last({ kind, visit, merge, person }) {
  const rows = await list();
  const same = rows.filter((row) => row.visit === visit && row.state === "waiting" && row.person === person).at(-1);
  return same?.kind === kind && same.merge === merge ? same : null;
}

// What the page says that it shows of a visit.
function seenOf(visit) {
  const shown = shownAs(visit);
  return shown ? JSON.parse(shown.dataset.seen) : {};
}

const shownAs = (visit) => document.querySelector(`[data-visit="${visit}"][data-seen]`);

export async function send() {
  clearTimeout(timer);
  if (state === "sending") return void (again = true);
  set("sending");
  let became = "lost";
  try {
    became = await sendAll((told) => tell("field:told", told));
  } catch (fault) {
    console.warn("queue", fault.name);
  }
  set(became);
  if (again) {
    again = false;
    return send();
  }
  if (became === "lost" || became === "busy") later();
  else pause = SOONEST;
}

let again = false;

function later() {
  timer = setTimeout(send, pause * (0.7 + 0.6 * Math.random()));
  pause = Math.min(LATEST, pause * 2);
}

// Whoever asks for it does not want to wait for the next attempt.
export function sendNow() {
  pause = SOONEST;
  forgetDoor();
  return send();
}

export async function drop(number) {
  await remove([number]);
  tell("field:queued", {});
}

export async function tryAgain(number) {
  await change(number, { state: "waiting", words: "", again: true });
  tell("field:queued", {});
  return sendNow();
}

export const waiting = list;

// It is on the phone and not with the house yet.
export const isUnsent = ({ state }) => state === "waiting" || state === "raw";

function set(now) {
  state = now;
  document.dispatchEvent(new CustomEvent("field:state", { detail: now }));
}

function tell(name, given) {
  // Without the file: other tabs only want to know that something is there.
  const { file, ...detail } = given;
  document.dispatchEvent(new CustomEvent(name, { detail }));
  channel?.postMessage({ name, detail });
}

// Another tab, or the worker, has done something.
channel?.addEventListener("message", ({ data }) => document.dispatchEvent(new CustomEvent(data.name, { detail: data.detail })));

// The browser sends it when there is signal again, also when no page is open.
async function forgetful() {
  const worker = await navigator.serviceWorker?.getRegistration("/field/");
  await worker?.sync?.register("field-queue").catch(() => {});
}

export function keepSending() {
  makeSmall();
  addEventListener("online", sendNow);
  addEventListener("focus", send);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
}
