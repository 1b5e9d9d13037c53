// The client reads what was measured and agreed, in his language, and signs on the glass. What he says goes into the queue of
// the phone, with exactly what he was shown: the answers that stand here now, and the house's own words, sealed.
import { agreed, digest } from "../sheets/digest.js";
import { el, icon, say } from "../sheets/el.js";
import { check } from "../sheets/rules.js";
import { State } from "../sheets/state.js";
import { told } from "../sheets/told.js";
import { Wording } from "../sheets/wording.js";
import { put } from "./queue.js";
import { laid } from "./shown.js";
import "../shared/signature.js";

class FieldAgreement extends HTMLElement {
  #sent = null; // the number of what was put into the queue
  #isAnew = false; // it holds, and something else is to be agreed on besides
  #typed = { besides: "", name: null, agrees: false, note: "", strokes: [] };

  async connectedCallback() {
    if (this.given) return;
    this.given = JSON.parse(document.getElementById("agreement-given").textContent);
    this.language = this.given.languages[this.given.language] ? this.given.language : "ru";
    this.state = new State(this.given.form, this.given);
    const rows = await this.#rows();
    if (!this.isConnected) return;
    for (const { data } of rows.filter(({ kind, data }) => kind === "sheet" && data.form === this.given.code)) this.state.knows(data.edits);
    this.heard = ({ detail }) => this.#heard(detail);
    document.addEventListener("field:told", this.heard);
    const earlier = rows.findLast(({ kind, data }) => kind === "agreement" && data.form === this.given.code);
    if (earlier) this.#end(earlier.id, earlier.data.outcome);
    else this.#draw();
    if (earlier?.isThere) this.became.textContent = this.shown.texts.arrived;
    this.#refresh();
  }

  disconnectedCallback() {
    document.removeEventListener("field:told", this.heard);
  }

