// A file that is dropped is read at once; payments are decided one after the other, by keyboard.
const lines = () => [...document.querySelectorAll(".bank-line")];
const waiting = () => lines().filter((line) => line.hasAttribute("data-waits"));
const isTyping = (target) => target.closest("input:not([type='checkbox']), select, textarea, dialog");
let next = null;

document.addEventListener("dragover", (event) => {
  const place = document.querySelector(".bank-drop");
  if (!place || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  place.classList.add("over");
});

document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.querySelector(".bank-drop")?.classList.remove("over");
});

document.addEventListener("drop", (event) => {
  const input = document.getElementById("statement-file");
  if (!input || !event.dataTransfer?.files.length) return;
  event.preventDefault();
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("change", ({ target }) => {
  if (target.id === "statement-file" && target.files.length) target.form.requestSubmit();
});

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-keys]") && document.getElementById("keys-of-statement")) explain();
});

document.addEventListener("keydown", (event) => {
  if (!lines().length || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const here = event.target.closest(".bank-line");
  if (event.code === "KeyJ" || event.code === "KeyK") step(here, event.code === "KeyJ" ? 1 : -1);
  else if (here && ["1", "2", "3"].includes(event.key)) here.querySelector(`[data-key="${event.key}"]`)?.click();
  else return;
  event.preventDefault();
});

document.addEventListener("htmx:beforeRequest", ({ target }) => {
  const line = target.closest?.(".bank-line");
  if (!line || target.matches("[type='search'], [data-key='2']")) return;
  const all = waiting();
  next = (all[all.indexOf(line) + 1] ?? all.find((one) => one !== line))?.id;
});

document.addEventListener("htmx:afterSettle", () => {
  if (!next) return;
  document.getElementById(next)?.focus();
  next = null;
});

function step(here, by) {
  const all = waiting().length ? waiting() : lines();
  const place = all.indexOf(here);
  all[Math.max(0, Math.min(all.length - 1, place < 0 ? 0 : place + by))]?.focus();
}

function explain() {
  const dialog = document.getElementById("dialog");
  dialog.replaceChildren(document.getElementById("keys-of-statement").content.cloneNode(true));
  dialog.showModal?.();
}
