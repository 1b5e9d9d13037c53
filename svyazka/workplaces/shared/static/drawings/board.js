// Drawing on a photo: one finger, a pen or the mouse draws, two fingers or the wheel enlarge. Nothing of the photo itself
// is touched; what is drawn comes back as data.
import { svg } from "../sheets/el.js";
import { away, thinned } from "./strokes.js";
import { group, unitOf } from "./svg.js";
import { View } from "./view.js";

const MOST_SHAPES = 200;

export class Board {
  #fingers = new Map();

  // `dialog`: shared/drawing_board.html
  constructor(dialog) {
    this.dialog = dialog;
    this.paper = dialog.querySelector(".board-paper");
    this.sheet = dialog.querySelector(".board-sheet");
    this.image = this.sheet.querySelector("img");
    this.ask = dialog.querySelector(".board-ask");
    this.view = new View(this.paper, this.sheet);
    this.#listen();
  }

  // → what was drawn when it is kept; null when it is left as it was.
  async open(address, drawing) {
    this.image.src = address;
    this.dialog.showModal();
    try {
      await this.image.decode();
    } catch {
      this.#say(this.dialog.dataset.missing);
      return this.#answered();
    }
    const [width, height] = [this.image.naturalWidth, this.image.naturalHeight];
    this.size = { width, height };
    this.first = JSON.stringify(fitted(drawing, this.size));
    Object.assign(this, { past: [this.first], at: 0, shapes: JSON.parse(this.first) });
    this.lines = svg("svg", { class: "photo-lines", viewBox: `0 0 ${width} ${height}` });
    this.sheet.querySelector("svg")?.remove();
    this.sheet.append(this.lines);
    this.view.fit(this.size);
    this.#say("");
    this.#draw();
    return this.#answered();
  }