  async #rows() {
    try {
      return (await laid()).filter(({ visit, state }) => visit === this.given.visit && state !== "raw");
    } catch {
      return []; // a browser that keeps nothing
    }
  }

  // What somebody else has saved meanwhile is shown before anybody signs.
  async #refresh() {
    try {
      const answer = await fetch(this.given.state, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected || this.#sent) return;
      const whole = await answer.json();
      if (whole.revision === this.state.revision || this.#typed.strokes.length) return;
      this.state.take(whole);
      this.#draw();
    } catch {
      // Without a connection nobody else is heard of.
    }
  }

  get shown() {
    return this.given.languages[this.language];
  }

  #draw() {
    const { texts, words, content } = this.shown;
    if (this.#holds()) return this.#signedAlready();
    const wording = new Wording({ language: this.language, words });
    this.lang = this.language;
    this.replaceChildren(
      this.#languages(),
      el("header", {}, content.company && el("p", { className: "muted" }, content.company), el("h1", {}, texts.title)),
      this.#about(),
      this.#isSound() ? this.#downwards() : "",
      ...told(this.state, wording),
      this.#besides(),
      content.terms ? el("section", { className: "told-part" }, el("h2", {}, texts.terms), el("p", { className: "told-terms" }, content.terms)) : "",
      this.#isSound() ? this.#signing() : this.#unsound(),
    );
  }

  // What is on the phone by now, also what waits there, is what was signed.
  #holds() {
    return !this.#isAnew && !this.state.beside.length && this.given.holds === digest(agreed(this.state.form, this.state.answers));
  }

  #signedAlready() {
    const { texts } = this.shown;
    this.lang = this.language;
    this.replaceChildren(el("section", { className: "card stack agreement-done" },
      el("h1", {}, icon("check"), " ", texts.title),
      el("p", {}, texts.holds),
      el("a", { className: "button primary large wide", href: this.given.agreed_url }, texts.see),
      el("p", { className: "row" },
        el("a", { className: "button large", href: this.given.visit_url }, icon("left"), texts.back),
        el("button", { type: "button", className: "button quiet large", onclick: () => { this.#isAnew = true; this.#draw(); } }, texts.otherwise))));
  }

  #languages() {
    const codes = Object.keys(this.given.languages);
    return el("nav", { className: "segments", "aria-label": this.shown.texts.language }, codes.map((code) => el("button", {
      type: "button", lang: code, "aria-current": code === this.language ? "true" : null, onclick: () => { this.language = code; this.#draw(); },
    }, this.given.names[code])));
  }

  #about() {
    const { texts, content, at } = this.shown;
    const lines = [[texts.client, content.client, content.client.length > 16 ? "whole" : ""], [texts.work, `${content.work}, ${at}`], [texts.address, content.address, "whole"], [texts.next, content.next, "whole"]];
    return el("dl", { className: "told-facts" }, lines.filter(([, text]) => text).map(([name, text, place = ""]) => el("div", { className: place }, el("dt", {}, name), el("dd", {}, text))));
  }

  // Many openings are a long way on a phone: whoever has read them once gets to the end with one tap.
  #downwards() {
    return el("button", { type: "button", className: "button wide", onclick: () => this.querySelector("signature-pad").closest("section, form").scrollIntoView() }, icon("pen"), this.shown.texts.to_signature);
  }

  #besides() {
    const { texts } = this.shown;
    const field = el("textarea", { id: "besides", rows: 3, maxLength: 2_000, value: this.#typed.besides, "aria-describedby": "besides-hint", oninput: (event) => { this.#typed.besides = event.target.value; } });
    return el("section", { className: "told-part" }, el("h2", {}, el("label", { for: "besides" }, texts.besides)), field, el("p", { className: "small muted", id: "besides-hint" }, texts.besides_hint));
  }

  #isSound() {
    return !this.state.beside.length && !check(this.state.form, this.state.answers).some(({ severity }) => severity === "stops");
  }

  #unsound() {
    const { texts } = this.shown;
    return el("section", { className: "told-not-agreed" }, el("p", {}, icon("warning"), " ", texts.stops), el("p", {}, el("a", { className: "button large", href: this.given.form_url }, texts.to_form)));
  }

  #signing() {
    const { texts, content } = this.shown;
    const typed = this.#typed;
    this.pad = el("signature-pad", { "data-label": texts.signature, "data-undo": texts.undo, "data-clear": texts.clear });
    this.pad.addEventListener("input", () => { typed.strokes = this.pad.value; });
    this.said = el("ul", { className: "sheet-said", role: "alert" });
    const name = el("input", { id: "signer", type: "text", autocomplete: "off", maxLength: 200, value: typed.name ?? this.given.client, oninput: (event) => { typed.name = event.target.value; } });
    const agrees = el("input", { type: "checkbox", checked: typed.agrees, onchange: (event) => { typed.agrees = event.target.checked; } });
    const part = el("section", { className: "card stack" },
      el("h2", {}, texts.sign_title),
      el("div", { className: "field" }, el("label", { for: "signer" }, texts.name), name),
      el("label", { className: "check" }, agrees, el("span", {}, content.terms ? texts.agrees : texts.agrees_without_terms)),
      el("div", { className: "field" }, el("span", { className: "label" }, texts.signature), this.pad),
      this.said,
      el("button", { type: "button", className: "button primary large wide", onclick: () => this.#sign(name.value) }, icon("check"), texts.sign),
      this.#otherwise());
    // Drawn before the language was changed, it stays.
    queueMicrotask(() => typed.strokes.length && (this.pad.value = typed.strokes));
    return part;
  }

  #otherwise() {
    const { texts } = this.shown;
    const note = el("input", { id: "thinks-note", type: "text", autocomplete: "off", maxLength: 300, value: this.#typed.note, oninput: (event) => { this.#typed.note = event.target.value; } });
    return el("details", {}, el("summary", {}, texts.not_now),
      el("div", { className: "stack" },
        el("p", { className: "small muted" }, texts.by_link_hint),
        el("button", { type: "button", className: "button large wide", onclick: () => this.#say("offered") }, icon("mail"), texts.by_link),
        el("div", { className: "field" }, el("label", { for: "thinks-note" }, texts.note), note),
        el("button", { type: "button", className: "button large wide", onclick: () => this.#say("thinks", { note: this.#typed.note }) }, icon("history"), texts.thinks)));
  }

  #sign(name) {
    const { texts } = this.shown;
    const missing = [[!name.trim(), texts.missing_name], [!this.#typed.agrees, texts.missing_agrees], [!this.pad.isSigned, texts.missing_signature]];
    const faults = missing.filter(([is]) => is).map(([, text]) => text);
    this.said.replaceChildren(...faults.map((text) => el("li", { className: "bad" }, text)));
    if (!faults.length) this.#say("signed", { name, agrees: true, strokes: this.pad.value });
  }

  // Once: the buttons are gone before the phone has stored it.
  async #say(outcome, more = {}) {
    if (this.#sent) return;
    this.#sent = "soon";
    const answers = agreed(this.state.form, this.state.answers);
    const data = { form: this.given.code, revision: this.state.revision, outcome, seal: this.shown.seal, answers, digest: digest(answers), besides: this.#typed.besides, ...more };
    try {
      this.#end(await put({ kind: "agreement", visit: this.given.visit, data, said: this.shown.texts[`done_${outcome}`] ?? "" }), outcome);
    } catch (fault) {
      this.#sent = null;
      const { texts } = this.shown;
      this.said.replaceChildren(el("li", { className: "bad" }, fault.name === "QuotaExceededError" ? texts.full : texts.unkept));
    }
  }

  #end(id, outcome) {
    const { texts } = this.shown;
    this.#sent = id;
    this.became = el("p", { role: "status" }, texts.waits);
    this.replaceChildren(el("section", { className: "card stack agreement-done" },
      el("h1", {}, icon(outcome === "thinks" ? "history" : "check"), " ", texts[`done_${outcome}`] ?? ""),
      this.became,
      el("p", { className: "row" },
        el("a", { className: "button large", href: this.given.visit_url }, icon("left"), texts.back),
        el("button", { type: "button", className: "button quiet large", onclick: () => this.#again() }, texts.again))));
    scrollTo({ top: 0 });
  }

  #again() {
    this.#sent = null;
    this.#isAnew = true;
    this.#typed = { besides: "", name: null, agrees: false, note: "", strokes: [] };
    this.#draw();
    this.#refresh();
  }

  #heard({ id, outcome, words }) {
    if (id !== this.#sent || !this.became) return;
    const { texts } = this.shown;
    const said = { done: texts.arrived, beside: texts.beside, refused: say(texts.refused, { words: words ?? "" }) }[outcome];
    if (!said) return;
    this.became.textContent = said;
    this.became.className = outcome === "done" ? "good" : "bad";
  }
}

customElements.define("field-agreement", FieldAgreement);
