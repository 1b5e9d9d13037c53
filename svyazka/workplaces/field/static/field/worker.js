// Between the pages of /field/ and the net: what was there once is there without signal, too. The house puts VERSION and
// ASSETS in front of it, and the modules with which the queue is sent.
import { sendAll } from "./sending.js";
import { fact, forgetArrived, keep } from "./store.js";

const SHELL = `field-shell-${VERSION}`;
const PAGES = "field-pages-"; // and the number of whoever they were made for
const PICTURES = "field-pictures-"; // the same
const MOST_PICTURES = 200; // a hundred megabytes: the oldest gives way
const OF_ONE_PAGE = 120;
const DOOR = "field-door"; // says since when the next page has to come from the house: somebody has logged in, or out

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => self.clients.claim())));
self.addEventListener("sync", (event) => { if (event.tag === "field-queue") event.waitUntil(sendFromHere()); });
self.addEventListener("message", (event) => { if (event.data?.keepReady) event.waitUntil(keepReady(event.data.keepReady)); });

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(asset(request));
  else if (isPage(request, url)) event.respondWith(page(event, request, url));
  else if (NEEDS_HOUSE.test(url.pathname) && isLooked(request)) event.respondWith(ofHouse(request));
  else if (/^\/field\/photos\/\d+\/$/.test(url.pathname)) event.respondWith(picture(request));
});

async function fill() {
  const shell = await caches.open(SHELL);
  const known = await Promise.all(ASSETS.map((address) => shell.match(address)));
  await shell.addAll(ASSETS.filter((_address, at) => !known[at]));
}

// The version before stays: a page that is still open, or was kept, may ask for its files.
async function tidy() {
  const shells = (await caches.keys()).filter((name) => name.startsWith("field-shell-") && name !== SHELL);
  await Promise.all(shells.slice(0, -1).map((name) => caches.delete(name)));
}

async function asset(request) {
  const kept = (await (await caches.open(SHELL)).match(request)) ?? (await caches.match(request));
  return kept ?? fetch(request);
}

// A whole page, or a link that takes only its main part, or a step back in the browser's history.
const isLooked = ({ mode, headers }) => mode === "navigate" || headers.get("HX-Boosted") === "true" || headers.get("HX-History-Restore-Request") === "true";

const isPage = (request, { pathname }) =>
  pathname.startsWith("/field/") && !pathname.startsWith("/field/sync/") && !NEEDS_HOUSE.test(pathname) && isLooked(request);

// Free times are with the house alone: without signal that is said in words.
const NEEDS_HOUSE = /^\/field\/visits\/\d+\/next\//;

async function ofHouse(request) {
  const isPart = request.mode !== "navigate";
  return fetch(request).catch(async () => asKept(await nothing("/field/without-signal/next/"), isPart));
}

async function page(event, request, url) {
  const isPart = request.mode !== "navigate";
  const kept = (await mustAsk()) ? null : await find(url);
  if (!kept) return (await fromHouse(request, url)) ?? (await asKept(await find(url), isPart)) ?? nothing();
  event.waitUntil(renew(event, url, await kept.clone().text()));
  return asKept(kept, isPart);
}

const mustAsk = async () => Boolean(await closedAt());

const closedAt = async () => Number(await (await (await caches.open(DOOR)).match("/field/"))?.text()) || 0;

// Asked as it was asked; kept only where it is a whole page. Nothing, where there is no signal.
async function fromHouse(request, url) {
  const asked = Date.now();
  const answer = await fetch(request).catch(() => null);
  // A phone that is full shows the page all the same.
  if (request.mode === "navigate" && answer?.ok && !answer.redirected) await put(url, answer.clone(), asked).catch(() => {});
  return answer;
}

// Shown at once, and asked for meanwhile. The page hears of it when it has changed.
async function renew(event, url, before) {
  const answer = await whole(url);
  if (!answer) return;
  const now = await answer.text();
  if (lasting(now) === lasting(before)) return;
  const comes = event.resultingClientId && (await self.clients.get(event.resultingClientId));
  const looking = await self.clients.matchAll({ type: "window" });
  for (const one of new Set([comes, ...looking])) one?.postMessage({ renewed: url.pathname + url.search });
}

// → the answer, where it is this person's page; it is kept then.
async function whole(url) {
  const asked = Date.now();
  try {
    const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "text/html" }, signal: AbortSignal.timeout?.(30_000) });
    // A session that has ended leads to the log-in: what is kept stays, and whoever logs in gets his own.
    if (answer.redirected && !isOurs(answer)) await askNext();
    if (answer.status === 404) await dropPage(url);
    if (!answer.ok || answer.redirected) return null;
    await put(url, answer.clone(), asked);
    return answer;
  } catch {
    return null;
  }
}

// It leads on to another page of ours: what it was for is over.
const isOurs = ({ url }) => new URL(url).pathname.startsWith("/field/");

// What is another with every answer says nothing: tokens of forms, numbers of requests, when it was drawn.
const lasting = (text) => main(text).replaceAll(/value="(?:[A-Za-z0-9]{64}|[0-9a-f-]{36})"|data-drawn="[^"]*"/g, "");

