// Dragging with a mouse, a pen or a finger (held for a moment). Escape lets go; near an edge the board scrolls.
const THRESHOLD = 5;
const HOLD = 350;
const EDGE = 60;

let drag = null;
let onDrop = () => {};

export const isDragging = () => Boolean(drag?.isOn);
export const whenDropped = (act) => (onDrop = act);

export function startDragging({ move }) {
  document.addEventListener("pointerdown", (event) => press(event));
  document.addEventListener("pointermove", (event) => follow(event));
  document.addEventListener("pointerup", () => drop(move));
  document.addEventListener("pointercancel", () => letGo());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isDragging()) return;
    event.preventDefault();
    event.stopPropagation();
    letGo();
  }, true);
  // A finger that holds a card must not scroll the page under it.
  document.addEventListener("touchmove", (event) => { if (isDragging()) event.preventDefault(); }, { passive: false });
  document.addEventListener("contextmenu", (event) => { if (isDragging()) event.preventDefault(); });
  document.addEventListener("dragstart", (event) => { if (event.target.closest?.(".board .deal")) event.preventDefault(); });
  // The click that ends a drag is none.
  document.addEventListener("click", (event) => {
    if (!justDropped || !event.target.closest?.(".board")) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
}

let justDropped = false;

function press(event) {
  const card = event.target.closest?.(".board .deal:not(.fixed, .busy)");
  if (!card || event.button !== 0 || drag) return;
  drag = { card, pointer: event.pointerId, x: event.clientX, y: event.clientY, isOn: false, isTouch: event.pointerType === "touch" };
  if (drag.isTouch) drag.hold = setTimeout(() => lift(), HOLD);
}

function follow(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > THRESHOLD;
  if (!drag.isOn && drag.isTouch && far) return letGo(); // the finger scrolls
  drag.nowX = event.clientX;
  drag.nowY = event.clientY;
  if (!drag.isOn && far) lift();
  if (drag?.isOn) place();
}

function lift() {
  const { card } = drag;
  const box = card.getBoundingClientRect();
  const gap = Object.assign(document.createElement("li"), { className: "gap" });
  gap.style.height = `${box.height}px`;
  Object.assign(drag, { isOn: true, gap, dx: drag.x - box.left, dy: drag.y - box.top, nowX: drag.nowX ?? drag.x, nowY: drag.nowY ?? drag.y });
  card.before(gap);
  card.style.width = `${box.width}px`;
  card.classList.add("held");
  document.body.classList.add("dragging");
  document.getElementById("board").classList.add("still");
  navigator.vibrate?.(10);
  place();
  drag.scrolling = requestAnimationFrame(scroll);
}

function place() {
  const { card, dx, dy, nowX, nowY } = drag;
  card.style.left = `${nowX - dx}px`;
  card.style.top = `${nowY - dy}px`;
  const over = document.elementFromPoint(nowX, nowY)?.closest(".board .column") ?? null;
  if (over === drag.over) return;
  drag.over?.classList.remove("over");
  drag.over = over;
  over?.classList.add("over");
}

function scroll() {
  if (!isDragging()) return;
  const board = document.getElementById("board");
  if (!board) return letGo();
  nudge(board, "scrollLeft", drag.nowX, board.getBoundingClientRect().left, board.getBoundingClientRect().right);
  const list = drag.over?.querySelector("ol");
  if (list) nudge(list, "scrollTop", drag.nowY, list.getBoundingClientRect().top, list.getBoundingClientRect().bottom);
  place();
  drag.scrolling = requestAnimationFrame(scroll);
}

function nudge(box, what, at, start, end) {
  if (at < start + EDGE) box[what] -= Math.min(18, (start + EDGE - at) / 4);
  else if (at > end - EDGE) box[what] += Math.min(18, (at - end + EDGE) / 4);
}

function drop(move) {
  if (!drag) return;
  const { card, over, isOn } = drag;
  const from = card.closest(".column");
  letGo();
  if (!isOn) return;
  justDropped = true;
  setTimeout(() => (justDropped = false), 50);
  if (over && over !== from) move(card, over.dataset.stage);
}

function letGo() {
  if (!drag) return;
  const { card, gap, over, hold, scrolling } = drag;
  clearTimeout(hold);
  cancelAnimationFrame(scrolling);
  drag = null;
  gap?.remove();
  over?.classList.remove("over");
  card.classList.remove("held");
  card.removeAttribute("style");
  document.body.classList.remove("dragging");
  document.getElementById("board")?.classList.remove("still");
  onDrop();
}
