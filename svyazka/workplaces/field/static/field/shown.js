// The page as it will be when everything has arrived: what waits on the phone is laid over what the house has said.
import { drop, isUnsent, waiting } from "./queue.js";
import { layDrawings } from "./drawing.js";

const urls = new Map(); // of photos that wait: action → address within the browser

export async function show() {
  const own = (await waiting()).filter((row) => isUnsent(row) && row.person === Number(document.body.dataset.person));
  const visits = new Map(Map.groupBy ? Map.groupBy(own, ({ visit }) => visit) : grouped(own));
  for (const part of document.querySelectorAll("[data-visit]")) {
    if (!part.matches("form")) lay(part, visits.get(Number(part.dataset.visit)) ?? []);
  }
}

function grouped(rows) {
  const found = new Map();
  for (const row of rows) found.set(row.visit, [...(found.get(row.visit) ?? []), row]);
  return found;
}

function lay(part, rows) {
  for (const mark of part.querySelectorAll("[data-waits]")) {
    mark.hidden = !rows.some(({ kind }) => mark.dataset.waits.split(" ").includes(kind));
  }
  // What the house can only take once it has heard of the status.
  for (const way of part.querySelectorAll("[data-when-sent]")) way.hidden = rows.some(({ kind }) => kind === "status" || kind === "taking_back");
  status(part, rows);
  note(part, rows);
  delay(part, rows);
  photos(part, rows);
  layDrawings(part, rows);
}

// The last one that waits; none: as the house said it.
function status(part, rows) {
  const chip = part.querySelector("[data-statuses]");
  if (!chip) return;
  const words = JSON.parse(chip.dataset.statuses);
  const order = Object.keys(words);
  let now = chip.dataset.status;
  for (const { kind, data } of rows) {
    if (kind === "status" && order.indexOf(data.status) > order.indexOf(now)) now = data.status;
    if (kind === "taking_back" && data.from === now) now = order[order.indexOf(now) - 1] ?? now;
  }
  if (!(now in words)) return; // cancelled, or one that this page does not know
  if (chip.dataset.now === now || (!chip.dataset.now && now === chip.dataset.status)) return;
  chip.dataset.now = now;
  chip.textContent = words[now];
  chip.className = `chip ${now === "done" ? "good" : now === "planned" ? "" : "warn"}`;
  for (const steps of part.querySelectorAll("[data-steps]")) steps.hidden = steps.dataset.steps !== now;
  const card = part.matches(".stop") ? part : part.querySelector(".stop");
  card?.classList.toggle("done", now === "done");
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
  const there = rows.filter(({ kind, file }) => kind === "photo" && file);
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
