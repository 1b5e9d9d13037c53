// One opening, or one section of which there is only one: its fields, with what is wrong beside each of them.
import { el, icon, say } from "./el.js";
import { draw, Unfit } from "./fields.js";
import { ofOne, shown } from "./rules.js";
import { measures, sketch } from "./sketch.js";

const QUIET = new Set(["required", "photos"]); // until somebody has been at the field, a mark says it

export class Card {
  #boxes = new Map();
  #touched = new Set();

  constructor(sheet, section, row) {
    Object.assign(this, { sheet, section, row, state: sheet.state, wording: sheet.wording, words: sheet.wording.words });
    this.fields = el("div", { className: "sheet-fields" });
    this.element = el("section", { className: "card sheet-card", "aria-labelledby": "sheet-title" }, this.#head(), this.fields, this.#foot());
    this.refresh();
  }

  #head() {
    const { section, row, wording } = this;
    const number = row ? this.state.rows(section).findIndex((one) => one.id === row.id) + 1 : 0;
    const name = row ? `${wording.of(section.rows.name)} ${number}` : wording.of(section.name);
    return el("header", { className: "row apart" }, el("h2", { id: "sheet-title", tabIndex: -1 }, name), row && this.#kinds());
  }

  #kinds() {
    const { section, row } = this;
    return el("select", { className: "sheet-kind", "aria-label": this.words.kind, onchange: (event) => this.#give("kind", event.target.value) },
      section.rows.kinds.map((kind) => el("option", { value: kind.code, selected: kind.code === row.kind }, this.wording.of(kind.name))));
  }

  #foot() {
    if (!this.row) return null;
    const { words, sheet } = this;
    const button = (name, sign, onclick, more = "") => el("button", { type: "button", className: `button ${more}`, onclick }, icon(sign), name);
    return el("footer", { className: "row apart sheet-foot" },
      button(words.copy, "copy", () => sheet.copy(this.section, this.row)),
      button(words.remove, "close", () => sheet.takeOut(this.section, this.row), "quiet danger"));
  }

