// What others did, as events on <body>: `live:deal` and `live:deal-17`, so that fragments keep themselves fresh.
import { follow } from "./stream.js";

const SPREAD = 5_000; // milliseconds

// Of a call centre's hundreds of events a second hardly any concerns this page, and to send one that nobody hears costs
// ten times as much as to know that.
const wanted = new Set();
const { addEventListener } = document.body;
document.body.addEventListener = function (name, ...given) {
  wanted.add(name);
  return addEventListener.call(this, name, ...given);
};

const light = () => document.getElementById("live-light");

export function listen() {
  if (!document.body.dataset.person) return;
  const heard = Number(document.body.dataset.heard);
  if (window.SharedWorker) {
    const { port } = new SharedWorker(document.body.dataset.liveWorker, { type: "module" });
    port.onmessage = ({ data }) => hear(data);
    port.postMessage({ heard });
    // The tab that was looked at last is the one that says aloud what arrives.
    const look = () => document.hasFocus() && port.postMessage("looking");
    window.addEventListener("focus", look);
    look();
    window.addEventListener("pagehide", () => port.postMessage("bye"));
    // Out of the browser's back and forward cache: a page of some time ago.
    window.addEventListener("pageshow", ({ persisted }) => {
      if (!persisted) return;
      port.postMessage("back");
      hear({ reload: true });
    });
  } else follow(heard, hear);
}

// What keeps itself fresh and could not be asked for just now, while the house starts again or is busy, is asked for again.
export const FRESH = "[hx-trigger*='live:again'], [data-parts]";
const AGAIN_AFTER = 2000;
const failed = new Set();

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(failure, ({ detail }) => {
  const { elt, xhr } = detail;
  if (failed.has(elt) || !elt.matches(FRESH) || (xhr.status && xhr.status < 500)) return;
  failed.add(elt);
  setTimeout(() => {
    failed.delete(elt);
    if (elt.isConnected) htmx.trigger(elt, "live:again");
  }, AGAIN_AFTER * (1 + Math.random()));
});

function hear({ state, event, number, reload, elsewhere }) {
  if (state) light()?.classList.toggle("lost", state === "lost");
  // Something may have been missed: every fragment that lives asks again, and so does the page's own script.
  if (reload) {
    document.querySelectorAll("[hx-trigger*='live:again']").forEach((fragment) => htmx.trigger(fragment, "live:again"));
    document.body.dispatchEvent(new CustomEvent("live:missed"));
  }
  if (!event) return;
  const { topic, id } = event;
  // Of no single row. Not every page of the house asks in the same second.
  if (!id) setTimeout(() => document.body.dispatchEvent(new CustomEvent(`live:many-${topic}`)), Math.random() * SPREAD);
  event.number = number;
  if (elsewhere) event.elsewhere = true;
  // A history does not know the numbers of what will happen in it: `live:of-deal-17`.
  const whose = ["client", "deal"].filter((kind) => event[kind]).map((kind) => `of-${kind}-${event[kind]}`);
  for (const name of [topic, `${topic}-${id}`, ...whose]) {
    if (wanted.has(`live:${name}`)) document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail: event }));
    if (wanted.has(`calm:${name}`)) calm(name);
  }
}

// The same for whoever asks the server: four times a second at most, ever less often while it does not stop, and none
// for nothing. Seven hundred pages must not ask for the same list with every call of a call centre.
const SOON = 250;
const SELDOM = 8_000;
const quiet = new Map(); // name → how long it keeps quiet now, and whether something happened meanwhile

function calm(name) {
  const known = quiet.get(name);
  if (known) return void (known.again = true);
  wait(name, SOON, true);
}

function wait(name, pause, again) {
  quiet.set(name, { again });
  setTimeout(() => {
    if (!quiet.get(name).again) return void quiet.delete(name);
    document.body.dispatchEvent(new CustomEvent(`calm:${name}`));
    wait(name, Math.min(SELDOM, pause * 1.5 * (0.8 + 0.4 * Math.random())), false);
  }, pause);
}
