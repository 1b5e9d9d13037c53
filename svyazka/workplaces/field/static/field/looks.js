// What was opened has been seen: the house hears of it when there is signal, and until then this phone knows it alone.
// It is no work: it waits beside the queue, in no order, and counts once however often it is sent.
import { forgetDoor, open } from "./sending.js";
import { fact, keep } from "./store.js";

const OPENED = 1_000; // milliseconds on the screen
const KEPT = 14 * 86_400_000;
const MOST = 200;

let timer;

const me = () => Number(document.body.dataset.person);
const isOwn = ({ person }) => person === me();

export function takeLooks() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-look]");
    if (!form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    seen(form);
  }, { capture: true });
}

// The page of a visit, once it has been looked at for a moment; it was perhaps only prepared.
export function look() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const form = document.querySelector("form[data-look][data-at-once]");
    if (form && !document.hidden) seen(form);
  }, OPENED);
}

async function seen(form) {
  const { look: visit } = form.dataset;
  const shown = form.elements.shown.value;
  form.remove();
  const looks = (await fact("looks")) ?? {};
  looks[visit] = { person: me(), shown, at: new Date().toISOString(), isSent: false };
  await keep("looks", young(looks));
  await mark();
  document.dispatchEvent(new CustomEvent("field:looked"));
}

const young = (looks) => Object.fromEntries(Object.entries(looks).filter(([, { at }]) => Date.now() - Date.parse(at) < KEPT));

// On pages that the house has drawn before it heard of it.
export async function mark() {
  const looks = (await fact("looks")) ?? {};
  for (const part of document.querySelectorAll("[data-visit]")) {
    const known = looks[part.dataset.visit];
    if (!known || !isOwn(known)) continue;
    if (part.matches(".stop-gone")) part.hidden = known.shown === "{}";
    else if (part.dataset.shown === known.shown) for (const one of part.querySelectorAll("[data-news]")) one.hidden = true;
  }
}

export async function sendLooks() {
  const looks = (await fact("looks")) ?? {};
  const waiting = Object.entries(looks).filter(([, one]) => isOwn(one) && !one.isSent).slice(0, MOST);
  if (!waiting.length) return;
  const opened = await open();
  if (typeof opened === "string" || opened.person !== me()) return;
  const body = JSON.stringify({ looks: waiting.map(([visit, { shown, at }]) => ({ visit: Number(visit), shown: JSON.parse(shown), at })) });
  const answer = await fetch("/field/looks/", { method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": opened.token, "Content-Type": "application/json" } });
  if (answer.status === 403) return forgetDoor();
  if (answer.type === "opaqueredirect" || answer.status >= 500 || answer.status === 429) return;
  const now = (await fact("looks")) ?? {};
  for (const [visit, { at }] of waiting) if (now[visit]?.at === at) now[visit].isSent = true;
  await keep("looks", now);
}
