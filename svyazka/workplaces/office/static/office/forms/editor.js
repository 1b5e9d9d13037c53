// The editor of a form: plain controls over a form as data. The house says what is wrong; the phone beside it shows the
// form as whoever is on site gets it.
import { el, icon, say } from "../../sheets/el.js";
import { button, named } from "./controls.js";
import { moveField, thing } from "./definition.js";
import { orders } from "./order.js";
import { Phone } from "./frame.js";
import { drawSection } from "./sections.js";

const JUDGED_AFTER = 350; // milliseconds of quiet
const IN_ONE_GO = 1_200; // what is typed within that is undone at once

class FormEditor extends HTMLElement {
  open = new Set(); // what is unfolded
  listed = new WeakSet(); // checks that were added in the list, and stay there
  faults = [];

  async connectedCallback() {
    if (this.given) return;
    await Promise.resolve(); // the phone stands behind the editor
    this.given = JSON.parse(document.getElementById("form-given").textContent);
    this.words = this.given.words;
    this.form = structuredClone(this.given.definition);
    this.past = [JSON.stringify(this.form)];
    this.at = 0;
    this.page = document.getElementById("sheet-form");
    this.phone = new Phone(document.querySelector("[data-phone]"));
    if (this.form.sections.length < 2) for (const section of this.form.sections) this.open.add(section.code);
    this.#frame();
    this.draw();
    this.#sync({ isFirst: true });
    orders(this);
    addEventListener("keydown", this.keys);
    this.judge();
  }

  disconnectedCallback() {
    removeEventListener("keydown", this.keys);
    clearTimeout(this.timer);
    this.phone?.close();
  }

