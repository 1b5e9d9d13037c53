// All that is missing or looks wrong, each a tap away; and the end of it.
import { el, icon, say } from "./el.js";

export function summary(sheet) {
  const { words } = sheet.wording;
  const found = sheet.findings();
  const of = (severity) => found.filter((one) => one.severity === severity);
  const parts = [...group(sheet, words.stops, "bad", of("stops")), ...group(sheet, words.warns, "warn", of("warns")), ...removed(sheet)];
  const isWell = !found.length && !sheet.state.beside.length;
  return el("section", { className: "card stack sheet-card", "aria-labelledby": "sheet-title" },
    el("h2", { id: "sheet-title", tabIndex: -1 }, words.summary),
    isWell && el("p", { className: "good" }, icon("check"), " ", words.all_well),
    beside(sheet), parts, sheet.end);
}

function group(sheet, title, tone, found) {
  if (!found.length) return [];
  const lines = found.map((finding) => el("li", {}, el("button", { type: "button", className: "sheet-line", onclick: () => sheet.show(finding) },
    el("span", { className: "grow" }, el("strong", {}, place(sheet, finding)), el("span", { className: `small ${tone}` }, says(sheet, finding))), icon("right"))));
  return [el("div", {}, el("h3", {}, title, " ", el("span", { className: "count" }, String(found.length))), el("ul", { className: "sheet-lines" }, lines))];
}

function place(sheet, { section: code, row: id, field }) {
  const section = sheet.state.section(code);
  const rows = section.rows ? sheet.state.rows(section) : [];
  const at = rows.findIndex((row) => row.id === id);
  const parts = [at >= 0 ? sheet.wording.row(section, rows[at], at + 1) : sheet.wording.of(section.name), field && sheet.wording.field(section, field)];
  return parts.filter(Boolean).join(" · ");
}

function says(sheet, finding) {
  return finding.text ?? sheet.wording.finding(sheet.state.section(finding.section), finding);
}

// Two people have answered differently: chosen where the field is, or here, where it is about a whole row.
function beside(sheet) {
  const { words } = sheet.wording;
  return sheet.state.beside.map((one) => {
    const section = sheet.state.section(one.section);
    const row = sheet.state.row(section, one.row);
    const ways = one.field === ""
      ? [[words.remove, () => (sheet.state.settle(section, row, "", null), sheet.takeOut(section, row))], [words.keep_ours, () => (sheet.state.settle(section, row, "", null), sheet.summarise())]]
      : [[words.look_there, () => sheet.show(one)]];
    const text = one.field === "" ? say(words.also_removed, one) : say(words.also, { name: one.name, value: sheet.wording.value(section, one.field, one.value) });
    return el("div", { className: "sheet-beside", role: "note" }, el("p", {}, el("strong", {}, place(sheet, one)), " ", text),
      el("div", { className: "row" }, ways.map(([name, onclick]) => el("button", { type: "button", className: "button", onclick }, name))));
  });
}

function removed(sheet) {
  const { words } = sheet.wording;
  const gone = sheet.state.form.sections.flatMap((section) => (section.rows ? (sheet.state.answers[section.code] ?? []).filter((row) => row.removed).map((row) => [section, row]) : []));
  if (!gone.length) return [];
  const lines = gone.map(([section, row]) => el("li", { className: "row apart" }, sheet.wording.kind(section, row.kind),
    el("button", { type: "button", className: "button quiet", onclick: () => sheet.bringBack(section, row) }, icon("history"), words.bring_back)));
  return [el("details", {}, el("summary", {}, words.removed_rows, " ", el("span", { className: "count" }, String(gone.length))), el("ul", { className: "sheet-lines" }, lines))];
}
