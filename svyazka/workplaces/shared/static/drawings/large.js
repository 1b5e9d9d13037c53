// A photo that is touched fills the screen, with what is drawn on it: a thumbnail is too small for measures. It opens
// out of what the phone has kept, so also without signal.
import "./drawn.js";
import { el } from "../sheets/el.js";

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.drawn[data-large]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const dialog = large(link.querySelector("img"), link.querySelector("photo-drawing"), link.dataset.large);
  document.body.append(dialog);
  dialog.addEventListener("close", () => (dialog.remove(), link.focus()));
  dialog.addEventListener("click", () => dialog.close());
  dialog.showModal();
});

function large({ src, alt }, { dataset }, closes) {
  const lines = document.createElement("photo-drawing");
  Object.assign(lines.dataset, dataset);
  const photo = el("span", { className: "drawn-whole" }, el("img", { src, alt }), lines);
  return el("dialog", { className: "drawn-large", "aria-label": alt }, photo, el("button", { type: "button", className: "button large" }, closes));
}
