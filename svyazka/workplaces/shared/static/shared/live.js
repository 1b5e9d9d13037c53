// What others did, as events on <body>: `live:deal` and `live:deal-17`, so that fragments keep themselves fresh.
import { follow } from "./stream.js";

const SPREAD = 5_000; // milliseconds

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

function hear({ state, event, reload, elsewhere }) {
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
  if (elsewhere) event.elsewhere = true;
  // A history does not know the numbers of what will happen in it: `live:of-deal-17`.
  const whose = ["client", "deal"].filter((kind) => event[kind]).map((kind) => `of-${kind}-${event[kind]}`);
  for (const name of [topic, `${topic}-${id}`, ...whose]) {
    document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail: event }));
    calm(name);
  }
}

// The same for whoever asks the server: however many events there are, four times a second at most, and none for nothing.
const due = new Set();

function calm(name) {
  if (!due.size) setTimeout(() => {
    const names = [...due];
    due.clear();
    for (const one of names) document.body.dispatchEvent(new CustomEvent(`calm:${one}`));
  }, 250);
  due.add(name);
}
