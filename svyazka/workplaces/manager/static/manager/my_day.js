import { walk } from "../shared/walking.js";

walk("#my-day", { KeyX: "[data-done]", KeyS: "[data-snooze]" });

const help = () => document.getElementById("keys-of-my-day");

document.addEventListener("keydown", (event) => {
  const asked = event.key === "?" || (event.code === "Slash" && event.shiftKey); // also in the Russian layout
  if (!asked || !help() || event.target.closest("input, textarea, select, dialog")) return;
  event.preventDefault();
  show();
});
document.addEventListener("click", ({ target }) => target.closest("[data-keys]") && help() && show());

function show() {
  const dialog = document.getElementById("dialog");
  dialog.replaceChildren(help().content.cloneNode(true));
  dialog.showModal();
}

// A visit that was confirmed says only so; the day is asked for anew.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && detail.elt.matches("#my-day [data-renews]")) htmx.trigger("#my-day", "live:again");
});

// What was unfolded stays so when the day is drawn anew.
let unfolded = [];
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id === "my-day") unfolded = [...detail.target.querySelectorAll("details[open]")].map((one) => one.id);
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target?.id === "my-day") for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
});