  keys = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.matches("input, textarea")) return;
    event.preventDefault();
    this.#step(event.shiftKey ? 1 : -1);
  };

  #frame() {
    const { words } = this;
    this.back = button(words.undo, "undo", () => this.#step(-1), { className: "quiet" });
    this.forth = button(words.redo, "redo", () => this.#step(1), { className: "quiet" });
    this.note = el("p", { className: "small muted grow", role: "status" });
    this.list = el("ol", { className: "form-sections", "data-list": "sections" });
    this.bottom = el("div");
    this.replaceChildren(el("div", { className: "row form-tools" }, this.back, this.forth, this.note), this.list, this.bottom);
  }

  draw() {
    const key = document.activeElement?.dataset?.key;
    this.list.replaceChildren(...this.form.sections.map((section, place) => drawSection(this, section, place)));
    const isFull = this.form.sections.length >= this.given.limits.sections;
    this.bottom.replaceChildren(
      this.form.sections.length ? "" : el("p", { className: "card empty" }, this.words.first_section),
      isFull ? "" : button(this.words.add_section, "plus", () => this.changed(() => {
        const made = thing({ fields: [] });
        this.form.sections.push(made);
        this.open.add(made.code);
        return `${made.code}.name.ru`;
      }), { small: false, key: "add-section" }));
    this.#focus(key);
    this.placeFaults();
  }

  #focus(key) {
    if (key) this.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  }

  // Something was typed: what is on the screen stays as it is.
  typed() {
    this.#remember({ isTyping: true });
    this.#sync();
  }

  // What the form is made of is another now. `change` gives the key of what is to be typed in next.
  changed(change = () => null) {
    const key = change();
    this.#remember({});
    this.draw();
    if (typeof key === "string") {
      this.#focus(key);
      document.activeElement.scrollIntoView?.({ block: "nearest" });
    }
    this.#sync();
  }

  did(text, name, change) {
    this.changed(() => (change(), null));
    this.tell(say(text, { name: name || this.words.unnamed }));
  }

  tell(text) {
    this.note.textContent = text;
  }

  // A line was put elsewhere in its list, or in another one.
  moved(code, list, place, number) {
    const [what, of] = list.split(":");
    const thing = this.#thing(what, of, code);
    const key = document.activeElement?.closest("[data-line]")?.dataset.line === code;
    this.changed(() => this.#put(what, of, code, place));
    if (key) this.querySelector(`[data-line="${CSS.escape(code)}"] > .handle`)?.focus();
    this.tell(say(this.words.moved, { name: named(this, thing) || this.words.unnamed, place: place + 1, number }));
  }

  #thing(what, of, code) {
    return this.#lines(what, of).find((one) => one.code === code) ?? this.#fields().find((one) => one.code === code);
  }

  #fields() {
    return this.form.sections.flatMap((section) => section.fields ?? []);
  }

  #lines(what, of) {
    if (what === "sections") return this.form.sections;
    if (what === "fields") return this.form.sections.find((one) => one.code === of).fields ?? [];
    if (what === "kinds") return this.form.sections.find((one) => one.code === of).rows.kinds;
    return this.#fields().find((one) => one.code === of).choices;
  }

  #put(what, of, code, place) {
    if (what === "fields") return void moveField(this.form, code, this.form.sections.find((one) => one.code === of), place);
    const lines = this.#lines(what, of);
    const [line] = lines.splice(lines.findIndex((one) => one.code === code), 1);
    lines.splice(place, 0, line);
  }

  #remember({ isTyping = false }) {
    const now = JSON.stringify(this.form);
    if (now === this.past[this.at]) return;
    const isSame = isTyping && this.wasTyping && performance.now() - this.typedAt < IN_ONE_GO && this.at > 0;
    this.past.splice(isSame ? this.at : this.at + 1, Infinity, now);
    this.at = this.past.length - 1;
    this.wasTyping = isTyping;
    this.typedAt = performance.now();
    if (this.past.length > 200) this.past.splice(0, 100), (this.at -= 100);
  }

  #step(by) {
    if (!this.past[this.at + by]) return;
    this.at += by;
    this.wasTyping = false;
    this.form = JSON.parse(this.past[this.at]);
    this.tell("");
    this.draw();
    this.#sync();
  }

  #sync({ isFirst = false } = {}) {
    const field = document.getElementById("definition");
    field.value = this.past[this.at];
    // What was there when the page came is nothing that somebody typed; what was refused is.
    if (isFirst && !this.page.querySelector("[role=alert]")) field.defaultValue = field.value;
    this.back.disabled = this.at === 0;
    this.forth.disabled = this.at === this.past.length - 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.judge(), JUDGED_AFTER);
  }

  async judge() {
    clearTimeout(this.timer);
    const judged = this.past[this.at];
    const { form, words } = this;
    if (!form.sections.length) return this.#verdict([], "", words.nothing_yet);
    let told;
    try {
      const body = new URLSearchParams({ definition: judged });
      const token = this.page.querySelector("[name=csrfmiddlewaretoken]").value;
      const answer = await fetch(this.dataset.judgement, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" }, redirect: "manual" });
      if (!answer.ok) throw new Error(String(answer.status));
      told = await answer.json();
    } catch {
      return this.#verdict(this.faults, "warn", words.not_judged);
    }
    if (judged !== this.past[this.at]) return;
    if (told.faults.length) return this.#verdict(told.faults, "bad", say(words.unsound, { count: told.faults.length }));
    this.#verdict([], "good", words.sound);
    this.phone.show(JSON.parse(judged));
  }

  #verdict(faults, tone, text) {
    this.faults = faults;
    this.placeFaults();
    const box = this.page.querySelector(".form-verdict");
    box.replaceChildren(el("p", { className: tone }, tone && icon(tone === "good" ? "check" : "warning"), " ", text),
      faults.length ? button(this.words.show_fault, "down", () => this.#showNext(), { className: "quiet" }) : "");
    this.phone.say(faults.length && this.phone.isShown ? this.words.stale : this.form.sections.length ? "" : this.words.nothing_yet);
  }

  // Beside what is wrong, or beside what it stands in.
  placeFaults() {
    this.querySelectorAll(".form-fault").forEach((one) => one.remove());
    this.querySelectorAll(".has-fault").forEach((one) => one.classList.remove("has-fault"));
    this.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
    for (const fault of this.faults) this.#place(fault);
  }

  #place({ path, words }) {
    const [place, isExact] = this.#placeOf(path);
    const said = el("p", { className: "wrong form-fault" }, words);
    if (place.matches(".form-line")) (place.querySelector(":scope > details > .fold-body") ?? place.querySelector(":scope > details")).prepend(said);
    else place.append(said);
    if (isExact) place.querySelector("input, select, textarea")?.setAttribute("aria-invalid", "true");
    for (let fold = said.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.querySelector("summary").classList.add("has-fault");
  }

  #placeOf(path) {
    for (let length = path.length; length > 0; length -= 1) {
      const found = this.querySelector(`[data-path="${CSS.escape(path.slice(0, length).join("."))}"]`);
      if (found) return [found, length === path.length];
    }
    return [this.bottom, false];
  }

  #showNext() {
    const [{ path }] = this.faults;
    const section = this.form.sections[path[1]];
    if (section) this.open.add(section.code);
    if (section && path[2] === "fields" && section.fields[path[3]]) this.open.add(section.fields[path[3]].code).add(`${section.fields[path[3]].code}.more`);
    if (section && path[2] === "checks") this.open.add(`${section.code}.check.${path[3]}`);
    this.draw();
    const said = this.querySelector(".form-fault");
    said?.scrollIntoView({ block: "center" });
    said?.parentElement.querySelector("input, select, textarea")?.focus({ preventScroll: true });
  }
}

customElements.define("form-editor", FormEditor);
