// News of a visit that somebody has opened has been seen; said to the house at once, or when there is signal again.
import { fact, keep } from "./store.js";

const NAME = "news-seen";
const SOONER_OR_LATER = 20_000; // the browser may not notice that there is signal again

export async function begin() {
  addEventListener("hashchange", look);
  addEventListener("online", send);
  addEventListener("focus", send);
  document.addEventListener("field:told", send);
  setInterval(send, SOONER_OR_LATER);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("htmx:afterSettle", look);
  // A notice was tapped while this page was open.
  navigator.serviceWorker?.addEventListener("message", ({ data }) => { if (data.goTo) goTo(data.goTo); });
  await look();
}

function goTo(url) {
  const address = new URL(url, location.origin);
  if (address.origin === location.origin) location.assign(address);
}

// What the address names, and what the page shows; only while somebody can see it.
async function look() {
  if (document.hidden) return;
  const named = /^#news-(\d+)$/.exec(location.hash)?.[1];
  const shown = [...document.querySelectorAll("[data-notice]")].map((one) => one.dataset.notice);
  const fresh = [named, ...shown].filter(Boolean).map(Number);
  if (fresh.length) await keep(NAME, [...new Set([...((await fact(NAME)) ?? []), ...fresh])].slice(-50));
  await send();
}

let isSending = false;

async function send() {
  const waiting = (await fact(NAME)) ?? [];
  if (isSending || !waiting.length || !navigator.onLine) return;
  isSending = true;
  try {
    // A page that was kept may have an old token: the house gives the one that holds, and says who is logged in.
    const door = await fetch("/field/sync/", { redirect: "manual", cache: "no-store" });
    if (!door.ok) return;
    const { token, person } = await door.json();
    if (person !== Number(document.body.dataset.person)) return;
    const body = new URLSearchParams(waiting.map((number) => ["news", number]));
    const answer = await fetch("/field/news/", { method: "POST", body, headers: { "X-CSRFToken": token }, redirect: "manual" });
    if (answer.ok) await keep(NAME, ((await fact(NAME)) ?? []).filter((number) => !waiting.includes(number)));
  } catch {
    // No signal after all: the next time.
  } finally {
    isSending = false;
  }
}
