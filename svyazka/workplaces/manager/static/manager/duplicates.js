import { walk } from "../shared/walking.js";

walk("#suspicions", { Digit1: "[data-same]", Digit2: "[data-apart]", Digit3: "[data-later]", KeyX: "[name='suspicion']" });

const list = () => document.getElementById("suspicions");
const boxes = () => [...(list()?.querySelectorAll("[name='suspicion']") ?? [])];
const help = () => document.getElementById("keys-of-duplicates");

// What is chosen outlives the list being drawn anew.
let chosen = new Set();

document.addEventListener("change", ({ target }) => {
  if (!list()?.contains(target)) return;
  if (target.matches("[data-all]")) for (const box of boxes()) box.checked = target.checked;
  if (!target.matches("[data-all], [name='suspicion']")) return;
  remember();
});

document.addEventListener("htmx:afterSwap", () => {
  if (!list()) return chosen.clear();
  for (const box of boxes()) box.checked = chosen.has(box.value);
  remember();
});

document.addEventListener("suspicions:changed", () => list() && htmx.trigger(list(), "live:again"));

document.addEventListener("keydown", (event) => {
  const asked = event.key === "?" || (event.code === "Slash" && event.shiftKey); // also in the Russian layout
  if (!asked || !help() || event.target.closest("input:not([type='checkbox']), textarea, select, dialog")) return;
  event.preventDefault();
  show();
});
document.addEventListener("click", ({ target }) => target.closest("[data-keys]") && help() && show());

function show() {
  const dialog = document.getElementById("dialog");
  dialog.replaceChildren(help().content.cloneNode(true));
  dialog.showModal();
}

function remember() {
  const there = boxes();
  chosen = new Set(there.filter((box) => box.checked).map((box) => box.value));
  const bar = document.getElementById("chosen");
  if (!bar) return;
  for (const part of bar.querySelectorAll("[data-some]")) part.hidden = !chosen.size;
  for (const part of bar.querySelectorAll("[data-none]")) part.hidden = chosen.size > 0;
  bar.querySelector("[data-number]").textContent = chosen.size;
  const all = bar.querySelector("[data-all]");
  all.checked = there.length > 0 && there.every((box) => box.checked);
  all.indeterminate = chosen.size > 0 && !all.checked;
}
