// The page as it will be when everything has arrived: what waits on the phone, or has come to the house after the page was
// made, is laid over what the page says.
import { drop, isUnsent, kept, put, waiting } from "./queue.js";
import { remove } from "./store.js";

const urls = new Map(); // of photos that wait: action → address within the browser

export async function show() {
  const own = (await kept()).filter((row) => row.state !== "refused" && row.person === Number(document.body.dataset.person));
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

// Whether a page that was made at that moment does not know of it.
const isNews = (row, { dataset }) => row.state !== "sent" || Date.parse(row.taken) > Date.parse(dataset.at);

function lay(part, all) {
  const rows = all.filter(isUnsent);
  for (const mark of part.querySelectorAll("[data-waits]")) {
    mark.hidden = !rows.some(({ kind }) => mark.dataset.waits.split(" ").includes(kind));
  }
  // What the house can only take once it has heard of the status.
  for (const way of part.querySelectorAll("[data-when-sent]")) way.hidden = rows.some(({ kind }) => kind === "status" || kind === "taking_back");
  status(part, all);
  const news = all.filter((row) => isNews(row, part));
  note(part, news);
  delay(part, news);
  photos(part, news);
  forget(part, all);
}

// Of photos that this page shows by itself the phone need not keep another.
function forget(part, all) {
  if (!part.querySelector("[data-photos-waiting]")) return;
  const known = all.filter((row) => row.kind === "photo" && !isNews(row, part));
  if (known.length) remove(known.map(({ number }) => number));
}

// The last one that waits; none: as the house said it.
function status(part, rows) {
  const chip = part.querySelector("[data-statuses]");
  if (!chip) return;
  const words = JSON.parse(chip.dataset.statuses);
  const order = Object.keys(words);
  let now = chip.dataset.status;
  for (const { kind, data } of rows.filter((row) => isNews(row, chip))) {
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
  const removed = new Set(rows.filter(({ kind }) => kind === "photo_removal").map(({ data }) => data.photo));
  const there = rows.filter(({ id, kind, file }) => kind === "photo" && file && !removed.has(id));
  const kept = new Set(there.map(({ id }) => id));
  for (const shown of [...list.children]) if (!kept.has(shown.dataset.action)) shown.remove();
  for (const [id, url] of urls) if (!kept.has(id)) { URL.revokeObjectURL(url); urls.delete(id); }
  for (const row of there) {
    const line = list.querySelector(`[data-action="${row.id}"]`) ?? list.appendChild(drawn(part, row));
    line.querySelector(".waits").hidden = row.state === "sent";
  }
  list.hidden = !there.length;
  for (const photo of part.querySelectorAll("[data-photo]")) photo.hidden = removed.has(photo.dataset.photo);
}

function drawn(part, row) {
  const line = part.querySelector("template[data-photo-waiting]").content.firstElementChild.cloneNode(true);
  if (!urls.has(row.id)) urls.set(row.id, URL.createObjectURL(new Blob([row.file.bytes], { type: row.file.type })));
  line.dataset.action = row.id;
  line.querySelector("img").src = urls.get(row.id);
  line.querySelector("button").addEventListener("click", () => takeOut(row));
  return line;
}

// One that has gone meanwhile is taken out by the house, too.
async function takeOut({ id, number, visit }) {
  if ((await waiting()).some((row) => row.number === number)) return drop(number);
  return put({ kind: "photo_removal", visit, data: { photo: id } });
}
