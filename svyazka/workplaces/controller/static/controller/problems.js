// Several deals are chosen for one help; the choice outlives the list being drawn anew.
const list = () => document.getElementById("problems");
const boxes = () => [...(list()?.querySelectorAll("[name='deal']") ?? [])];
let chosen = new Set();

document.addEventListener("change", ({ target }) => {
  if (!list()?.contains(target)) return;
  if (target.matches("[data-all]")) for (const box of boxes()) box.checked = target.checked;
  if (!target.matches("[data-all], [name='deal']")) return;
  // A deal with several problems is one deal.
  if (target.name === "deal") for (const box of boxes()) if (box.value === target.value) box.checked = target.checked;
  chosen = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
  show();
});

document.addEventListener("htmx:afterSwap", () => {
  if (!list()) return chosen.clear();
  const there = boxes();
  for (const box of there) box.checked = chosen.has(box.value);
  chosen = new Set(there.filter((box) => box.checked).map((box) => box.value));
  show();
});

document.addEventListener("problems:solved", () => {
  chosen.clear();
  if (list()) htmx.trigger(list(), "live:again");
});

function show() {
  const bar = document.getElementById("chosen");
  if (!bar) return;
  for (const part of bar.querySelectorAll("[data-some]")) part.hidden = !chosen.size;
  for (const part of bar.querySelectorAll("[data-none]")) part.hidden = chosen.size > 0;
  bar.querySelector("[data-number]").textContent = chosen.size;
  const all = bar.querySelector("[data-all]");
  const there = boxes();
  all.checked = there.length > 0 && there.every((box) => box.checked);
  all.indeterminate = chosen.size > 0 && !all.checked;
}
