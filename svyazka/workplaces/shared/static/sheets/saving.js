// The way of what was changed to the house: kept on the phone until the house has it, each parcel once, in order.

import { uuid } from "./uuid.js";

const AFTER = 1_200; // milliseconds of quiet
const SLOWEST = 30_000;

export class Saving extends EventTarget {
  #timer = 0;
  #busy = false;
  #pause = 2_000;

  constructor(state, given) {
    super();
    this.state = state;
    this.given = given;
    addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => this.now());
  }

  // As it was left, when the page was closed before everything was sent.
  static kept(given) {
    try {
      return JSON.parse(localStorage.getItem(key(given)) ?? "null") ?? { parcel: null, pending: [] };
    } catch {
      return { parcel: null, pending: [] };
    }
  }

  resume({ parcel }) {
    this.parcel = parcel;
    if (this.state.pending.length) this.now();
  }

  soon() {
    this.#keep();
    this.#say("saving");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), AFTER);
  }

  get isIdle() {
    return !this.#busy && !this.state.pending.length;
  }

  async now() {
    clearTimeout(this.#timer);
    if (this.#busy || !this.state.pending.length) return;
    this.#busy = true;
    try {
      await this.#send();
    } finally {
      this.#busy = false;
    }
    this.dispatchEvent(new Event("rest"));
    if (this.state.pending.length && !this.refused) this.#timer = setTimeout(() => this.now(), this.failed ? this.#pause : AFTER);
  }

  drop() {
    Object.assign(this, { parcel: null, refused: "" });
    this.state.pending.length = 0;
    this.#keep();
  }

  async #send() {
    const parcel = (this.parcel ??= this.#packed());
    this.#keep();
    const answer = await this.#post(parcel);
    this.failed = !answer;
    if (!answer) {
      this.#pause = Math.min(this.#pause * 2, SLOWEST);
      return;
    }
    this.#pause = 2_000;
    this.refused = "";
    this.parcel = null;
    this.state.pending.splice(0, parcel.edits.length);
    this.state.take(answer);
    this.#keep();
    this.#say(this.state.pending.length ? "saving" : "saved");
    this.dispatchEvent(new CustomEvent("told", { detail: answer }));
  }

  #packed() {
    for (const edit of this.state.pending) edit.sent = true;
    const edits = this.state.pending.map(({ sent, ...edit }) => edit);
    return { request_id: uuid(), version: this.given.version, revision: this.state.revision, edits };
  }

  async #post(parcel) {
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "Content-Type": "application/json", "HX-Request": "true" };
    try {
      const answer = await fetch(this.given.edits, { method: "POST", headers, body: JSON.stringify(parcel) });
      if (answer.status === 204 || answer.status === 403) return this.#say("ended"); // the way to the log-in
      if (answer.ok) return await answer.json();
      if (answer.status >= 500) return this.#say("waits");
      this.refused = await wordsOf(answer);
      return this.#say("refused", this.refused);
    } catch {
      return this.#say("waits");
    }
  }

  #say(what, words = "") {
    this.dispatchEvent(new CustomEvent("state", { detail: { what, words } }));
  }

  #keep() {
    const kept = { parcel: this.parcel ?? null, pending: this.state.pending };
    try {
      if (kept.pending.length) localStorage.setItem(key(this.given), JSON.stringify(kept));
      else localStorage.removeItem(key(this.given));
    } catch {
      this.#say("waits"); // the phone has no room: it stays in the page
    }
  }
}

async function wordsOf(answer) {
  const text = new DOMParser().parseFromString(await answer.text(), "text/html").body.textContent;
  return text.trim().replace(/\s+/g, " ").slice(0, 300);
}

// Another person on the same phone never sends the work of the first.
const key = ({ person, visit, code }) => `svyazka-sheet-${person}-${visit}-${code}`;
