// The list on top: each section and each opening with how it stands; one of them is open.
import { el, icon, say } from "./el.js";

export class Strip {
  #chips = new Map();

  constructor(sheet) {
    this.sheet = sheet;
    this.element = el("nav", { className: "sheet-strip", "aria-label": sheet.wording.words.summary });
    this.draw();
  }

  draw() {
    this.#chips.clear();
    const { state, wording } = this.sheet;
    const chips = state.form.sections.flatMap((section) => {
      if (!section.rows) return [this.#chip(section, null, wording.of(section.name))];
      const rows = state.rows(section).map((row, place) => this.#chip(section, row, wording.row(section, row, place + 1)));
      return [...rows, this.#plus(section)];
    });
    const summary = el("button", { type: "button", className: "sheet-chip", onclick: () => this.sheet.summarise() }, icon("task"), el("span", {}, wording.words.summary));
    this.#chips.set("summary", summary);
    this.element.replaceChildren(...chips, summary);
    this.mark();
  }

  #chip(section, row, name) {
    const chip = el("button", { type: "button", className: "sheet-chip", onclick: () => this.sheet.open(section, row) }, el("span", {}, name), el("small"));
    this.#chips.set(keyOf(section, row), chip);
    this.judge(section, row);
    return chip;
  }

  #plus(section) {
    const chip = el("button", { type: "button", className: "sheet-chip plus", onclick: () => this.sheet.choose(section) }, icon("plus"), el("span", {}, this.sheet.wording.of(section.rows.name)));
    this.#chips.set(`${section.code}/plus`, chip);
    return chip;
  }

  judge(section, row) {
    const chip = this.#chips.get(keyOf(section, row));
    if (!chip) return;
    const { words } = this.sheet.wording;
    const found = this.sheet.findingsOf(section, row);
    const stops = found.filter((one) => one.severity === "stops").length;
    const tone = stops ? "bad" : found.length ? "warn" : "good";
    const text = stops ? say(words.missing, { count: stops }) : found.length ? say(words.look, { count: found.length }) : words.whole;
    const small = chip.querySelector("small");
    if (small.textContent !== text) small.textContent = text;
    if (small.className !== tone) small.className = tone;
  }

  judgeAll(section) {
    for (const row of section.rows ? this.sheet.state.rows(section) : [null]) this.judge(section, row);
  }

  mark() {
    for (const [key, chip] of this.#chips) {
      const isHere = key === this.sheet.here;
      if (isHere) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
      if (isHere) this.element.scrollTo?.({ left: chip.offsetLeft - 24, behavior: "instant" });
    }
  }
}

export const keyOf = (section, row) => `${section.code}/${row?.id ?? ""}`;
