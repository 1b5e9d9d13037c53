// A field page with and without signal: what is done goes through the queue, and the pages of the coming days are kept.
import { bar, say } from "./bar.js";
import { isPicking, takeOver } from "./forms.js";
import { look, mark, sendLooks, takeLooks } from "./looks.js";
import { begin as beginNear } from "./near.js";
import { begin as beginNews } from "./news.js";
import { isUnsent, keepSending, state, waiting } from "./queue.js";
import { news, show } from "./shown.js";
import { forgetArrived, keep, list } from "./store.js";

const READY_EVERY = 15 * 60_000;

const page = () => document.querySelector(".field-page");

// Before anything is waited for: what the worker says while the page comes up is heard.
navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data.renewed === location.pathname + location.search) renew();
});
begin();

async function begin() {
  try {
    await list();
  } catch {
    return; // a browser that keeps nothing: everything goes over the net, as without scripts
  }
  takeOver();
  takeLooks();
  for (const name of ["field:queued", "field:made", "field:state", "online", "offline"]) (name.startsWith("field") ? document : window).addEventListener(name, draw);
  document.addEventListener("htmx:afterSettle", settled);
  document.addEventListener("htmx:beforeSwap", isLate);
  document.addEventListener("htmx:beforeRequest", isTooEarly);
  document.addEventListener("field:queued", () => say(null));
  document.addEventListener("field:trouble", ({ detail }) => say(detail));
  document.addEventListener("field:told", arrived);
  document.addEventListener("submit", leaving, { capture: true });
  document.addEventListener("field:looked", () => ready());
  document.addEventListener("visibilitychange", look);
  addEventListener("online", () => ready());
  settled();
  performance.mark("field-ready");
  keepSending();
  beginNews();
  beginNear();
  if ("serviceWorker" in navigator) keepPages().catch(() => {}); // without signal there is nothing then
  navigator.storage?.persist?.();
}

const SAID_FOR = 8_000;
const arrivedAt = new Map(); // kind → when the last one was taken

function draw() {
  if (!page()) return;
  for (const said of document.querySelectorAll("[data-told]")) said.hidden = !(Date.now() - arrivedAt.get(said.dataset.told) < SAID_FOR);
  show();
  bar();
  mark();
  look();
}

// What has arrived stands on the house's page: it is asked for once nothing waits any more.
let asked;

function arrived({ detail }) {
  if (detail.outcome === "done") arrivedAt.set(detail.kind, Date.now());
  draw();
  soon();
}

function soon() {
  clearTimeout(asked);
  asked = setTimeout(async () => {
    if ((await waiting()).some(isUnsent)) return;
    renew();
    ready();
  }, 50);
}

// A page that was kept, or asked for, before what was done had arrived: asked for once more.
let behind; // when it was drawn

async function settled() {
  draw();
  const drawn = document.getElementById("field-bar")?.dataset.drawn;
  if (drawn === behind || !(await news()).length) return;
  behind = drawn;
  soon();
}

// Somebody has gone on to another page meanwhile, or has begun to type: what was asked for anew would take that away.
function isLate(event) {
  const { target, requestConfig } = event.detail;
  if (requestConfig.elt !== document.body || target.id !== "main") return;
  if (requestConfig.path !== location.pathname + location.search || isPicking() || isTyping()) event.detail.shouldSwap = false;
}

// Not while somebody types: what he has typed would be gone. A page that stands alone keeps itself fresh.
function renew() {
  if (page()?.hasAttribute("data-alone")) return;
  if (!page() || !navigator.onLine || isPicking() || isTyping()) return document.querySelectorAll("#stop, #stops").forEach((one) => htmx.trigger(one, "live:again"));
  htmx.ajax("GET", location.pathname + location.search, { target: "#main", select: "#main", swap: "outerHTML" }).catch(() => {}); // no signal after all
}

const isTyping = () =>
  document.activeElement?.matches("textarea, input, select") || [...document.querySelectorAll("#main textarea, #main input:not([type=hidden], [type=file])")].some((one) => !one.closest("dialog") && (one.value !== one.defaultValue || one.checked !== one.defaultChecked)) || Boolean(document.querySelector("dialog[open]"));

// While the queue is on its way the house tells of every single thing in it: what is shown, and what is kept, is asked for
// once it is over. What the office has changed meanwhile comes with that, too.
let isMissed = false;

function isTooEarly(event) {
  const { elt, requestConfig } = event.detail;
  if (state === "sending" && elt.matches("#stop, #stops") && requestConfig.triggeringEvent?.type.startsWith("calm:")) missed(event);
}

function missed(event) {
  event?.preventDefault();
  isMissed = true;
}

function catchUp() {
  if (!isMissed || state === "sending") return;
  isMissed = false;
  soon();
}

let ready = () => {}; // what is kept is asked for anew, once there is somebody who keeps it

async function keepPages() {
  const kept = await navigator.serviceWorker.register("/field/worker.js", { scope: "/field/" });
  await navigator.serviceWorker.ready;
  ready = () => askAhead(kept);
  ready();
  setInterval(ready, READY_EVERY);
  document.body.addEventListener("calm:visit", () => (state === "sending" ? missed() : ready()));
  document.addEventListener("field:state", catchUp);
}

async function askAhead({ active }) {
  if (!navigator.onLine) return;
  try {
    await sendLooks();
    const answer = await fetch("/field/ahead/", { redirect: "manual", cache: "no-store" });
    if (answer.ok) active?.postMessage({ keepReady: (await answer.json()).pages });
  } catch {
    // No signal after all: the next time.
  }
}

// Whoever logs out takes what he did along, or leaves it here until he comes back.
async function leaving(event) {
  const form = event.target;
  if (form.id !== "logout" || form.dataset.asked) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const unsent = (await waiting()).filter(isUnsent).length;
  const words = document.getElementById("field-bar")?.dataset.leave;
  if (unsent && words && !confirm(words.replace("{n}", unsent))) return;
  await forgetPages();
  form.dataset.asked = "1";
  form.requestSubmit();
}

// The pages of the clients he goes to are nobody else's business; what is not sent stays.
async function forgetPages() {
  for (const name of await caches.keys()) if (/^field-(pages|pictures)-/.test(name)) await caches.delete(name);
  await forgetArrived(0);
  for (const name of ["near", "near-last", "nearness", "looks"]) await keep(name, null);
}
