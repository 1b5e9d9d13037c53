// A form on the phone. Of forty openings only the one that is open is on the page.
import { Card } from "./card.js";
import { el, icon, say } from "./el.js";
import { defaults, ofOne, ofSection } from "./rules.js";
import { State } from "./state.js";
import { keyOf, Strip } from "./strip.js";
import { summary } from "./summary.js";
import { Wording } from "./wording.js";

const OWN_ECHO = 2_500; // milliseconds within which news is of what this phone has just saved

export class SheetForm extends HTMLElement {
  // `saving(state)` keeps what is changed; `photos` keeps pictures.
  begin(given, { saving, photos }) {
    Object.assign(this, { given, photos, unfit: new Map(), wording: new Wording(given), state: new State(given.form, given) });
    this.saving = saving(this.state);
    this.end = document.getElementById("sheet-end");
    this.#draw();
    this.#listen();
  }

  disconnectedCallback() {
    this.saving?.now();
    document.body.removeEventListener(`calm:sheet-${this.given.id}`, this.hear);
    document.body.removeEventListener("live:missed", this.hear);
  }

  #draw() {
    this.said = el("p", { className: "small sheet-saved", role: "status" });
    this.note = el("div", { className: "sheet-told", role: "status" });
    this.place = el("div");
    const [first] = this.given.form.sections;
    this.here = keyOf(first, null);
    this.strip = new Strip(this);
    this.replaceChildren(el("div", { className: "sheet-top" }, this.said, this.strip.element), this.note, this.place);
    if (first.rows) this.choose(first);
    else this.open(first, null);
    if (this.given.finished) this.#tell(this.wording.words.finished);
  }

  #listen() {
    this.state.addEventListener("edited", ({ detail }) => this.#edited(detail));
    this.saving.addEventListener("state", ({ detail }) => this.#saysOfSaving(detail));
    this.saving.addEventListener("told", ({ detail }) => this.#heardBack(detail));
    this.photos.addEventListener("sent", ({ detail }) => (this.card?.photoSent(detail), this.#canEnd()));
    this.addEventListener("keydown", (event) => event.key === "Enter" && event.target.matches("input") && this.#onward(event));
    this.hear = () => this.refresh();
    this.#hearOf(this.given.id);
  }

  #hearOf(id) {
    if (!id) return;
    this.given.id = id;
    document.body.addEventListener(`calm:sheet-${id}`, this.hear);
    document.body.addEventListener("live:missed", this.hear);
  }

  // One section or row is open; the others are lines of the list.
  open(section, row) {
    this.here = keyOf(section, row);
    this.card = new Card(this, section, row);
    this.#put(this.card.element);
  }

  choose(section) {
    this.here = `${section.code}/plus`;
    this.card = null;
    const { words } = this.wording;
    const isFull = this.state.rows(section).length >= (section.rows.most ?? 100);
    const ways = section.rows.kinds.map((kind) => el("button", { type: "button", className: "button large", onclick: () => this.open(section, this.state.add(section, kind.code, { answers: defaults(section) })) }, this.wording.of(kind.name)));
    this.#put(el("section", { className: "card stack sheet-card", "aria-labelledby": "sheet-title" },
      el("h2", { id: "sheet-title", tabIndex: -1 }, `${words.new}: ${this.wording.of(section.rows.name)}`),
      isFull ? el("p", { className: "warn" }, words.full) : el("div", { className: "sheet-kinds" }, ways)));
  }

  summarise() {
    this.here = "summary";
    this.card = null;
    this.isStrict = true;
    this.end.hidden = false;
    this.#canEnd();
    this.#put(summary(this));
  }

  #put(element) {
    this.#tell("");
    this.place.replaceChildren(element, this.card ? this.#ways() : "");
    this.strip.mark();
    this.place.querySelector("#sheet-title")?.focus({ preventScroll: true });
    if (this.getBoundingClientRect().top < 0) this.scrollIntoView({ block: "start" });
  }

  #stops() {
    return this.state.form.sections.flatMap((section) => (section.rows ? this.state.rows(section) : [null]).map((row) => [section, row]));
  }

  #ways() {
    const { words } = this.wording;
    const all = this.#stops();
    const at = all.findIndex(([section, row]) => keyOf(section, row) === this.here);
    const [before, next] = [all[at - 1], all[at + 1]];
    const button = (name, sign, onclick, isLast) => el("button", { type: "button", className: "button large", onclick }, ...(isLast ? [name, icon(sign)] : [icon(sign), name]));
    return el("nav", { className: "sheet-ways" },
      before ? button(words.before, "left", () => this.open(...before)) : el("span"),
      next ? button(words.next, "right", () => this.open(...next), true) : button(words.summary, "right", () => this.summarise(), true));
  }

  copy(section, row) {
    const photos = new Set(section.fields.filter((field) => field.kind === "photo").map((field) => field.code));
    const answers = Object.fromEntries(Object.entries(row.answers).filter(([code]) => !photos.has(code)));
    this.open(section, this.state.add(section, row.kind, { answers, behind: row.id }));
    this.#tell(this.wording.words.copied);
  }

  takeOut(section, row) {
    const rows = this.state.rows(section);
    const at = rows.findIndex((one) => one.id === row.id);
    const name = this.wording.row(section, row, at + 1);
    this.state.remove(section, row);
    for (const key of this.unfit.keys()) if (key.startsWith(`${keyOf(section, row)}/`)) this.unfit.delete(key);
    const next = rows[at + 1] ?? rows[at - 1];
    if (next) this.open(section, next);
    else this.choose(section);
    const { words } = this.wording;
    this.#tell(say(words.removed, { row: name }), el("button", { type: "button", className: "button small", onclick: () => this.bringBack(section, row) }, words.bring_back));
  }

  bringBack(section, row) {
    this.state.bringBack(section, row);
    this.strip.draw();
    this.open(section, this.state.row(section, row.id));
  }

  // What a line of the summary is about.
  show({ section: code, row: id, field }) {
    const section = this.state.section(code);
    if (section.rows && !id) return this.choose(section);
    this.open(section, this.state.row(section, id));
    this.card.look(field);
  }

  findings() {
    const unfit = [...this.unfit].map(([key, text]) => {
      const [section, row, field] = key.split("/");
      return { section, row: row || null, field, severity: "stops", text };
    });
    return [...unfit, ...this.state.form.sections.flatMap((section) => ofSection(this.state.form, section, this.state.answers))];
  }

  findingsOf(section, row) {
    return ofOne(this.state.form, section, this.state.answers, row);
  }

  #edited(edit) {
    const section = this.state.section(edit.section);
    const isRow = edit.do !== "set" || edit.field === "kind";
    if (isRow) this.strip.draw();
    else this.strip.judge(section, this.state.row(section, edit.row));
    // Openings may ask something because of what is said of the whole site.
    if (!section.rows) for (const other of this.state.form.sections) if (other.rows) this.strip.judgeAll(other);
    this.saving.soon();
  }

  #saysOfSaving({ what, words }) {
    const tone = { saved: "good", saving: "muted", waits: "warn" }[what] ?? "bad";
    const text = say(this.wording.words[what], { words });
    this.said.className = `small sheet-saved ${tone}`;
    this.said.textContent = text;
    this.#canEnd();
  }

  // Where nobody else was there meanwhile, everything stands here already.
  #heardBack({ sheet, revision, beside }) {
    this.ownAt = performance.now();
    if (sheet && sheet !== this.given.id) this.#hearOf(sheet);
    if (revision === this.state.revision + 1 && beside === this.state.beside.length) this.state.revision = revision;
    else if (revision > this.state.revision) this.refresh({ isAsked: true });
    this.#canEnd();
  }

  // What the house has by now, with what waits here on top of it.
  async refresh({ isAsked = false } = {}) {
    if (!isAsked && performance.now() - (this.ownAt ?? -OWN_ECHO) < OWN_ECHO) return;
    try {
      const answer = await fetch(this.given.state, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      const whole = await answer.json();
      if (whole.revision === this.state.revision) return;
      if (whole.id !== this.given.id) this.#hearOf(whole.id);
      this.state.take(whole);
      this.#drawAnew();
    } catch {
      // Without a connection nobody else is heard of.
    }
  }

  // What somebody types stays under his fingers.
  #drawAnew() {
    const [id, from] = [document.activeElement?.id, document.activeElement?.selectionStart];
    this.strip.draw();
    if (this.here === "summary") return this.summarise();
    if (!this.card) return;
    const { section, row } = this.card;
    const now = row ? this.state.row(section, row.id) : null;
    if (row && (!now || now.removed)) return this.choose(section);
    this.open(section, now);
    const again = id && document.getElementById(id);
    if (again) again.focus({ preventScroll: true });
    if (again && typeof from === "number") again.setSelectionRange?.(from, from);
  }

  #onward(event) {
    event.preventDefault();
    const inputs = [...this.place.querySelectorAll("input:not([type=file]), textarea")];
    inputs[inputs.indexOf(event.target) + 1]?.focus();
  }

  #canEnd() {
    const button = this.end.querySelector("button");
    const { words } = this.wording;
    const isStopped = this.findings().some((one) => one.severity === "stops") || this.state.beside.length > 0;
    const isEmpty = !this.state.revision && this.saving.isIdle;
    button.disabled = isStopped || isEmpty;
    this.end.querySelector("[name=revision]").value = this.state.revision;
    this.end.querySelector(".hint").textContent = isStopped ? words.end_stopped : "";
  }

  #tell(text, ...more) {
    this.note.replaceChildren(...(text ? [el("p", {}, text), ...more] : []));
  }
}
