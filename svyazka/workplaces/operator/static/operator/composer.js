// The composer of a thread: what was typed is kept until it is sent, files come by button, drag and paste, and quick
// replies behind a slash. Loaded once; the page's body comes and goes.
const SAY_AGAIN = 4_000; // milliseconds between two signs that somebody types
const composer = () => document.getElementById("composer");
const form = () => document.querySelector("form#answer");
const text = () => document.getElementById("answer-text");
const input = () => form()?.querySelector("input[name='files']");
const client = () => document.getElementById("thread")?.dataset.client ?? "";
const chosenWay = () => document.querySelector("input[name='way'][form='answer']:checked");
const draft = () => `draft-${client()}`;
const isText = (target) => target?.id === "answer-text";

let told = 0;
let asking = null;
document.addEventListener("input", ({ target }) => {
  if (!isText(target)) return;
  target.value ? sessionStorage.setItem(draft(), target.value) : sessionStorage.removeItem(draft());
  count();
  slash();
  if (target.value && Date.now() - told > SAY_AGAIN) {
    told = Date.now();
    fetch(form().dataset.writing, { method: "POST", headers: headers() }).catch(() => null);
  }
});
const headers = () => JSON.parse(document.body.getAttribute("hx-headers"));

document.addEventListener("change", ({ target }) => {
  if (target.name === "way" && target.form === form()) chooseWay(target);
  if (target === input()) listFiles();
});

document.addEventListener("click", (event) => {
  const { target } = event;
  const mode = target.closest("[data-mode]");
  if (mode) switchTo(mode.dataset.mode);
  const reply = target.closest("[data-reply]");
  if (reply && form()) quote(reply);
  if (target.closest("[data-no-reply]")) unquote();
  if (target.closest("[data-not-now]")) document.getElementById("meanwhile").replaceChildren();
  const habit = target.closest("[data-habit]");
  if (habit) changeHabit(habit);
  if (target.closest("[data-replies-open]")) ask("");
  else if (!target.closest("#replies-box") && !isText(target)) close();
  const chosen = target.closest("#replies-box [role='option']");
  if (chosen) take(chosen);
  const gone = target.closest("[data-without]");
  if (gone) keep([...input().files].filter((_file, at) => at !== Number(gone.dataset.without)));
});

// Sent: the composer comes back empty, and so does what was kept of it.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id === "composer" && detail.xhr.status === 200) sessionStorage.removeItem(draft());
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id === "composer" || detail.elt?.id === "composer") text()?.focus();
  if (composer() && !composer().dataset.begun) begin();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt?.id === "thread-note" && detail.successful) {
    detail.elt.reset();
    switchTo("answer");
  }
});
// What is before his eyes while he has typed nothing, he has seen.
document.body.addEventListener("thread:renewed", () => {
  if (!form() || text().value) return;
  const last = [...document.querySelectorAll("#lines [data-number]")].map(({ dataset }) => Number(dataset.number));
  form().elements.seen.value = Math.max(0, ...last);
});

for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => {
  if (!event.target.closest?.("#thread") || !input() || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  composer().classList.toggle("dropping", name === "dragover");
  if (name === "drop") add(event.dataTransfer.files);
});
document.addEventListener("dragleave", ({ relatedTarget }) => { if (!relatedTarget) composer()?.classList.remove("dropping"); });
document.addEventListener("paste", (event) => {
  if (!isText(event.target) || !event.clipboardData.files.length) return;
  event.preventDefault();
  add(event.clipboardData.files);
});

