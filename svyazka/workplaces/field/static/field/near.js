// Only where the company wants it, the person has agreed, it is his working time, and this page is open: the phone itself
// notices that he came to the address of a visit or left it. Only that is sent, never where he was.
import { course } from "./course.js";
import { follow } from "./nearness.js";
import { put } from "./queue.js";
import { laid } from "./shown.js";
import { fact, keep } from "./store.js";

const CHOICES = { enableHighAccuracy: true, maximumAge: 15_000, timeout: 60_000 };
const LOOKED_AT = 60_000;

let watch = null;
let line = Promise.resolve();

export async function begin() {
  document.addEventListener("visibilitychange", decide);
  document.addEventListener("htmx:afterSettle", decide);
  document.addEventListener("field:queued", offer);
  document.addEventListener("field:told", offer);
  document.addEventListener("click", ({ target }) => target.closest?.("[data-near-do]") && carryOut(target.closest("[data-near-do]")));
  setInterval(decide, LOOKED_AT);
  await decide();
}

// What the page says is kept: any page of the app goes on with it.
async function told() {
  const given = document.getElementById("near-places");
  if (given) await keep("near", JSON.parse(given.textContent));
  return fact("near");
}

async function decide() {
  const near = await told();
  const wanted = Boolean(near && placesNow(near).length) && near.person === Number(document.body.dataset.person) && isAtWork(near) && !document.hidden;
  if (wanted && watch === null && "geolocation" in navigator) watch = navigator.geolocation.watchPosition(heard, refused, CHOICES);
  if (!wanted && watch !== null) stop();
  if (!near) await forget();
  await offer();
}

// He has taken it back, or another works on this phone.
async function forget() {
  for (const name of ["nearness", "near-last"]) if (await fact(name)) await keep(name, null);
}

const placesNow = ({ places }) => places.filter((one) => Date.now() >= Date.parse(one.from) && Date.now() < Date.parse(one.until));

const isAtWork = ({ hours }) => hours.some(([begin, end]) => Date.now() >= Date.parse(begin) && Date.now() <= Date.parse(end));

function stop() {
  navigator.geolocation.clearWatch(watch);
  watch = null;
}

function refused({ code }) {
  if (code === 1) stop(); // he has forbidden it in the browser
}

// One after the other: what was remembered of the last one is written before the next is looked at.
function heard(position) {
  line = line.then(() => heed(position)).catch((fault) => console.warn("near", fault.name));
}

async function heed({ coords, timestamp }) {
  const near = await fact("near");
  if (!near || !isAtWork(near)) return;
  const fix = { lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy, at: timestamp };
  const { known, events } = follow(await fact("nearness"), fix, placesNow(near), near.stays);
  await keep("nearness", known);
  for (const event of events) await send(event, near);
  if (events.length) await offer();
}

async function send({ visit, kind, at, accuracy }, near) {
  const place = near.places.find((one) => one.visit === visit);
  await keep("near-last", { ...((await fact("near-last")) ?? {}), [visit]: { kind, at } });
  await put({ kind, visit, data: { accuracy }, seen: place.seen, at: new Date(at).toISOString() });
}

// Only a question: whoever came or left says himself what becomes of the visit.
async function offer() {
  const last = (await fact("near-last")) ?? {};
  for (const part of document.querySelectorAll("[data-near-offer]")) {
    const { kind } = last[part.dataset.nearOffer] ?? {};
    const status = await statusOf(Number(part.dataset.nearOffer), part.dataset.status);
    part.querySelector('[data-near="came"]').hidden = !(kind === "came" && (status === "planned" || status === "on_way"));
    part.querySelector('[data-near="left"]').hidden = !(kind === "left" && status === "started");
    part.hidden = [...part.querySelectorAll("[data-near]")].every((one) => one.hidden);
  }
}

// As it will be when everything has arrived.
async function statusOf(visit, said) {
  const { status = said, paused = "", before = "" } = document.querySelector("#stop [data-statuses]")?.dataset ?? {};
  return course({ status, paused: paused || null, before }, (await laid()).filter((row) => row.visit === visit)).status;
}

// The very button that the page has for it; where it leads to a page of its own (a checklist), there.
function carryOut(button) {
  const wanted = button.dataset.nearDo;
  const steps = document.querySelector("#stop [data-steps]:not([hidden])");
  const own = steps?.querySelector(`button[name="status"][value="${wanted}"]`) ?? (wanted === "done" ? steps?.querySelector("a[data-while-at-work]") : null);
  own?.click();
}