  #answered() {
    return new Promise((done) => (this.done = done));
  }

  #listen() {
    const { dialog, paper } = this;
    dialog.addEventListener("click", ({ target }) => DO[target.closest("[data-do]")?.dataset.do]?.call(this));
    dialog.addEventListener("cancel", (event) => (event.preventDefault(), this.leave()));
    dialog.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.matches("input[type=text]")) return;
      event.preventDefault();
      this.step(event.shiftKey ? 1 : -1);
    });
    paper.addEventListener("pointerdown", (event) => this.#down(event));
    paper.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) paper.addEventListener(name, (event) => this.#up(event));
    paper.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.view.zoom({ x: event.clientX, y: event.clientY }, event.deltaY < 0 ? 1.2 : 1 / 1.2);
    }, { passive: false });
    this.ask.addEventListener("submit", (event) => (event.preventDefault(), this.#asked()));
    addEventListener("resize", () => this.dialog.open && this.size && this.view.fit(this.size));
  }

  get #tool() {
    return this.dialog.querySelector("[name=board-tool]:checked").value;
  }

  #down(event) {
    if (event.button !== 0 || !this.lines) return;
    event.preventDefault();
    this.paper.setPointerCapture(event.pointerId);
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (!this.ask.hidden) this.#asked();
    if (this.#fingers.size > 1) return this.#drop();
    const point = this.view.place(event, this.size);
    if (this.#tool === "erase") return this.#erase(point);
    if (this.shapes.length >= MOST_SHAPES) return this.#say(this.dialog.dataset.full);
    const { colour, thick } = this.#ink();
    this.made = { kind: this.#tool, colour, thick, path: [point] };
    this.#drawMade();
  }

  #move(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    if (this.#fingers.size === 2) {
      const other = [...this.#fingers].find(([id]) => id !== event.pointerId)[1];
      this.view.pinch([[before, other], [now, other]]);
    }
    this.#fingers.set(event.pointerId, now);
    if (!this.made || this.#fingers.size > 1) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) this.made.path.push(this.view.place(one, this.size));
    this.#drawMade();
  }

  #up(event) {
    if (!this.#fingers.delete(event.pointerId) || !this.made) return;
    if (event.type === "pointercancel") return this.#drop();
    const shape = this.#shape();
    this.#drop();
    if (!shape) return this.#say(this.dialog.dataset.short);
    this.#say("");
    if (shape.kind === "text" || shape.kind === "measure") return this.#askFor(shape);
    this.#add(shape);
  }

  #drop() {
    this.made = null;
    this.mark?.remove();
  }

  #drawMade() {
    const shape = this.#shape({ isOpen: true });
    this.mark?.remove();
    if (!shape || shape.kind === "text") return;
    this.mark = group(shape, unitOf(this.size), "");
    this.lines.append(this.mark);
  }

  // What has been drawn so far; nothing where a line has no length.
  #shape({ isOpen = false } = {}) {
    const { kind, colour, thick, path } = this.made;
    const unit = unitOf(this.size);
    const inside = ([x, y]) => [Math.round(Math.min(Math.max(x, 0), this.size.width)), Math.round(Math.min(Math.max(y, 0), this.size.height))];
    if (kind === "pen") return { kind, colour, thick, points: thinned(path, unit * (isOpen ? 0.05 : 0.12)).flatMap(inside) };
    const [from, to] = [path[0], path.at(-1)];
    if (kind === "text") return { kind, colour, thick, points: inside(to) };
    if (Math.hypot(to[0] - from[0], to[1] - from[1]) < unit * 2) return null;
    return { kind, colour, thick, points: [...inside(from), ...inside(to)] };
  }

  #ink() {
    return {
      colour: this.dialog.querySelector("[name=board-colour]:checked").value,
      thick: Number(this.dialog.querySelector("[name=board-thick]:checked").value),
    };
  }

  #askFor(shape) {
    const isMeasure = shape.kind === "measure";
    this.asking = shape;
    for (const label of this.ask.querySelectorAll("[data-of]")) label.hidden = label.dataset.of !== shape.kind;
    const input = this.ask.querySelector("input");
    Object.assign(input, { value: "", inputMode: isMeasure ? "numeric" : "text", maxLength: isMeasure ? 6 : 80 });
    this.ask.hidden = false;
    this.mark = group(shape, unitOf(this.size), "");
    if (isMeasure) this.lines.append(this.mark);
    input.focus();
  }

  // A measure may go without its number, words may not.
  #asked() {
    const shape = this.asking;
    const typed = this.ask.querySelector("input").value.trim();
    const mm = Number(typed.replace(/\s/g, ""));
    if (shape.kind === "measure" && typed && !(Number.isInteger(mm) && mm >= 1 && mm <= 100_000)) return this.#say(this.dialog.dataset.whole);
    this.ask.hidden = true;
    this.asking = null;
    this.mark?.remove();
    this.#say("");
    if (shape.kind === "measure") this.#add(typed ? { ...shape, mm } : shape);
    else if (typed) this.#add({ ...shape, text: typed });
    this.paper.focus();
  }

  #erase(point) {
    const near = unitOf(this.size) * 4;
    const found = this.shapes.map((shape) => [away(point, shape), shape]).filter(([far]) => far < near).toSorted(([one], [other]) => one - other)[0];
    if (!found) return this.#say(this.dialog.dataset.nothing);
    this.shapes = this.shapes.filter((shape) => shape !== found[1]);
    this.#remember();
  }

  #add(shape) {
    this.shapes.push(shape);
    this.#remember();
  }

  #remember() {
    this.past.splice(this.at + 1, Infinity, JSON.stringify(this.shapes));
    this.at = this.past.length - 1;
    this.#draw();
  }

  step(by) {
    if (this.past?.[this.at + by] === undefined) return;
    this.at += by;
    this.shapes = JSON.parse(this.past[this.at]);
    this.#draw();
  }

  #draw() {
    const unit = unitOf(this.size);
    this.lines.replaceChildren(...this.shapes.map((shape) => group(shape, unit, this.dialog.dataset.mm)));
    this.dialog.querySelector("[data-do=undo]").disabled = this.at === 0;
    this.dialog.querySelector("[data-do=redo]").disabled = this.at === this.past.length - 1;
    this.dialog.querySelector("[data-do=keep]").disabled = !this.#isChanged;
  }

  get #isChanged() {
    return Boolean(this.past) && this.past[this.at] !== this.first;
  }

  keep() {
    if (!this.ask.hidden) this.#asked();
    if (this.ask.hidden) this.#end({ ...this.size, shapes: this.shapes });
  }

  leave() {
    if (this.#isChanged && !confirm(this.dialog.dataset.lost)) return;
    this.#end(null);
  }

  #end(drawing) {
    this.#drop();
    this.#fingers.clear();
    this.ask.hidden = true;
    Object.assign(this, { lines: null, past: null, asking: null });
    this.sheet.querySelector("svg")?.remove();
    this.dialog.close();
    this.done?.(drawing);
  }

  #say(text) {
    this.dialog.querySelector(".board-said").textContent = text;
  }
}

const DO = {
  undo() { this.step(-1); },
  redo() { this.step(1); },
  keep() { this.keep(); },
  leave() { this.leave(); },
  whole() { this.view.fit(this.size); },
};

// Where the house has made the photo smaller since.
function fitted(drawing, size) {
  if (!drawing) return [];
  const [across, up] = [size.width / drawing.width, size.height / drawing.height];
  return drawing.shapes.map((shape) => ({ ...shape, points: shape.points.map((one, at) => Math.round(one * (at % 2 ? up : across))) }));
}
