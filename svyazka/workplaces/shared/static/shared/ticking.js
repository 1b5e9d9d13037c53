// How long something lasts, second by second: <time data-ticks="2026-05-12T09:30:00+00:00">.
const two = (number) => String(number).padStart(2, "0");

export function tick(root = document) {
  for (const one of root.querySelectorAll("[data-ticks]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(one.dataset.ticks)) / 1000));
    const hours = Math.floor(seconds / 3600);
    const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    const said = hours ? `${hours}:${rest}` : rest;
    if (one.textContent !== said) one.textContent = said;
  }
}

setInterval(() => tick(), 1000);
document.addEventListener("htmx:afterSwap", () => tick());
tick();
