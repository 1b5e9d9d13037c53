// Arrows and letters of the calendar, the line that says what time it is, and colours that change. Loaded once; the page's body comes and goes.
const grid = () => document.getElementById("calendar-grid");

document.addEventListener("keydown", (event) => {
  if (!grid() || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  // By the key's place, so that T works in the Russian layout too.
  const link = document.querySelector(`#main [data-key="${event.code}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

document.addEventListener("change", ({ target }) => {
  if (target.form?.matches("[data-jump]") && target.value) target.form.requestSubmit();
});

// A visit has the colour of its deal's stage.
let waiting = null;
document.body.addEventListener("live:deal", ({ detail }) => {
  if (!grid()?.querySelector(`[data-deal="${detail.id}"]`)) return;
  waiting ??= setTimeout(() => {
    waiting = null;
    if (grid()) htmx.trigger(grid(), "live:again");
  }, 250);
});

function showNow() {
  const line = document.querySelector("[data-now]");
  if (!line) return;
  const { begins, ends } = grid().dataset;
  const now = (Date.now() / 1000 - begins) / (ends - begins);
  line.hidden = now < 0 || now > 1;
  line.style.setProperty("--now", now);
}

showNow();
setInterval(showNow, 30_000);
document.addEventListener("htmx:afterSettle", showNow);