async function askNext() {
  await (await caches.open(DOOR)).put("/field/", new Response(String(Date.now())));
}

// What was asked for before somebody else logged in is nobody's any more.
async function put(url, answer, asked) {
  if (asked < (await closedAt())) return;
  const text = await answer.clone().text();
  const person = Number(/data-person="(\d+)"/.exec(text)?.[1]);
  if (!person) return;
  await keep("me", person);
  const own = [PAGES + person, PICTURES + person];
  const others = (await caches.keys()).filter((name) => [PAGES, PICTURES].some((kind) => name.startsWith(kind)) && !own.includes(name));
  await Promise.all(others.map((name) => caches.delete(name))); // nobody sees what was another's on this phone
  if (others.length) await forgetArrived(person);
  const pages = await caches.open(PAGES + person);
  await pages.put(nameOf(url), new Response(text, { headers: { "Content-Type": "text/html; charset=utf-8" } }));
  await (await caches.open(DOOR)).delete("/field/");
}

async function dropPage(url) {
  const pages = await mine();
  await pages?.delete(nameOf(url));
}

async function find(url) {
  return (await mine())?.match(nameOf(url));
}

async function mine() {
  const person = await fact("me");
  return person ? caches.open(PAGES + person) : null;
}

// Today's page is the one of that day, whatever day it was when it was kept.
function nameOf(url) {
  const day = url.searchParams.get("day") ?? today();
  return url.pathname === "/field/" ? `/field/?day=${day}` : url.pathname + url.search;
}

function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

async function asKept(kept, isPart) {
  if (!kept) return null;
  if (!isPart) return kept;
  const text = await kept.text();
  const title = /<title>[\s\S]*?<\/title>/.exec(text)?.[0] ?? "";
  return new Response(title + main(text).replace(/<main[^>]*>/, (begin) => begin + own(text)), { headers: { "Content-Type": "text/html; charset=utf-8" } });
}

// A link takes only the main part; what a page of ours needs besides goes into it, as where the house sends it.
const own = (text) => [...text.slice(0, text.indexOf("<body")).matchAll(/<link rel="stylesheet"[^>]*\/(?:field|sheets|drawings)\/[^>]*>|<script[^>]*\/field\/[^>]*><\/script>/g)].join("");

const main = (text) => text.slice(text.indexOf("<main"), text.indexOf("</main>") + 7);

async function nothing(instead = "/field/without-signal/") {
  const kept = await (await caches.open(SHELL)).match(instead);
  return kept ?? Response.error();
}

async function picture(request) {
  const person = await fact("me");
  const pictures = person ? await caches.open(PICTURES + person) : null;
  const kept = await pictures?.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (pictures && answer.ok && !answer.redirected) await keepPicture(pictures, request, answer.clone());
  return answer;
}

// A phone that is full shows it all the same.
async function keepPicture(pictures, request, answer) {
  await pictures.put(request, answer).catch(() => {});
  const kept = await pictures.keys();
  for (const old of kept.slice(0, -MOST_PICTURES)) await pictures.delete(old);
}

// Two lists at the same time would have each page fetched twice; of those that wait the last one counts.
let newest;
let isKept = Promise.resolve();

function keepReady(pages) {
  newest = pages;
  isKept = isKept.catch(() => {}).then(() => (newest === pages ? keepAll(pages) : null));
  return isKept;
}

// The pages of the coming days: those that are not there or have changed, one after the other, and none besides.
async function keepAll(pages) {
  const shown = (await fact("ready")) ?? {};
  const now = {};
  for (const { url, mark } of pages) {
    const address = new URL(url, location.origin);
    now[url] = mark;
    if (shown[url] === mark && (await find(address))) continue;
    const answer = await whole(address);
    if (!answer) delete now[url];
    else if (url.endsWith("/agreed/")) await keepPictures(address);
  }
  await keep("ready", now);
  // Whatever the house still lists stays as it was, where the new one could not be had.
  const listed = new Set(pages.map(({ url }) => url));
  await Promise.all(Object.keys(shown).filter((url) => !listed.has(url)).map((url) => dropPage(new URL(url, location.origin))));
}

// What was agreed on is shown with its photos, also where there is no signal.
async function keepPictures(address) {
  const text = await (await find(address))?.text();
  const named = new Set([...(text ?? "").matchAll(/src="(\/field\/photos\/\d+\/)"/g)].map(([, url]) => url));
  for (const url of [...named].slice(0, OF_ONE_PAGE)) await picture(new Request(new URL(url, location.origin))).catch(() => {});
}

// The browser woke us because there is signal again: where it fails it wakes us once more.
async function sendFromHere() {
  const channel = new BroadcastChannel("svyazka-field");
  const became = await sendAll((detail) => channel.postMessage({ name: "field:told", detail }));
  if (became === "lost" || became === "busy") throw new Error(became);
  const answer = await fetch("/field/ahead/", { redirect: "manual", cache: "no-store" });
  if (answer.ok) await keepReady((await answer.json()).pages);
}
