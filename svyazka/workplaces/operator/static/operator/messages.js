// The thread follows what happens, line by line: earlier lines that were opened stay, and a voice that plays goes on.
// Loaded once; the page's body comes and goes.
import { walk } from "../shared/walking.js";

const NEAR = 80; // pixels from the end: whoever is there sees what comes
const WRITES_FOR = 6_000;
const names = new Map();
let waiting = null;
let silent = null;
const thread = () => document.getElementById("thread");
const client = () => thread()?.dataset.client ?? "";
const box = () => document.getElementById("lines-box");
const lines = () => document.getElementById("lines");
const isAtEnd = () => !box() || box().scrollHeight - box().scrollTop - box().clientHeight < NEAR;

walk("#thread-list", {});
for (const [key, code] of [["ArrowDown", "KeyJ"], ["ArrowUp", "KeyK"]]) document.addEventListener("keydown", (event) => {
  if (event.key !== key || !event.target.closest?.("#thread-list")) return;
  event.preventDefault();
  event.target.dispatchEvent(new KeyboardEvent("keydown", { code, bubbles: true }));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !client() || document.querySelector("dialog[open], details.menu[open], #replies-box:not([hidden])")) return;
  if (event.target.closest?.("#composer")) return event.target.blur();
  document.getElementById(`thread-of-${client()}`)?.focus();
});

for (const name of ["live:interaction", "live:call"]) document.body.addEventListener(name, ({ detail }) => {
  if (client() && String(detail.client) === client()) later();
});
document.body.addEventListener("live:missed", later);
document.body.addEventListener("thread:said", later);
document.body.addEventListener("live:writing", ({ detail }) => {
  if (String(detail.id) === client() && String(detail.person) !== document.body.dataset.person) says(detail.person);
});

// A thread has been opened, alone or with its page.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id === "thread" || detail.elt?.id === "thread" || detail.target?.id === "main" || detail.elt?.id === "main" || detail.boosted) begin();
  if (detail.elt?.closest?.("#lines")) joinDays();
  mark();
});
document.addEventListener("click", ({ target }) => {
  if (target.closest("#to-the-end")) toTheEnd();
  const link = target.closest("[data-open]");
  if (link) document.querySelector(".messages")?.classList.add("opened");
});
document.addEventListener("scroll", ({ target }) => {
  if (target === box() && isAtEnd()) document.getElementById("to-the-end").hidden = true;
}, { capture: true });

begin();

function begin() {
  document.querySelector(".messages")?.classList.toggle("opened", Boolean(client()));
  if (client()) toTheEnd();
  mark();
}

function mark() {
  for (const link of document.querySelectorAll("#thread-list [data-client]")) {
    if (link.dataset.client === client()) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function toTheEnd() {
  box()?.scrollTo({ top: box().scrollHeight });
  document.getElementById("to-the-end").hidden = true;
}

function later() {
  waiting ??= setTimeout(renew, 120);
}

async function renew() {
  waiting = null;
  const shown = lines();
  if (!shown) return;
  const answer = await fetch(shown.dataset.lines, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer || answer.status >= 500) return setTimeout(later, 2000);
  if (!answer.ok || !shown.isConnected) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  const wasAtEnd = isAtEnd();
  if (merge(shown, [...fresh.content.querySelectorAll("li[id]")])) wasAtEnd ? toTheEnd() : (document.getElementById("to-the-end").hidden = false);
  document.body.dispatchEvent(new CustomEvent("thread:renewed"));
}

// Says whether there is a new line.
function merge(shown, given) {
  let last = null;
  let isNew = false;
  for (const line of given) {
    const before = document.getElementById(line.id);
    if (!before) {
      isNew = true;
      last ? last.after(line) : shown.append(line);
      htmx.process(line);
    } else if (drawn(before) !== drawn(line)) {
      exchange(before, line);
      htmx.process(line);
    }
    last = document.getElementById(line.id);
  }
  shown.querySelector(".nothing")?.remove();
  return isNew;
}

// Edits that were opened are no difference.
function drawn(line) {
  const copy = line.cloneNode(true);
  copy.querySelectorAll("details").forEach((one) => (one.open = false));
  return copy.innerHTML;
}

function exchange(before, line) {
  const old = [...before.querySelectorAll("audio, video")];
  for (const [at, player] of [...line.querySelectorAll("audio, video")].entries()) if (old[at]?.getAttribute("src") === player.getAttribute("src")) player.replaceWith(old[at]);
  before.replaceWith(line);
}

// Of earlier lines the last day goes on in those that are there: it is named once.
function joinDays() {
  const known = new Set();
  for (const day of [...document.querySelectorAll("#lines > .day")]) known.has(day.id) ? day.remove() : known.add(day.id);
}

async function says(person) {
  if (!names.has(person)) {
    const answer = await fetch(`/messages/writers/${person}/`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    names.set(person, (await answer.text()).trim());
  }
  const place = document.getElementById("writing");
  if (!place) return;
  place.innerHTML = names.get(person);
  clearTimeout(silent);
  silent = setTimeout(() => (place.textContent = ""), WRITES_FOR);
}
