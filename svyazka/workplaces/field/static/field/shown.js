// The page as it will be when everything has arrived: what waits on the phone is laid over what the house has said, and
// what has arrived since the house drew it.
import { hour, isAhead } from "./clock.js";
import { course, isOver } from "./course.js";
import { crew } from "./crew.js";
import { points } from "./points.js";
import { drop, isUnsent, waiting } from "./queue.js";
import { arrived } from "./store.js";
import { layDrawings } from "./drawing.js";

const urls = new Map(); // of photos that wait: action → address within the browser

export async function show() {
  const rows = await laid();
  for (const part of document.querySelectorAll("[data-visit]")) {
    if (!part.matches("form")) lay(part, rows.filter(({ visit }) => visit === Number(part.dataset.visit)));
  }
  // A page that was kept the day before; what the house shows already stays, whatever the phone's clock says.
  for (const early of document.querySelectorAll("[data-on-day][hidden]:not([data-all])")) early.hidden = isAhead(early.dataset.onDay);
}

// What has come to the house since it drew this page.
export async function news() {
  const drawn = Date.parse(document.getElementById("field-bar")?.dataset.drawn);
  return (await arrived()).filter(({ came }) => Date.parse(came) > drawn).map((row) => ({ ...row, isThere: true }));
}

// In the order in which it was done.
export async function laid() {
  const me = Number(document.body.dataset.person);
  const own = [...(await news()), ...(await waiting()).filter(isUnsent)].filter(({ person }) => person === me);
  return own.sort((one, other) => one.number - other.number);
}

function lay(part, rows) {
  const open = new Set(rows.filter(({ isThere }) => !isThere).map(({ kind }) => kind));
  for (const mark of part.querySelectorAll("[data-waits]")) mark.hidden = !mark.dataset.waits.split(" ").some((kind) => open.has(kind));
  for (const way of part.querySelectorAll("[data-unless]")) way.hidden = open.has(way.dataset.unless);
  const now = status(part, rows);
  for (const later of part.querySelectorAll("[data-once-sent]")) later.hidden = !(now && ["started", "done"].includes(now.status));
  note(part, rows);
  delay(part, rows);
  photos(part, rows);
  points(part, rows, now?.status);
  crew(part, rows, now?.status);
  tasks(part, rows);
  forms(part, rows);
  layDrawings(part, rows);
}

// → how it stands; nothing, where this part says nothing of it.
function status(part, rows) {
  const chip = part.querySelector("[data-statuses]");
  if (!chip) return null;
  const words = JSON.parse(chip.dataset.statuses);
  const { status: said, paused, before } = chip.dataset;
  const now = course({ status: said, paused: paused || null, before }, rows);
  order(part, now.status);
  if (!(now.status in words)) return now; // cancelled, or one that this page does not know
  const key = `${now.status} ${now.paused ?? ""}`;
  if (chip.dataset.now === key || (!chip.dataset.now && key === `${said} ${paused}`)) return now;
  chip.dataset.now = key;
  chip.textContent = now.paused ? words.paused : words[now.status];
  chip.className = `chip ${{ done: "good", not_done: "bad", planned: "" }[now.status] ?? "warn"}`;
  for (const steps of part.querySelectorAll("[data-steps]")) steps.hidden = steps.dataset.steps !== now.status;
  const card = part.matches(".stop") ? part : part.querySelector(".stop");
  for (const one of ["done", "not_done"]) card?.classList.toggle(one, now.status === one);
  for (const on of part.querySelectorAll("[data-while-on]")) on.hidden = isOver(now.status);
  rest(part, now);
  notDone(part, now, words);
  return now;
}

// What was known before is read on the way; once the work has begun it stands below it.
function order(part, status) {
  if (!part.matches(".field-page") || part.dataset.stands === status) return;
  const [site, known] = ["[data-on-site]", "[data-known]"].map((one) => part.querySelector(one));
  const isFirst = !part.dataset.stands && part.querySelector(`[data-status="${status}"]`); // as the house has drawn it
  part.dataset.stands = status;
  if (isFirst || !site) return;
  if (["planned", "on_way"].includes(status)) site.before(known);
  else site.after(known);
  for (const one of part.querySelectorAll("[data-open-while]")) one.open = one.dataset.openWhile.split(" ").includes(status);
}

