// One section of a form: its name, whether it is filled in several times, its fields and its checks.
import { el, icon, say } from "../../sheets/el.js";
import { checks } from "./checks.js";
import { handle, named, names, number, put, select, square } from "./controls.js";
import { copySection, field, isOfField, removeSection, thing } from "./definition.js";
import { addField, choices, drawField } from "./fields.js";

export function drawSection(desk, section, place) {
  const { words } = desk;
  const path = `sections.${place}`;
  const title = el("strong", {}, named(desk, section) || words.unnamed);
  const told = () => (title.textContent = named(desk, section) || words.unnamed);
  const isOpen = desk.open.has(section.code);
  const summary = el("summary", { "data-key": `${section.code}.fold` }, el("span", { className: "grow" }, title, el("span", { className: "small muted block" }, counted(desk, section))),
    icon("down"));
  const fold = el("details", { open: isOpen }, summary, isOpen && body(desk, section, path, told));
  fold.addEventListener("toggle", () => {
    if (!fold.open) return void desk.open.delete(section.code);
    desk.open.add(section.code);
    if (!fold.querySelector(".fold-body")) fold.append(body(desk, section, path, told));
    desk.placeFaults();
  });
  const name = named(desk, section);
  return el("li", { className: "card form-section form-line", "data-line": section.code, "data-path": path }, handle(desk, name), fold,
    el("span", { className: "line-tools" },
      square(`${words.copy}: ${name}`, "copy", () => desk.did(words.copied, name, () => desk.open.add(copySection(desk.form, section).code)), `${section.code}.copy`),
      square(`${words.remove}: ${name}`, "close", () => desk.did(words.removed, name, () => removeSection(desk.form, section)), `${section.code}.remove`)));
}

function counted(desk, section) {
  const { words } = desk;
  const own = (section.checks ?? []).filter((one) => !isOfField(one)).length;
  const fields = say(words.fields_count, { count: (section.fields ?? []).length });
  return [section.rows && words.repeated_mark, fields, own && say(words.checks_count, { count: own })].filter(Boolean).join(" · ");
}

function body(desk, section, path, told) {
  const { words } = desk;
  const isFull = (section.fields ?? []).length >= desk.given.limits.fields;
  return el("div", { className: "fold-body stack" },
    names(desk, words.section_name, section, "name", { key: section.code, path, told }),
    repeated(desk, section, path),
    el("div", { "data-path": `${path}.fields` },
      el("ol", { className: "form-fields", "data-list": `fields:${section.code}` }, (section.fields ?? []).map((one, at) => drawField(desk, section, one, `${path}.fields.${at}`)))),
    isFull ? null : addField(desk, section, field),
    checks(desk, section, path));
}

function repeated(desk, section, path) {
  const { words } = desk;
  const box = el("input", { type: "checkbox", checked: Boolean(section.rows), "data-key": `${section.code}.repeated`, onchange: (event) => desk.changed(() => {
    if (event.target.checked) section.rows = { name: {}, kinds: [thing()], least: 1 };
    else delete section.rows;
  }) });
  const label = el("label", { className: "check" }, box, words.repeated);
  return section.rows ? el("div", { className: "form-rows stack", "data-path": `${path}.rows` }, label, rows(desk, section, `${path}.rows`)) : label;
}

function rows(desk, section, path) {
  const { words } = desk;
  const { rows } = section;
  const counters = [["", words.counts_nothing], ...desk.given.counters];
  if (rows.counts && !counters.some(([code]) => code === rows.counts)) counters.push([rows.counts, rows.counts]);
  const key = `${section.code}.rows`;
  return [
    names(desk, words.row_name, rows, "name", { key, path }),
    choices(desk, words.row_kinds, words.choice_name, words.add_kind, rows, "kinds", `${path}.kinds`, `kinds:${section.code}`),
    el("div", { className: "form-grid three" },
      number(desk, words.least_rows, rows.least, (value) => put(rows, "least", value), { key: `${key}.least`, path: `${path}.least` }),
      number(desk, words.most_rows, rows.most, (value) => put(rows, "most", value), { key: `${key}.most`, path: `${path}.most` }),
      select(desk, words.counts, rows.counts ?? "", counters, (code) => put(rows, "counts", code), { key: `${key}.counts`, path: `${path}.counts` })),
  ];
}
