// What several answers have to do with each other.
import { el, icon, say } from "../../sheets/el.js";
import { adding, named, names, number, put, select, square, tags } from "./controls.js";
import { NUMBERS, addCheck, fitting, isOfField, removeCheck } from "./definition.js";

export function checks(desk, section, path) {
  const { words } = desk;
  const lines = (section.checks ?? []).map((one, place) => [one, place]).filter(([one]) => !isOfField(one) || desk.listed.has(one)).map(([one, place]) => line(desk, section, one, `${path}.checks.${place}`, `${section.code}.check.${place}`));
  return el("section", { className: "form-checks" }, el("h2", {}, words.checks),
    lines.length ? el("ol", {}, lines) : el("p", { className: "small muted" }, words.no_checks),
    adding(desk, words.add_check, offered(words.rules), (rule) => desk.changed(() => {
      desk.listed.add(addCheck(section, rule)); // also while it is about one field only
      desk.open.add(`${section.code}.check.${section.checks.length - 1}`);
    }), `${section.code}.add-check`));
}

// Whether an answer is needed is said at the field.
const offered = ({ required, ...rules }) => rules;

function line(desk, section, check, path, key) {
  const { words } = desk;
  const about = check.fields.map((code) => named(desk, section.fields?.find((one) => one.code === code) ?? {})).filter(Boolean).join(", ");
  const fold = el("details", { open: desk.open.has(key) },
    el("summary", { "data-key": `${key}.fold` }, el("span", { className: "grow" }, el("strong", {}, words.rules[check.rule] ?? check.rule), el("span", { className: "small muted block" }, about, about && " · ", el("span", { className: check.severity === "stops" ? "bad" : "warn" }, check.severity === "stops" ? words.stops : words.warns))),
      icon("down")),
    el("div", { className: "fold-body stack" }, parts(desk, section, check, path, key)));
  fold.addEventListener("toggle", () => (fold.open ? desk.open.add(key) : desk.open.delete(key)));
  return el("li", { className: "form-line", "data-path": path }, fold,
    el("span", { className: "line-tools" }, square(`${words.remove}: ${words.rules[check.rule]}`, "close", () => desk.did(words.removed, words.rules[check.rule], () => removeCheck(section, check)), `${key}.remove`)));
}

function parts(desk, section, check, path, key) {
  const { words } = desk;
  const usual = words.findings[check.rule] ?? words.findings[`${check.rule}_above`] ?? "";
  const placeholders = Object.fromEntries(desk.given.languages.map((one) => [one, one === desk.given.language ? usual : ""]));
  return [
    el("div", { "data-path": `${path}.fields` }, FIELDS[check.rule] ? pairs(desk, section, check, key) : several(desk, section, check, key)),
    el("div", { className: "form-grid three" }, numbers(desk, section, check, path, key),
      select(desk, words.severity, check.severity === "stops" ? "stops" : "warns", [["warns", words.warns], ["stops", words.stops]], (value) => put(check, "severity", value === "stops" ? value : undefined), { key: `${key}.severity` })),
    names(desk, words.own_words, check, "words", { key, path, longest: 300, placeholders }),
    el("p", { className: "small muted" }, say(words.own_words_hint, { usual })),
  ];
}

// Where it matters which is which.
const FIELDS = {
  diagonals: ["width", "height", "first_diagonal", "second_diagonal"],
  differ: ["first", "second"],
  not_more: ["smaller", "larger"],
};

function pairs(desk, section, check, key) {
  const { words } = desk;
  const options = fitting(section, check.rule).map((one) => [one.code, named(desk, one) || words.unnamed]);
  return el("div", { className: "form-grid" }, FIELDS[check.rule].map((role, place) => {
    const none = role === "second_diagonal" ? words.no_second : words.choose_field;
    return select(desk, words[role], check.fields[place] ?? "", [["", none], ...options], (code) => {
      const fields = FIELDS[check.rule].map((_role, at) => (at === place ? code : check.fields[at] ?? ""));
      check.fields = fields.filter(Boolean);
    }, { key: `${key}.field.${place}` });
  }));
}

function several(desk, section, check, key) {
  const { words } = desk;
  const options = fitting(section, check.rule).map((one) => [one.code, named(desk, one)]);
  return tags(desk, words.of_fields, check.fields, options, (codes) => (check.fields = codes), { key: `${key}.fields` });
}

function numbers(desk, section, check, path, key) {
  const { words } = desk;
  const one = (name, label) => number(desk, label, check[name], (value) => put(check, name, value), { key: `${key}.${name}`, path: `${path}.${name}` });
  if (check.rule === "range") return [one("least", words.least), one("most", words.most)];
  if (check.rule === "spread" || check.rule === "differ") return one("most", words.tolerance);
  if (check.rule === "diagonals") return one("most", words.off_by);
  if (check.rule === "photos") return one("least", words.photos_least);
  if (check.rule === "compare") return comparison(desk, section, check, path, key);
  return null;
}

function comparison(desk, section, check, path, key) {
  const { words } = desk;
  const field = section.fields?.find((one) => one.code === check.fields[0]);
  const isNumber = !field || NUMBERS.includes(field.kind);
  const signs = Object.entries(words.signs).filter(([sign]) => isNumber || sign === "=" || sign === "!=");
  const sign = select(desk, words.sign, check.sign ?? "", [["", "—"], ...signs], (value) => put(check, "sign", value), { key: `${key}.sign`, path: `${path}.sign` });
  const more = { key: `${key}.value`, path: `${path}.value` };
  if (isNumber) return [sign, number(desk, words.value, check.value, (value) => put(check, "value", value), more)];
  if (field.kind === "yes_no") {
    const now = check.value === true ? "yes" : check.value === false ? "no" : "";
    return [sign, select(desk, words.value, now, [["", "—"], ["yes", words.yes], ["no", words.no]], (value) => put(check, "value", value ? value === "yes" : undefined), more)];
  }
  return [sign, select(desk, words.value, check.value ?? "", [["", "—"], ...(field.choices ?? []).map((one) => [one.code, named(desk, one) || words.unnamed])], (value) => put(check, "value", value), more)];
}
