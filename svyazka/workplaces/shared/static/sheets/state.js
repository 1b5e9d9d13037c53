// What stands in the form: what the house has, and on top of it what this phone has changed and not sent yet.
import { standing } from "./rules.js";
import { uuid } from "./uuid.js";

export const same = (one, other) => one === other || JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

export class State extends EventTarget {
  constructor(form, given) {
    super();
    Object.assign(this, { form, pending: [], count: 0 });
    this.take(given);
  }

  // Edits that were made before the page was opened, and are still on their way. → the number of the last.
  knows(edits) {
    for (const edit of edits) {
      this.pending.push({ ...edit, sent: true, n: (this.count += 1) });
      applied(this.answers, edit);
    }
    return this.count;
  }

  // The house has them, up to this number.
  forget(last) {
    this.pending = this.pending.filter(({ n }) => n > last);
  }

  // The house has spoken: its answers, with what it has not heard of yet on top.
  take({ answers, beside, revision }) {
    Object.assign(this, { beside, revision });
    if (answers) this.answers = this.pending.reduce(applied, structuredClone(answers));
  }

  section(code) {
    return this.form.sections.find((section) => section.code === code);
  }

  rows(section) {
    return standing(this.answers, section);
  }

  row(section, id) {
    return section.rows ? (this.answers[section.code] ?? []).find((row) => row.id === id) : null;
  }

  value(section, row, field) {
    if (row) return field === "kind" ? row.kind : row.answers[field];
    return this.answers[section.code]?.[field];
  }

  set(section, row, field, value) {
    const was = this.value(section, row, field) ?? null;
    if (same(was, value)) return;
    this.#edit({ do: "set", section: section.code, row: row?.id ?? null, field, was, is: value });
  }

  settle(section, row, field, value) {
    this.#edit({ do: "settle", section: section.code, row: row?.id ?? null, field, is: value });
    this.beside = this.beside.filter((one) => !(one.section === section.code && one.row === (row?.id ?? null) && one.field === field));
  }

  add(section, kind, { answers = {}, behind = null } = {}) {
    const id = uuid();
    this.#edit({ do: "add", section: section.code, row: id, kind, answers, behind });
    return this.row(section, id);
  }

  remove(section, row) {
    const was = structuredClone({ kind: row.kind, answers: row.answers });
    this.#edit({ do: "remove", section: section.code, row: row.id, was });
  }

  bringBack(section, row) {
    this.settle(section, row, "", true);
  }

  // A field that is typed into is one edit until it has gone on its way.
  #edit(edit) {
    applied(this.answers, edit);
    const last = this.pending.findLast((one) => !one.sent && one.do === "set" && one.section === edit.section && one.row === edit.row && one.field === edit.field);
    if (edit.do === "set" && last) last.is = edit.is;
    else this.pending.push({ ...structuredClone(edit), n: (this.count += 1) });
    this.dispatchEvent(new CustomEvent("edited", { detail: edit }));
  }
}

// As the house applies it, where nobody else has been.
function applied(answers, edit) {
  if (edit.do === "add") return add(answers, edit);
  const rows = Array.isArray(answers[edit.section]) ? answers[edit.section] : null;
  const row = edit.row ? rows?.find((one) => one.id === edit.row) : null;
  if (edit.row && !row) return answers;
  if (edit.do === "remove") row.removed = true;
  else if (edit.field === "") edit.is && delete row.removed;
  else put(row ? (edit.field === "kind" ? row : row.answers) : (answers[edit.section] ??= {}), edit);
  return answers;
}

function add(answers, { section, row, kind, answers: own, behind }) {
  const rows = (answers[section] ??= []);
  if (rows.some((one) => one.id === row)) return answers;
  const place = rows.findIndex((one) => one.id === behind);
  rows.splice(place < 0 ? rows.length : place + 1, 0, { id: row, kind, answers: structuredClone(own) });
  return answers;
}

function put(place, { field, is }) {
  if (is === null || is === undefined) delete place[field];
  else place[field] = structuredClone(is);
}
