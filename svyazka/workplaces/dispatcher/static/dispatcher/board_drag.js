// Dragging over the board, with a mouse or a finger that was held for a moment. Escape lets go.
import { whyLost } from "./board_fresh.js";
import { fits, itemOf, landsWhereItIs, startOn, STEP } from "./board_fit.js";

const THRESHOLD = 5;
const HOLD = 350;
const EDGE = 70;

export class Dragging {
  constructor(board) {
    this.board = board;
    this.ends = new AbortController();
    const { signal } = this.ends;
    if (!board.may) return;
    document.addEventListener("pointerdown", (event) => this.press(event), { signal });
    document.addEventListener("pointermove", (event) => this.follow(event), { signal });
    document.addEventListener("pointerup", (event) => event.pointerId === this.drag?.pointer && this.drop(), { signal });
    document.addEventListener("pointercancel", () => this.letGo(), { signal });
    document.addEventListener("touchmove", (event) => this.isOn && event.preventDefault(), { passive: false, signal });
    document.addEventListener("contextmenu", (event) => this.isOn && event.preventDefault(), { signal });
    document.addEventListener("dragstart", (event) => this.drag && event.preventDefault(), { signal });
    document.addEventListener("click", (event) => this.afterDrop && (event.preventDefault(), event.stopPropagation()), { capture: true, signal });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.isOn) return;
      event.stopPropagation();
      this.letGo();
    }, { capture: true, signal });
  }

  get isOn() { return Boolean(this.drag?.ghost); }
  get isTouching() { return this.isOn && this.drag.isTouch; }

  stop() {
    this.letGo();
    this.ends.abort();
  }

  press(event) {
    const element = event.target.closest?.("visit-board [data-movable], [data-place]");
    if (!element || event.button || this.drag || matchMedia("(max-width: 60rem)").matches) return;
    const item = itemOf(this.board, element);
    if (!item) return;
    const box = element.getBoundingClientRect();
    // Work beside the board is held by its beginning, and so is a line of a week.
    const grip = element.dataset.place || this.board.view !== "day" ? 0 : event.clientX - box.left;
    this.drag = { element, item, grip, pointer: event.pointerId, x: event.clientX, y: event.clientY, isTouch: event.pointerType === "touch" };
    if (this.drag.isTouch) this.drag.hold = setTimeout(() => this.lift(), HOLD);
  }

  follow(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > THRESHOLD;
    if (!drag.ghost && drag.isTouch && far) return this.letGo(); // the finger scrolls
    if (!drag.ghost && !far) return;
    drag.nowX = event.clientX;
    drag.nowY = event.clientY;
    if (!drag.ghost) this.lift();
    this.over();
  }

  lift() {
    const { drag } = this;
    drag.ghost = Object.assign(document.createElement("div"), { className: "board-ghost" });
    drag.ghost.append(Object.assign(document.createElement("strong"), { textContent: drag.item.title }), document.createElement("span"));
    document.body.append(drag.ghost);
    drag.element.classList.add("leaving");
    document.body.classList.add("board-carries");
    drag.nowX ??= drag.x;
    drag.nowY ??= drag.y;
    navigator.vibrate?.(10);
    drag.scrolling = requestAnimationFrame(() => this.scroll());
    this.over();
  }

  // Where it would land, and what the page knows of that.
  over() {
    const { drag, board } = this;
    Object.assign(drag.ghost.style, { left: `${drag.nowX + 12}px`, top: `${drag.nowY + 14}px` });
    const found = document.elementFromPoint(drag.nowX, drag.nowY);
    drag.target = target(board, drag, found?.closest("visit-board .lane"), found);
    board.quiet.outline(drag.item, drag.target);
    const said = drag.target?.said;
    drag.ghost.classList.toggle("bad", Boolean(said && !said.ok));
    drag.ghost.lastChild.textContent = said?.words ?? "";
  }

  scroll() {
    if (!this.isOn) return;
    const { nowY } = this.drag;
    const by = nowY < EDGE + 60 ? nowY - EDGE - 60 : nowY > innerHeight - EDGE ? nowY - innerHeight + EDGE : 0;
    if (by) (scrollBy(0, by / 4), this.over());
    this.drag.scrolling = requestAnimationFrame(() => this.scroll());
  }

  drop() {
    const { drag } = this;
    if (drag.ghost) {
      this.afterDrop = true;
      setTimeout(() => (this.afterDrop = false));
    }
    const { target, item } = drag;
    this.letGo();
    if (!target || landsWhereItIs(item, target)) return;
    this.board.place(item, target.row, target.at, target.minute);
  }

  // Somebody did something meanwhile: what is carried goes on over the board as it is now, unless it was just that.
  renewed() {
    if (!this.isOn) return;
    const why = whyLost(this.board, this.drag.item);
    if (!why) {
      const { visit, row } = this.drag.item;
      if (!this.drag.element.isConnected && row !== undefined) this.drag.element = this.board.find(row, visit) ?? this.drag.element;
      this.drag.element.classList.add("leaving");
      return this.over();
    }
    this.letGo();
    this.board.tell(why);
  }

  letGo() {
    const { drag } = this;
    if (!drag) return;
    clearTimeout(drag.hold);
    cancelAnimationFrame(drag.scrolling);
    drag.ghost?.remove();
    drag.element.classList.remove("leaving");
    document.body.classList.remove("board-carries");
    this.drag = null;
    this.board.quiet.outline(null, null);
    this.board.settle();
  }
}

function target(board, { item, grip, nowX }, lane, found) {
  const row = lane && board.row(lane.dataset.row);
  if (!row) return null;
  if (board.view !== "day") {
    const cell = found.closest("[data-at]");
    if (!cell) return null;
    const at = Number(cell.dataset.at), minute = startOn(board, item, row, at);
    return { row, at, minute, said: fits(board, item, row, at, minute) };
  }
  const line = lane.querySelector(".lane-line")?.getBoundingClientRect();
  if (!line) return null;
  const { from, to } = board.data;
  const pointed = from + ((nowX - grip - line.left) / line.width) * (to - from);
  const minute = Math.max(from, Math.min(to - STEP, Math.round(pointed / STEP) * STEP));
  return { row, at: 0, minute, said: fits(board, item, row, 0, minute) };
}
