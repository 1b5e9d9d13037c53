// The queue from the keyboard: J and K walk through the rows, Enter opens (the focus is on the row's link), T takes up.
// By the place of the key, so that it works in the Russian layout too.
const rows = () => [...document.querySelectorAll("#queue-now [data-row]")];
let place = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.contains(document.activeElement));
  if (event.code === "KeyJ" || event.code === "KeyK") {
    event.preventDefault();
    place = at < 0 ? (event.code === "KeyJ" ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + (event.code === "KeyJ" ? 1 : -1)));
    all[place].querySelector("[data-open]").focus();
  } else if (event.code === "KeyT" && at >= 0) {
    event.preventDefault();
    all[at].querySelector("[data-take]")?.click();
  }
});

// A colleague took the chosen row away: the choice goes on to the one that stands in its place.
let was = null;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id !== "queue-now") return;
  const at = rows().findIndex((row) => row.contains(document.activeElement));
  was = at < 0 ? null : { at, id: document.activeElement.id };
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id !== "queue-now" || !was) return;
  const all = rows();
  const same = was.id && document.getElementById(was.id);
  (same || all[Math.min(was.at, all.length - 1)]?.querySelector("[data-open]"))?.focus({ preventScroll: true });
  was = null;
});
