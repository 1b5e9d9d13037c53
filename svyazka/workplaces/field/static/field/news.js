// News of a visit that somebody has opened has been seen; said to the house at once, or when there is signal again.
import { fact, keep } from "./store.js";

const NAME = "news-seen";

export async function begin() {
  addEventListener("hashchange", look);
  addEventListener("online", send);
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
  const shown = [...document.querySelectorAll("[data-news]")].map((one) => one.dataset.news);
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
    const body = new URLSearchParams(waiting.map((number) => ["news", number]));
    const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
    const answer = await fetch("/field/news/", { method: "POST", body, headers, redirect: "manual" });
    if (answer.ok) await keep(NAME, ((await fact(NAME)) ?? []).filter((number) => !waiting.includes(number)));
  } catch {
    // No signal after all: the next time.
  } finally {
    isSending = false;
  }
}
