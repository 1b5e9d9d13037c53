// A form in the hand of whoever is on site: what is typed goes into the queue of the phone, and from there to the house.
import { SheetForm } from "../sheets/sheet.js";
import { uuid } from "../sheets/uuid.js";
import { drawOn } from "./drawing.js";
import { small } from "./photo.js";
import { put, waiting } from "./queue.js";
import { laid } from "./shown.js";

const AFTER = 800; // milliseconds of quiet
const MOST_AT_ONCE = 300; // edits that are one thing in the queue
const MOST_LETTERS = 60_000; // of it; the house takes five times that

class Saving extends EventTarget {
  #timer = 0;
  #carried = new Map(); // number of a thing in the queue → the last edit that it carries
  #from = 0;
  #word = uuid();
  #storing = Promise.resolve();

  constructor(state, given, rows) {
    super();
    Object.assign(this, { state, given });
    for (const { id, data, isThere } of rows) {
      const last = state.knows(data.edits);
      if (isThere) state.forget(last);
      else this.#carried.set(id, last);
    }
    this.#from = state.count;
  }

  soon() {
    this.#say("saving");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), AFTER);
  }

  get isIdle() {
    return !this.state.pending.length;
  }

  // → once all is in the queue, or it is said why not.
  now() {
    clearTimeout(this.#timer);
    const open = this.state.pending.filter(({ n }) => n > this.#from);
    if (open.some(({ sent }) => !sent)) this.#storing = this.#store(open);
    return this.#storing;
  }

  get isKept() {
    return this.state.pending.every(({ sent }) => sent);
  }

  async #store(open) {
    for (const edit of open) edit.sent = true;
    const { code: form, version, visit } = this.given;
    const edits = open.map(({ sent, n, ...edit }) => edit);
    try {
      this.#carried.set(await put({ kind: "sheet", visit, data: { form, version, edits }, merge: `${form} ${this.#word}` }), open.at(-1).n);
    } catch (fault) {
      for (const edit of open) edit.sent = false;
      return this.#say(fault.name === "QuotaExceededError" ? "full" : "unkept");
    }
    if (open.length > MOST_AT_ONCE || JSON.stringify(edits).length > MOST_LETTERS) this.#begin(open.at(-1).n);
  }

  // What is typed from here on is another thing in the queue.
  #begin(from) {
    this.#from = from;
    this.#word = uuid();
  }

  // → whether it was of this form.
  told({ id, outcome, words, answer }) {
    const last = this.#carried.get(id);
    if (last === undefined) return false;
    this.#carried.delete(id);
    this.state.forget(last);
    if (outcome === "done") this.#say(this.isIdle ? "saved" : "saving");
    else this.#say("refused", words);
    this.dispatchEvent(new CustomEvent("told", { detail: answer ?? {} }));
    return true;
  }

  connection(state) {
    if (!this.isIdle && (state === "lost" || state === "ended")) this.#say(state === "lost" ? "waits" : "ended");
  }

  #say(what, words = "") {
    this.dispatchEvent(new CustomEvent("state", { detail: { what, words } }));
  }
}

class Photos extends EventTarget {
  #waiting = new Map(); // number → how it is shown until the house has it
  #own = new Map();

  constructor({ pictures, visit, drawings }, rows) {
    super();
    Object.assign(this, { pictures, visit, drawings });
    for (const { kind, id, file, data } of rows) {
      if (kind === "photo") this.#keep(id, new Blob([file.bytes], { type: file.type }));
      else drawings[data.photo] = { number: data.over, ...data.drawing };
    }
  }

  #keep(id, blob) {
    this.#own.set(id, URL.createObjectURL(blob));
    this.#waiting.set(id, true);
  }

  // → the number by which a field names it.
  async put(file) {
    const blob = await small(file);
    const id = await put({ kind: "photo", visit: this.visit, file: blob });
    this.#keep(id, blob);
    return id;
  }

  drawing(id) {
    return this.drawings[id];
  }

  // → whether it is drawn otherwise now.
  async draw(id) {
    const drawn = await drawOn({ address: this.url(id), visit: this.visit, photo: id, before: this.drawings[id] });
    if (drawn) this.drawings[id] = drawn;
    return Boolean(drawn);
  }

  url(id) {
    return this.#own.get(id) ?? `${this.pictures}${id}/`;
  }

  waits(id) {
    return this.#waiting.has(id);
  }

  get isIdle() {
    return !this.#waiting.size;
  }

  told({ id, kind, outcome, answer }) {
    if (kind === "drawing" && outcome === "done" && this.drawings[answer.photo]) this.drawings[answer.photo].number = answer.number;
    if (this.#waiting.delete(id)) this.dispatchEvent(new CustomEvent("sent", { detail: id }));
  }
}

class FieldSheet extends SheetForm {
  async connectedCallback() {
    if (this.given) return;
    this.given = JSON.parse(document.getElementById("sheet-given").textContent);
    const rows = await this.#rows();
    if (!this.isConnected) return;
    const edits = rows.filter(({ kind, data }) => kind === "sheet" && data.form === this.given.code);
    const photos = rows.filter(({ kind, isThere }) => !isThere && (kind === "photo" || kind === "drawing"));
    this.begin(this.given, {
      saving: (state) => new Saving(state, this.given, edits),
      photos: new Photos(this.given, photos),
    });
    this.told = ({ detail }) => this.saving.told(detail) || this.photos.told(detail);
    this.heard = ({ detail }) => this.saving.connection(detail);
    this.end.addEventListener("submit", (event) => this.#end(event));
    document.addEventListener("field:told", this.told);
    document.addEventListener("field:state", this.heard);
    await this.#catchUp(edits.concat(photos));
    this.refresh();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("field:told", this.told);
    document.removeEventListener("field:state", this.heard);
  }

  // What was told while the page came up was heard by nobody.
  async #catchUp(rows) {
    const now = new Map((await waiting().catch(() => [])).map((row) => [row.id, row]));
    for (const { id, kind, isThere } of rows) {
      const row = now.get(id);
      if (isThere || (row && row.state !== "refused")) continue;
      this.told({ detail: { id, kind, outcome: row ? "refused" : "done", words: row?.words, answer: {} } });
    }
  }

  // It goes into the queue behind the last edit.
  async #end(event) {
    event.preventDefault();
    await this.saving.now();
    if (!this.saving.isKept) return;
    const { code: form, visit } = this.given;
    try {
      await put({ kind: "sheet_end", visit, data: { form, revision: this.state.revision }, said: document.querySelector(".sheet-name").textContent });
    } catch {
      return this.end.submit(); // a browser that keeps nothing
    }
    document.querySelector("a[data-back]").click();
  }

  // What waits on this phone, of this person and this visit, and what has arrived since the page was made.
  async #rows() {
    try {
      return (await laid()).filter(({ visit, state }) => visit === this.given.visit && state !== "raw");
    } catch {
      return []; // a browser that keeps nothing
    }
  }
}

customElements.define("field-sheet", FieldSheet);
