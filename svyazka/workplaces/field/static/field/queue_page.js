// The page of the queue: what waits, what was not taken and why, line by line.
import { drop, isUnsent, sendNow, state, tryAgain, waiting } from "./queue.js";

const box = () => document.getElementById("queue-page");

document.addEventListener("click", ({ target }) => {
  if (!box()?.contains(target)) return;
  if (target.closest("[data-send-now]")) sendNow();
  if (target.closest("[data-copy-all]")) copy(target.closest("[data-copy-all]"));
});
for (const name of ["field:queued", "field:told", "field:state", "htmx:afterSettle"]) document.addEventListener(name, draw);
draw();

async function draw() {
  if (!box()) return;
  const me = Number(document.body.dataset.person);
  const rows = await waiting();
  const words = JSON.parse(document.getElementById("queue-words").textContent);
  const lists = {
    waiting: rows.filter((row) => row.person === me && isUnsent(row)),
    refused: rows.filter((row) => row.person === me && row.state === "refused"),
    foreign: rows.filter((row) => row.person !== me),
  };
  for (const [name, found] of Object.entries(lists)) {
    const part = box().querySelector(`[data-list="${name}"]`);
    part.hidden = !found.length;
    part.querySelector(".count").textContent = found.length;
    part.querySelector("ul").replaceChildren(...found.map((row) => line(row, words, name)));
  }
  box().querySelector("[data-nothing]").hidden = Boolean(rows.length);
  for (const button of box().querySelectorAll("[data-send-now]")) {
    button.disabled = state === "sending" || !lists.waiting.length;
  }
  box().querySelector("[data-copy-all]").disabled = !rows.length;
}

function line(row, words, list) {
  const made = document.getElementById("queue-line").content.firstElementChild.cloneNode(true);
  const put = (name, text) => { made.querySelector(`[data-${name}]`).textContent = text; };
  put("kind", words.kinds[row.kind] ?? row.kind);
  put("what", list === "foreign" ? "" : said(row, words));
  put("when", when(row));
  put("visit", list === "foreign" ? "" : nameOf(row, words));
  made.querySelector("a").href = row.visit ? `/field/visits/${row.visit}/` : "/field/";
  const why = made.querySelector("[data-why]");
  why.textContent = row.words ?? "";
  why.hidden = !row.words;
  const buttons = made.querySelector("[data-buttons]");
  buttons.hidden = list !== "refused";
  made.querySelector("[data-again]").addEventListener("click", () => tryAgain(row.number));
  made.querySelector("[data-remove]").addEventListener("click", () => { if (confirm(words.remove)) drop(row.number); });
  return made;
}

const nameOf = ({ label, visit }, words) => label || (visit ? words.visit.replace("{n}", visit) : "");

// Of materials, works and payments: what a person has entered, without the numbers of the rows.
const ON_SITE = ["name", "quantity", "unit", "price", "amount", "receipt", "consent_name", "consent_note", "note"];

function said({ data, file, said: inWords }, words) {
  if (inWords) return inWords;
  if (file) return words.size.replace("{n}", Math.max(1, Math.round(file.bytes.byteLength / 1024)));
  if (data.status) return words.statuses[data.status] ?? data.status;
  if (data.from) return words.statuses[data.from] ?? data.from;
  if (data.minutes) return words.minutes.replace("{n}", data.minutes);
  if (data.drawing) return "";
  if (data.row) return ON_SITE.map((name) => data[name]).filter(Boolean).join(", ");
  return typeof data.text === "string" ? data.text : Object.values(data).filter((value) => typeof value === "string").join(", ");
}

const when = ({ at }) => new Date(at).toLocaleString(document.documentElement.lang, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

// For whoever wants to be sure, or has to send it another way.
async function copy(button) {
  const me = Number(document.body.dataset.person);
  const words = JSON.parse(document.getElementById("queue-words").textContent);
  const rows = (await waiting()).filter((row) => row.person === me);
  const text = rows.map((row) => [when(row), nameOf(row, words), words.kinds[row.kind] ?? row.kind, said(row, words), row.words].filter(Boolean).join(" · ")).join("\n");
  await navigator.clipboard.writeText(text);
  button.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { message: button.dataset.copied } }));
}
