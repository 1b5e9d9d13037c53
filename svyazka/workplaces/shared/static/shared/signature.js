// Signing on glass: <signature-pad name="strokes" data-label="…" data-undo="…" data-clear="…"></signature-pad>.
//
// What is drawn is kept as strokes in whole numbers on a glass of 1000 × 400, whatever the phone and however it is held,
// never as a picture. `value`: the strokes; `isSigned`: there is enough for a signature; `input` is told with each
// stroke. In a form it is sent as JSON under its name. The house reads it with kit/strokes.py.
import { el, icon, svg } from "../sheets/el.js";

const WIDE = 1000;
const TALL = 400;
const MOST_STROKES = 150;
const MOST_POINTS = 6_000;
const SHORTEST = 60;
const NEAR = 4; // closer than this says nothing new

export class SignaturePad extends HTMLElement {
  #strokes = [];
  #drawn = null; // the stroke under the finger
  #finger = null;

  connectedCallback() {
    if (this.glass) return;
    const { label, undo, clear } = this.dataset;
    this.glass = svg("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, role: "img", "aria-label": label ?? "", class: "signature-glass" });
    this.input = el("input", { type: "hidden", name: this.getAttribute("name") ?? "" });
    this.ways = [this.#button(undo, "history", () => this.undo()), this.#button(clear, "close", () => this.clear())];
    this.replaceChildren(this.glass, el("div", { className: "row signature-ways" }, this.ways), this.input);
    this.#listen();
    this.#draw();
  }

  get value() {
    return this.#strokes;
  }

  set value(strokes) {
    this.#strokes = structuredClone(strokes);
    this.#changed();
  }

  get isSigned() {
    return this.#strokes.reduce((sum, stroke) => sum + length(stroke), 0) >= SHORTEST;
  }

  undo() {
    this.#strokes.pop();
    this.#changed();
  }

  clear() {
    this.#strokes = [];
    this.#changed();
  }

  #button(name, sign, onclick) {
    return el("button", { type: "button", className: "button quiet", onclick }, icon(sign), name ?? "");
  }

  #listen() {
    const { glass } = this;
    glass.addEventListener("pointerdown", (event) => this.#begin(event));
    glass.addEventListener("pointermove", (event) => this.#go(event));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) glass.addEventListener(name, (event) => this.#end(event));
    // The page must not move under the hand that signs.
    glass.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  }

  // One finger writes; the ball of the thumb beside it does not.
  #begin(event) {
    if (this.#finger !== null || event.button > 0 || this.#strokes.length >= MOST_STROKES) return;
    event.preventDefault();
    this.#finger = event.pointerId;
    this.glass.setPointerCapture(event.pointerId);
    this.#drawn = this.#at(event);
    this.#strokes.push(this.#drawn);
    this.#draw();
  }

  #go(event) {
    if (event.pointerId !== this.#finger) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const one of passed.length ? passed : [event]) this.#add(this.#at(one));
    this.#draw();
  }

  #add([x, y]) {
    const [beforeX, beforeY] = this.#drawn.slice(-2);
    if (Math.hypot(x - beforeX, y - beforeY) < NEAR || this.#points() >= MOST_POINTS) return;
    this.#drawn.push(x, y);
  }

  #end(event) {
    if (event.pointerId !== this.#finger) return;
    this.#finger = this.#drawn = null;
    this.#changed();
  }

  #points() {
    return this.#strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0);
  }

  #at({ clientX, clientY }) {
    const place = this.glass.getBoundingClientRect();
    const within = (part, most) => Math.round(Math.min(Math.max(part, 0), 1) * most);
    return [within((clientX - place.left) / place.width, WIDE), within((clientY - place.top) / place.height, TALL)];
  }

  #changed() {
    this.#draw();
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #draw() {
    if (!this.glass) return;
    this.input.value = this.isSigned ? JSON.stringify(this.#strokes) : "";
    for (const way of this.ways) way.disabled = !this.#strokes.length;
    this.glass.replaceChildren(svg("path", { d: `M60 ${TALL - 80}H${WIDE - 60}`, class: "signature-line" }), svg("path", { d: this.#strokes.map(path).join(" "), class: "signature-ink" }));
  }
}

const length = (stroke) => pairs(stroke).reduce((sum, [x, y], at, all) => (at ? sum + Math.hypot(x - all[at - 1][0], y - all[at - 1][1]) : 0), 0);

const pairs = (stroke) => Array.from({ length: stroke.length / 2 }, (_one, at) => [stroke[2 * at], stroke[2 * at + 1]]);

// Each measured point bends the line, and the middle between two lies on it.
export function path(stroke) {
  const [[x, y], ...others] = pairs(stroke);
  if (!others.length) return `M${x} ${y}L${x} ${y}`;
  const bends = others.slice(0, -1).map(([one, other], at) => `Q${one} ${other} ${(one + others[at + 1][0]) / 2} ${(other + others[at + 1][1]) / 2}`);
  return `M${x} ${y}${bends.join("")}L${others.at(-1).join(" ")}`;
}

customElements.define("signature-pad", SignaturePad);
