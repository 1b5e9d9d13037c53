// One call in the panel: who it is, how long, and what can be done with it now.
import { readable, say, spent } from "./words.js";

export class CallView {
  #last = {};

  constructor(template, list, order) {
    this.box = template.content.firstElementChild.cloneNode(true);
    this.order = (what, more = {}) => order({ what, id: this.#last.id, ...more });
    list.append(this.box);
    this.box.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.box.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#pass(event.submitter?.value ?? "blind", event.target.elements.number);
    });
  }

  draw(call, calls) {
    const before = this.#last;
    this.#last = call;
    const { box } = this;
    const now = call.state === "talking" ? (call.passing ? "passing" : call.held ? "held" : call.waits ? "waits" : "talking") : call.state;
    box.dataset.now = now;
    box.querySelector("[data-who]").textContent = call.title || readable(call.number) || box.dataset.hidden;
    box.querySelector("[data-number]").textContent = call.title ? readable(call.number) : "";
    say(box, "now", now === "ended" && call.trouble ? "" : now);
    say(box, "trouble", call.trouble);
    for (const [name, on] of [["mute", call.muted], ["hold", call.held]]) box.querySelector(`[data-do="${name}"]`).setAttribute("aria-pressed", String(on));
    const talks = call.state === "talking";
    const isOver = call.state === "ended";
    const waiting = !isOver && call.consults && calls.find(({ id, state }) => id === call.consults && state === "talking");
    box.querySelector("[data-hang-up]").hidden = isOver || !!waiting || call.state === "ringing";
    box.querySelector("[data-answer]").hidden = call.state !== "ringing";
    box.querySelector("[data-talks]").hidden = !talks || !!call.passing;
    box.querySelector("[data-asked]").hidden = !waiting;
    box.querySelector('[data-do="connect"]').disabled = !talks;
    box.querySelector('[data-do="transfer"]').hidden = !!call.consults;
    if (!talks || call.passing || call.consults) this.#unfold("");
    if (before.passing && !call.passing) this.#unfold("transfer");
  }

  tick({ state, since }) {
    this.box.querySelector("time").textContent = since && state !== "ended" ? spent(since) : "";
  }

  remove() {
    this.box.remove();
  }

  #press(button) {
    const what = button?.dataset.do;
    if (what === "press") this.#digit(button.value);
    else if (what === "keypad" || what === "transfer") this.#unfold(this.box.querySelector(`[data-part="${what}"]`).hidden ? what : "");
    else if (what) this.order(what);
  }

  #key(event) {
    if (event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key)) return;
    event.preventDefault();
    this.#digit(event.key);
  }

  #digit(value) {
    this.order("press", { value });
    const pressed = this.box.querySelector("output");
    pressed.value = (pressed.value + value).slice(-16);
  }

  // Keypad and transfer: one at a time.
  #unfold(name) {
    for (const part of this.box.querySelectorAll("[data-part]")) {
      part.hidden = part.dataset.part !== name;
      this.box.querySelector(`[data-do="${part.dataset.part}"]`).setAttribute("aria-expanded", String(!part.hidden));
      if (!part.hidden) part.querySelector("input, button").focus();
    }
  }

  #pass(way, input) {
    const number = input.value.trim();
    if (!/\d/.test(number)) return input.focus();
    this.order(way, { number });
    input.value = "";
    this.#unfold("");
  }
}