// Before the keys that send: an open list of replies has them.
document.addEventListener("keydown", (event) => {
  const box = document.getElementById("replies-box");
  if (!box || box.hidden || !isText(event.target)) return;
  const lines = [...box.querySelectorAll("[role='option']")];
  const at = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && lines.length) choose(lines, (at + step + lines.length) % lines.length);
  else if ((event.key === "Enter" || event.key === "Tab") && lines[at]) take(lines[at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

begin();

function begin() {
  if (!composer()) return;
  composer().dataset.begun = "1";
  if (!text()) return;
  const kept = sessionStorage.getItem(draft());
  if (kept && !text().value) text().value = kept;
  count();
}

function switchTo(mode) {
  for (const one of composer().querySelectorAll("[data-mode]")) one.dataset.mode === mode ? one.setAttribute("aria-current", "true") : one.removeAttribute("aria-current");
  const note = document.getElementById("thread-note");
  note.hidden = mode !== "note";
  document.getElementById("answer").hidden = mode === "note";
  composer().classList.toggle("noting", mode === "note");
  (mode === "note" ? note.elements.text : text())?.focus();
}

function chooseWay(radio) {
  const way = radio.closest(".way");
  const shown = document.getElementById("way-chosen");
  shown.querySelector(".cut").textContent = way.querySelector("[data-name]").textContent;
  shown.querySelector(".light").className = way.querySelector(".light").className;
  shown.closest("details").open = false;
  form().elements.subject.hidden = radio.dataset.subject !== "1";
  count();
  listFiles();
  text().focus();
}

// Only near the end: nobody counts before.
function count() {
  const left = Number(chosenWay()?.dataset.longest ?? 0) - text().value.length;
  const place = document.getElementById("left-over");
  place.textContent = left < 100 ? left : "";
  place.classList.toggle("bad", left < 0);
}

function quote(button) {
  form().elements.answers.value = button.dataset.reply;
  const bar = form().querySelector(".quoting");
  bar.querySelector(".cut").textContent = button.closest("li").querySelector(".text")?.textContent.trim() || "…";
  bar.hidden = false;
  text().focus();
}

function unquote() {
  form().elements.answers.value = "";
  form().querySelector(".quoting").hidden = true;
}

function changeHabit(button) {
  const sends = text().dataset.enter !== "1";
  text().dataset.enter = sends ? "1" : "0";
  text().classList.toggle("one-line", sends);
  button.textContent = sends ? button.dataset.enterWords : button.dataset.ctrlWords;
  const given = new URLSearchParams({ enter: sends ? "1" : "0" });
  fetch(button.dataset.habit, { method: "POST", headers: { ...headers(), "HX-Request": "true" }, body: given }).catch(() => null);
  text().focus();
}

function add(files) {
  keep([...input().files, ...files]);
}

function keep(files) {
  const given = new DataTransfer();
  files.forEach((file) => given.items.add(file));
  input().files = given.files;
  listFiles();
}

function listFiles() {
  const list = form().querySelector(".chosen-files");
  const files = [...input().files];
  list.hidden = !files.length;
  list.replaceChildren(...files.map(line));
  const { largest, most, tooLarge, tooMany, noFiles } = form().dataset;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const wrong = !files.length ? "" : chosenWay()?.dataset.files === "0" ? noFiles : files.length > Number(most) ? tooMany : size > Number(largest) ? tooLarge : "";
  if (wrong) list.append(Object.assign(document.createElement("li"), { className: "small bad", textContent: wrong }));
  input().setCustomValidity(wrong);
}

function line(file, at) {
  const one = document.createElement("li");
  const kilobytes = Math.max(1, Math.round(file.size / 1024));
  const size = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: kilobytes < 1024 ? "kilobyte" : "megabyte", unitDisplay: "short", maximumFractionDigits: 1 });
  one.append(Object.assign(document.createElement("span"), { className: "cut", textContent: file.name }));
  one.append(Object.assign(document.createElement("span"), { className: "small faint nowrap", textContent: size.format(kilobytes < 1024 ? kilobytes : kilobytes / 1024) }));
  const without = Object.assign(document.createElement("button"), { type: "button", className: "button quiet small", textContent: "×", ariaLabel: file.name });
  without.dataset.without = at;
  one.append(without);
  return one;
}

// A slash at the beginning asks for replies, and what stands behind it narrows them down.
function slash() {
  const typed = /^\/([^\n]{0,40})$/.exec(text().value);
  typed ? ask(typed[1]) : close();
}

async function ask(typed) {
  asking?.abort();
  asking = new AbortController();
  const answer = await fetch(`${form().dataset.replies}?q=${encodeURIComponent(typed)}`, { headers: { "HX-Request": "true" }, signal: asking.signal }).catch(() => null);
  const box = document.getElementById("replies-box");
  if (!answer?.ok || !box) return;
  box.innerHTML = await answer.text();
  box.hidden = false;
  choose([...box.querySelectorAll("[role='option']")], 0);
  text().focus();
}

function choose(lines, at) {
  for (const [place, line] of lines.entries()) line.setAttribute("aria-selected", String(place === at));
  lines[at]?.scrollIntoView({ block: "nearest" });
  if (lines[at]) text().setAttribute("aria-activedescendant", lines[at].id);
}

function take(line) {
  const isSlash = /^\/[^\n]{0,40}$/.test(text().value);
  if (isSlash) text().value = line.dataset.text;
  else text().setRangeText(line.dataset.text, text().selectionStart, text().selectionEnd, "end");
  close();
  text().focus();
  text().dispatchEvent(new Event("input", { bubbles: true }));
}

function close() {
  asking?.abort();
  const box = document.getElementById("replies-box");
  if (box) box.hidden = true;
  text()?.removeAttribute("aria-activedescendant");
}
