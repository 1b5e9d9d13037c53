// A form as whoever is on site gets it, in a frame beside the editor. What is typed is checked, and stays here.
import { same } from "../../sheets/state.js";
import { SheetForm } from "../../sheets/sheet.js";
import { uuid } from "../../sheets/uuid.js";

const { language, words } = JSON.parse(document.getElementById("sheet-given").textContent);

class Nowhere extends EventTarget {
  isIdle = true;

  constructor(state) {
    super();
    this.state = state;
  }

  soon() {
    this.state.pending = [];
  }

  now() {}
}

class Shots extends EventTarget {
  isIdle = true;
  #own = new Map();

  async put(file) {
    const id = uuid();
    this.#own.set(id, URL.createObjectURL(file));
    return id;
  }

  url(id) {
    return this.#own.get(id) ?? "";
  }

  waits() {
    return false;
  }
}

customElements.define("field-sheet", class extends SheetForm {});

const photos = new Shots();
const end = document.getElementById("sheet-end");
let shown = null;

function show(form) {
  const before = shown?.state ? { form: shown.state.form, answers: shown.state.answers, here: shown.here } : null;
  const old = document.querySelector("field-sheet");
  const at = scrollY;
  document.querySelector("main").append(end);
  end.hidden = true;
  if (!form.sections.length) return;
  shown = before ? document.createElement("field-sheet") : old;
  if (before) old.replaceWith(shown);
  const given = { form, language, words, answers: before ? kept(form, before) : begun(form), beside: [], revision: 1, id: null, finished: false };
  shown.begin(given, { saving: (state) => new Nowhere(state), photos });
  if (before) again(before.here);
  scrollTo(0, at);
}

const begun = (form) => Object.fromEntries(form.sections.filter(({ rows }) => !rows).map((section) => [section.code, beforehand(section)]));
const beforehand = (section) => Object.fromEntries(section.fields.filter((one) => one.default != null).map((one) => [one.code, one.default]));

// What was typed in a form that is another now, where it still fits.
function kept(form, { form: was, answers }) {
  const made = {};
  for (const section of form.sections) {
    const earlier = was.sections.find(({ code }) => code === section.code);
    const given = answers[section.code];
    if (!earlier || Boolean(earlier.rows) !== Boolean(section.rows)) made[section.code] = section.rows ? [] : beforehand(section);
    else if (!section.rows) made[section.code] = { ...added(section, earlier), ...fitting(section, earlier, given ?? {}) };
    else made[section.code] = (given ?? []).filter(({ kind }) => section.rows.kinds.some(({ code }) => code === kind)).map((row) => ({ ...row, answers: fitting(section, earlier, row.answers) }));
  }
  return made;
}

const added = (section, earlier) => beforehand({ fields: section.fields.filter(({ code, default: own }) => !same(own, earlier.fields.find((one) => one.code === code)?.default)) });

function fitting(section, earlier, answers) {
  return Object.fromEntries(Object.entries(answers).filter(([code, value]) => {
    const [field, before] = [section, earlier].map(({ fields }) => fields.find((one) => one.code === code));
    if (!field || field.kind !== before?.kind) return false;
    return !field.choices || [value].flat().every((one) => field.choices.some((choice) => choice.code === one));
  }));
}

function again(here) {
  if (here === "summary") return shown.summarise();
  const [code, id] = here.split("/");
  const section = shown.state.section(code);
  if (!section) return;
  if (id === "plus" && section.rows) return shown.choose(section);
  const row = shown.state.row(section, id);
  if (!section.rows || (row && !row.removed)) shown.open(section, section.rows ? row : null);
}

end.addEventListener("submit", (event) => {
  event.preventDefault();
  end.querySelector(".hint").textContent = words.all_well;
});
addEventListener("message", ({ origin, source, data }) => {
  if (origin !== location.origin || source !== parent) return;
  if (data === "are you ready") parent.postMessage("ready", origin);
  else if (data.form) show(data.form);
});
parent.postMessage("ready", location.origin);
