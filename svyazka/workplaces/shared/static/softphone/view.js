// What everybody sees of the phone: the button on top, the panel, and in it a part for each call.
import { CallView } from "./call_view.js";
import { Settings } from "./settings.js";
import { readable, say, spent } from "./words.js";

const RUNG = 5;
const SHORTEST = 7; // digits of a number outside

export class View {
  #calls = new Map();
  #known = new Set(); // calls that were said aloud
  #clock = 0;

  constructor(box, order) {
    Object.assign(this, { box, order, pill: document.getElementById("softphone-pill") });
    this.settings = new Settings(box.querySelector("[data-settings]"), order);
    this.pill.addEventListener("click", () => this.fold(!box.hidden));
    box.addEventListener("click", ({ target }) => this.#press(target.closest("[data-do]")?.dataset.do));
    box.addEventListener("keydown", (event) => event.key === "Escape" && this.fold(true));
    box.querySelector("[data-dial]").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#dial(event.target.elements.number);
    });
    this.#showRung();
  }

  draw({ line, microphone, fault, calls }) {
    const state = line === "ready" ? (["", "ask"].includes(microphone) ? "ready" : microphone) : line;
    const going = calls.filter((call) => call.state !== "ended");
    const first = going.find((call) => call.state === "ringing") ?? going.find(({ held }) => !held) ?? going[0];
    for (const part of [this.box, this.pill]) Object.assign(part.dataset, { state, microphone, fault, call: first?.state ?? "" });
    say(this.box, "line", state);
    say(this.box, "advice", fault || (state === "ready" && microphone === "ask" ? "ask" : state));
    say(this.pill, "line", first ? "" : state);
    this.pill.querySelector("[data-talk]").textContent = first ? first.title || readable(first.number) : "";
    this.#drawCalls(calls);
    this.#announce(going);
    this.#tick(calls);
    this.box.querySelector("[data-idle]").hidden = going.length > 0 || state !== "ready";
  }

  fold(folded) {
    this.box.hidden = folded;
    this.pill.setAttribute("aria-expanded", String(!folded));
    if (folded) return this.box.contains(document.activeElement) && this.pill.focus();
    const first = (within) => this.box.querySelector(within);
    (first("[data-answer]:not([hidden]) button") ?? first("[data-idle]:not([hidden]) input") ?? first("button")).focus({ preventScroll: true });
  }

  #press(what) {
    if (what === "fold") this.fold(true);
    if (what === "settings") this.settings.open();
    if (what === "allow") this.settings.allow();
    if (what === "again") this.order({ what: "again" });
  }

  #drawCalls(calls) {
    const list = this.box.querySelector("[data-calls]");
    for (const [id, drawn] of this.#calls) if (!calls.some((call) => call.id === id)) (drawn.remove(), this.#calls.delete(id));
    for (const call of calls) {
      if (!this.#calls.has(call.id)) this.#calls.set(call.id, new CallView(this.box.querySelector("template"), list, this.order));
      this.#calls.get(call.id).draw(call, calls);
    }
  }

  // The panel opens by itself, but takes the keyboard from nobody: it may ring while something is typed.
  #announce(calls) {
    const fresh = calls.filter(({ id }) => !this.#known.has(id));
    this.#known = new Set(calls.map(({ id }) => id));
    if (!fresh.length) return;
    this.box.hidden = false;
    this.pill.setAttribute("aria-expanded", "true");
    const rings = fresh.find(({ state }) => state === "ringing");
    if (rings) this.box.querySelector("[data-said]").textContent = `${this.box.dataset.incoming} ${rings.title} ${readable(rings.number)}`;
  }

  #tick(calls) {
    clearInterval(this.#clock);
    const show = () => {
      for (const call of calls) this.#calls.get(call.id)?.tick(call);
      const talk = calls.find(({ state, since }) => state === "talking" && since);
      this.pill.querySelector("time").textContent = talk ? spent(talk.since) : "";
    };
    show();
    if (calls.length) this.#clock = setInterval(show, 1000);
  }

  #dial(input) {
    const number = input.value.trim();
    if (!/\d/.test(number)) return input.focus();
    this.#ring(number);
    remember(number);
    input.value = "";
    this.#showRung();
  }

  // A client is rung as by a click on his number anywhere: the house is asked first. Colleagues have short numbers.
  #ring(number) {
    if (!document.body.dataset.dials || number.replace(/\D/g, "").length < SHORTEST) return this.order({ what: "dial", number });
    const link = Object.assign(document.createElement("a"), { href: `tel:${number.replace(/[^\d+]/g, "")}` });
    this.box.append(link);
    link.click();
    link.remove();
  }

  #showRung() {
    const list = this.box.querySelector("[data-rung]");
    list.replaceChildren(...rung().map((number) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button quiet small", textContent: readable(number) });
      button.addEventListener("click", () => this.#ring(number));
      const line = document.createElement("li");
      line.append(button);
      return line;
    }));
    list.parentElement.hidden = !list.children.length;
  }
}

const key = () => `softphone-rung-${document.body.dataset.person}`;
const rung = () => JSON.parse(localStorage.getItem(key()) ?? "[]");
const remember = (number) => localStorage.setItem(key(), JSON.stringify([number, ...rung().filter((one) => one !== number)].slice(0, RUNG)));
