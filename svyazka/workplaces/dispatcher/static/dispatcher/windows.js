// Windows during a call: digits choose one, and a time that is held says how long it still is. Loaded once; the panels come and go.
const panel = () => document.querySelector("dialog[open] [data-windows]") ?? document.querySelector("#main [data-windows]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !/^Digit[1-5]$/.test(event.code)) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, .call-card")) return;
  const number = event.code.slice(5);
  const choice = panel()?.querySelector(`[data-number="${number}"]`);
  if (!choice) return;
  event.preventDefault();
  const holds = panel().querySelector(`[data-holds="${number}"]`);
  if (holds) holds.click();
  else choice.focus();
});

// What was held anew is booked with Enter.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.requestConfig?.path?.endsWith("/visits/hold/")) panel()?.querySelector("[data-book]")?.focus();
  count();
});

function count() {
  for (const held of document.querySelectorAll("[data-held-until]")) {
    const left = Math.ceil((Date.parse(held.dataset.heldUntil) - Date.now()) / 1000);
    const over = left <= 0;
    const said = over ? held.dataset.over : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    const place = held.querySelector("[data-left]");
    if (place.textContent !== said) place.textContent = said;
    held.classList.toggle("over", over);
  }
}

setInterval(count, 1000);
count();
