// A step is moved to another day: dragged there with the mouse, or with Shift and the arrows. What the day is then, the
// server says; the calendar is drawn anew.
const THRESHOLD = 5;
const DAYS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const days = () => [...document.querySelectorAll("#deal-calendar [data-day]")];
let drag = null;
let justDropped = false;
let chosen = "";

document.addEventListener("pointerdown", (event) => {
  const entry = event.target.closest?.("#deal-calendar [data-move]");
  if (!entry || event.button !== 0 || event.pointerType !== "mouse") return; // a finger scrolls; it opens the step
  drag = { entry, x: event.clientX, y: event.clientY };
});
document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  if (!drag.copy && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > THRESHOLD) lift();
  if (drag.copy) place(event);
});
document.addEventListener("pointerup", () => {
  if (drag?.copy) {
    justDropped = true;
    setTimeout(() => (justDropped = false));
    if (drag.day && !drag.day.contains(drag.entry)) move(drag.entry, drag.day.dataset.day);
  }
  letGo();
});
document.addEventListener("pointercancel", letGo);
document.addEventListener("click", (event) => {
  if (justDropped && event.target.closest?.("#deal-calendar")) (event.preventDefault(), event.stopPropagation());
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag?.copy) return letGo();
  const entry = event.target.closest?.("#deal-calendar [data-move]");
  if (!entry || !event.shiftKey || !(event.key in DAYS)) return;
  event.preventDefault();
  const all = days();
  const day = all[all.indexOf(entry.closest("[data-day]")) + DAYS[event.key]];
  if (day) move(entry, day.dataset.day);
});

// While something is held, the calendar stays as it is.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "deal-calendar" && drag?.copy) event.preventDefault();
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id !== "deal-calendar" || !chosen) return;
  document.getElementById(chosen)?.focus({ preventScroll: true });
  chosen = "";
});

function move(entry, day) {
  chosen = entry.id;
  htmx.ajax("POST", entry.dataset.move, { source: entry, swap: "none", values: { day, version: entry.dataset.version } });
}

function lift() {
  const box = drag.entry.getBoundingClientRect();
  drag.copy = drag.entry.cloneNode(true);
  drag.copy.removeAttribute("id");
  drag.copy.classList.add("lifted");
  drag.copy.style.width = `${box.width}px`;
  drag.entry.style.opacity = 0.35;
  drag.entry.closest(".deal-days").append(drag.copy);
}

function place({ clientX, clientY }) {
  Object.assign(drag.copy.style, { left: `${clientX + 8}px`, top: `${clientY + 8}px` });
  const day = document.elementFromPoint(clientX, clientY)?.closest("[data-day]") ?? null;
  if (day === drag.day) return;
  drag.day?.classList.remove("over");
  day?.classList.add("over");
  drag.day = day;
}

function letGo() {
  drag?.copy?.remove();
  drag?.day?.classList.remove("over");
  if (drag) drag.entry.style.opacity = "";
  drag = null;
}
