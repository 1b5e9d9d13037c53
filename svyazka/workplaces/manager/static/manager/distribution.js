// The board of distribution: ticking many, a range with Shift, by keyboard; dragging them onto a person. What is ticked
// stays ticked when the page is drawn again. One set of listeners for the whole life of the shell.
const form = () => document.getElementById("sharing");
const boxes = () => [...(form()?.querySelectorAll("input[name='deals']") ?? [])];
const ticked = () => boxes().filter((box) => box.checked);

let last = null; // the value of the box from which a range goes on
let kept = { ids: new Set(), focus: "", choosing: false };

function count() {
  const page = form();
  if (!page) return;
  const number = ticked().length;
  page.classList.toggle("some", number > 0);
  if (!number) page.classList.remove("choosing");
  page.querySelector("[data-ticked-count]").textContent = number;
  const rule = page.querySelector("button[value='rule']");
  if (rule) rule.textContent = number ? `${rule.dataset.ticked}: ${number}` : rule.dataset.all;
  const all = document.getElementById("all-leads");
  if (!all) return;
  all.checked = number > 0 && number === boxes().length;
  all.indeterminate = number > 0 && !all.checked;
}

function range(to, on) {
  const every = boxes();
  const [from, until] = [every.findIndex((box) => box.value === last), every.indexOf(to)].sort((a, b) => a - b);
  if (from < 0) return;
  for (const box of every.slice(from, until + 1)) box.checked = on;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("#sharing input[name='deals']");
  if (box) {
    if (event.shiftKey && last) range(box, box.checked);
    last = box.value;
  }
  if (event.target.closest?.("#sharing [data-sheet]")) form().classList.toggle("choosing");
});

document.addEventListener("change", (event) => {
  if (!event.target.closest?.("#sharing")) return;
  if (event.target.id === "all-leads") for (const box of boxes()) box.checked = event.target.checked;
  count();
});

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("#sharing input[name='deals']");
  if (event.key === "Escape" && form()?.classList.contains("choosing")) return form().classList.remove("choosing");
  if (!box || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  const every = boxes();
  const next = every[every.indexOf(box) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  if (event.shiftKey) box.checked = next.checked = true;
  next.focus();
  last = next.value;
  count();
});

document.addEventListener("dragstart", (event) => {
  const row = event.target.closest?.("#sharing .lead");
  if (!row) return;
  row.querySelector("input").checked = true;
  count();
  for (const box of ticked()) box.closest(".lead").classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", ticked().length);
});
document.addEventListener("dragover", (event) => {
  const receiver = event.target.closest?.("#sharing .receiver");
  for (const over of document.querySelectorAll(".receiver.over")) over.classList.toggle("over", over === receiver);
  if (!receiver) return;
  event.preventDefault();
  receiver.classList.add("over");
});
document.addEventListener("drop", (event) => {
  const receiver = event.target.closest?.("#sharing .receiver");
  if (!receiver) return;
  event.preventDefault();
  receiver.querySelector("button[name]").click();
});
document.addEventListener("dragend", () => {
  for (const row of document.querySelectorAll(".lead.dragged, .receiver.over")) row.classList.remove("dragged", "over");
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id !== "distribution" || !form()) return;
  const choosing = form().classList.contains("choosing");
  kept = { ids: new Set(ticked().map((box) => box.value)), focus: document.activeElement?.id ?? "", choosing };
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target?.id !== "distribution") return;
  for (const box of boxes()) box.checked = kept.ids.has(box.value);
  form()?.classList.toggle("choosing", kept.choosing);
  count();
  if (kept.focus && document.activeElement === document.body) document.getElementById(kept.focus)?.focus();
});
// What can be taken back for a minute only is offered no longer.
document.addEventListener("htmx:oobAfterSwap", () => {
  const offer = document.querySelector("#distribution-said [data-passes]");
  if (offer) setTimeout(() => offer.isConnected && offer.remove(), Number(offer.dataset.passes) * 1000);
});