function rest(part, { paused }) {
  for (const form of part.querySelectorAll("[data-break]")) form.hidden = (form.dataset.break === "over") !== Boolean(paused);
  for (const button of part.querySelectorAll("[data-while-at-work]")) button.classList.toggle("primary", !paused);
  const since = part.querySelector("[data-rests]");
  if (!since) return;
  since.hidden = !paused;
  if (paused) since.textContent = since.dataset.rests.replace("{since}", hour(paused));
  since.parentElement.hidden = !paused && !since.parentElement.dataset.worked;
}

function notDone(part, { status: now, why, before }, words) {
  const box = part.querySelector("[data-not-done]");
  if (!box) return;
  box.hidden = now !== "not_done";
  if (!why) return;
  const reason = why.reason && part.querySelector(`[data-queue=not_done] input[value="${CSS.escape(why.reason)}"]`);
  box.querySelector("[data-why-not]").textContent = [reason?.closest("label").textContent.trim(), why.text?.trim()].filter(Boolean).join(": ");
  const back = box.querySelector("[data-back-to]");
  if (back) back.textContent = back.dataset.backTo.replace("{status}", words[before]);
}

// What somebody has to do besides: ticked off, it waits, and then it is gone.
function tasks(part, rows) {
  for (const line of part.querySelectorAll("[data-task]")) {
    const own = rows.filter(({ kind, data }) => kind === "task" && data.task === line.dataset.task);
    line.hidden = own.some(({ isThere }) => isThere);
    line.querySelector("[data-task-waits]").hidden = !own.length;
    line.querySelector("form").hidden = Boolean(own.length);
  }
}

// A form of which somebody has said that it is complete.
function forms(part, rows) {
  for (const line of part.querySelectorAll("[data-form]")) {
    const own = rows.filter(({ kind, data }) => ["sheet", "sheet_end"].includes(kind) && data.form === line.dataset.form);
    const ends = own.at(-1)?.kind === "sheet_end";
    line.querySelector("[data-form-ends]").hidden = !ends;
    line.querySelector("[data-form-stands]").hidden = ends;
    line.querySelector("[data-form-waits]").hidden = !own.some(({ isThere }) => !isThere);
  }
}

function note(part, rows) {
  const last = rows.filter(({ kind }) => kind === "note").at(-1);
  const text = part.querySelector("form[data-queue='note'] textarea");
  if (!last || !text || (text.value !== text.defaultValue && text.value !== last.data.text)) return;
  text.value = text.defaultValue = last.data.text;
}

function delay(part, rows) {
  const last = rows.filter(({ kind }) => kind === "delay").at(-1);
  const said = part.querySelector("[data-delay]");
  if (last && said) said.textContent = Number(last.data.minutes) ? `+${last.data.minutes}` : "0";
}

function photos(part, rows) {
  const list = part.querySelector("[data-photos-waiting]");
  if (!list) return;
  const there = rows.filter(({ kind, file, isThere }) => kind === "photo" && file && !isThere);
  const kept = new Set(there.map(({ id }) => id));
  for (const shown of [...list.children]) if (!kept.has(shown.dataset.action)) shown.remove();
  for (const [id, url] of urls) if (!kept.has(id)) { URL.revokeObjectURL(url); urls.delete(id); }
  for (const row of there) if (!list.querySelector(`[data-action="${row.id}"]`)) list.append(drawn(part, row));
  list.hidden = !there.length;
  const removed = new Set(rows.filter(({ kind }) => kind === "photo_removal").map(({ data }) => data.photo));
  for (const photo of part.querySelectorAll("[data-photo]")) photo.hidden = removed.has(photo.dataset.photo);
}

function drawn(part, row) {
  const line = part.querySelector("template[data-photo-waiting]").content.firstElementChild.cloneNode(true);
  if (!urls.has(row.id)) urls.set(row.id, URL.createObjectURL(new Blob([row.file.bytes], { type: row.file.type })));
  line.dataset.action = line.dataset.shot = row.id;
  line.querySelector("img").src = urls.get(row.id);
  line.querySelector("button").addEventListener("click", () => dropPhoto(row));
  return line;
}

// What was drawn on it goes with it.
async function dropPhoto(row) {
  for (const { number, kind, data } of await waiting()) if (kind === "drawing" && data.photo === row.id) await drop(number);
  await drop(row.number);
}