  // What is asked may change with every answer: only what comes or goes is drawn.
  refresh() {
    const asked = shown(this.state.form, this.section, this.state.answers, this.row);
    const codes = new Set(asked.map((field) => field.code));
    for (const [code, box] of this.#boxes) if (!codes.has(code)) this.#forget(code, box);
    let before = null;
    for (const field of asked.toReversed()) {
      if (!this.#boxes.has(field.code)) {
        this.#boxes.set(field.code, this.#box(field));
        this.fields.insertBefore(this.#boxes.get(field.code), before);
      }
      before = this.#boxes.get(field.code);
    }
    this.judge();
  }

  #forget(code, box) {
    box.remove();
    this.#boxes.delete(code);
    this.sheet.unfit.delete(this.#key(code));
  }

  judge() {
    const found = ofOne(this.state.form, this.section, this.state.answers, this.row);
    for (const [code, box] of this.#boxes) this.#judgeOne(code, box, found.filter((finding) => finding.field === code));
    return found;
  }

  #judgeOne(code, box, found) {
    const unfit = this.sheet.unfit.get(this.#key(code));
    const loud = found.filter((one) => this.sheet.isStrict || this.#touched.has(code) || !QUIET.has(one.rule));
    box.classList.toggle("asks", found.some((one) => QUIET.has(one.rule) && one.severity === "stops"));
    const lines = unfit ? [["bad", unfit]] : loud.map((one) => [one.severity === "stops" ? "bad" : "warn", this.wording.finding(this.section, one)]);
    const said = box.querySelector(".sheet-said");
    if (said.dataset.lines !== JSON.stringify(lines)) {
      said.dataset.lines = JSON.stringify(lines);
      said.replaceChildren(...lines.map(([tone, text]) => el("li", { className: tone }, text)));
    }
    for (const input of box.querySelectorAll("input.measure, textarea")) input.toggleAttribute("aria-invalid", lines.some(([tone]) => tone === "bad"));
  }

  #key(code) {
    return `${this.section.code}/${this.row?.id ?? ""}/${code}`;
  }

  #id(field) {
    return `f-${field.code}`;
  }

  #box(field) {
    const { section, row, wording, words } = this;
    const id = this.#id(field);
    const name = wording.of(field.name);
    const hint = wording.of(field.hint);
    const isLabelled = !["choice", "choices", "yes_no", "photo", "sashes"].includes(field.kind);
    const label = el(isLabelled ? "label" : "span", { className: "label", id: `${id}-name`, ...(isLabelled ? { for: id } : {}) }, name, hint && el("small", { className: "muted" }, ` ${hint}`));
    const context = {
      id, field, name, wording, words, photos: this.sheet.photos, value: this.state.value(section, row, field.code),
      give: (value, more) => this.#give(field.code, value, more), sketch: () => this.#sketch(field),
    };
    return el("div", { className: `field sheet-field of-${field.kind}`, "data-code": field.code },
      label, draw(context), this.#beside(field), el("ul", { className: "sheet-said", id: `${id}-said`, role: "status" }));
  }

  #beside({ code }) {
    const kept = this.state.beside.filter((one) => one.section === this.section.code && one.row === (this.row?.id ?? null) && one.field === code);
    return kept.map((one) => el("div", { className: "sheet-beside", role: "note" },
      el("p", {}, say(this.words.also, { name: one.name, value: this.wording.value(this.section, code, one.value) })),
      el("div", { className: "row" },
        el("button", { type: "button", className: "button", onclick: () => this.#settle(code, one.value) }, this.words.take_theirs),
        el("button", { type: "button", className: "button quiet", onclick: () => this.#settle(code, this.state.value(this.section, this.row, code) ?? null) }, this.words.keep_ours))));
  }

  #settle(code, value) {
    this.state.settle(this.section, this.row, code, value);
    this.redraw(code);
    this.refresh();
  }

  #give(code, value, { redraw = false } = {}) {
    this.#touched.add(code);
    if (value instanceof Unfit) this.sheet.unfit.set(this.#key(code), value.message);
    else {
      this.sheet.unfit.delete(this.#key(code));
      this.state.set(this.section, this.row, code, value);
    }
    if (redraw) this.redraw(code);
    this.#drawSketches(code);
    this.refresh();
  }

  redraw(code) {
    const old = this.#boxes.get(code);
    if (!old) return;
    const at = [...old.querySelectorAll("button, select, input")].indexOf(document.activeElement);
    const made = this.#box(this.section.fields.find((field) => field.code === code));
    this.#boxes.set(code, made);
    old.replaceWith(made);
    if (at >= 0) [...made.querySelectorAll("button, select, input")][at]?.focus();
  }

  #sketch(field) {
    const [width, height] = measures(this.section).map((code) => this.state.value(this.section, this.row, code));
    const sashes = this.state.value(this.section, this.row, field.code) ?? [];
    return el("div", { className: "sketch-place" }, sketch({ sashes, width, height, label: say(this.words.sketch, { sashes: this.wording.sashes(sashes) || this.words.nothing }) }));
  }

  #drawSketches(code) {
    for (const field of this.section.fields) {
      if (field.kind !== "sashes" || ![field.code, ...measures(this.section)].includes(code)) continue;
      this.#boxes.get(field.code)?.querySelector(".sketch-place")?.replaceWith(this.#sketch(field));
    }
  }

  photoSent(id) {
    this.fields.querySelector(`[data-photo="${id}"]`)?.remove();
  }

  look(code) {
    const box = this.#boxes.get(code);
    this.#touched.add(code);
    this.judge();
    box?.scrollIntoView({ block: "center" });
    box?.querySelector("input, textarea, select, button")?.focus({ preventScroll: true });
  }
}
