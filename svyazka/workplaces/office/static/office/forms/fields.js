// One field of a section: its name and kind, what is asked of an answer, and when it is asked at all.
import { el, icon } from "../../sheets/el.js";
import { conditions } from "./conditions.js";
import { adding, button, handle, named, names, number, put, select, square, tags, text } from "./controls.js";
import { NUMBERS, WITH_CHOICES, WITH_DEFAULT, copyField, needOf, own, removeField, setKind, setNeed, setOwn, thing } from "./definition.js";

export function drawField(desk, section, field, path) {
  const { words } = desk;
  const title = el("strong", {}, named(desk, field) || words.unnamed);
  const need = needOf(section, field);
  const marks = [need && el("span", { className: need === "stops" ? "bad" : "warn" }, need === "stops" ? words.required_mark : words.should_mark), field.shown_when && words.conditional_mark];
  const kind = [words.kinds[field.kind] ?? field.kind, field.unit && words.units[field.unit]].filter(Boolean).join(", ");
  const about = [kind, ...marks].filter(Boolean).flatMap((one) => [" · ", one]).slice(1);
  const summary = el("summary", { "data-key": `${field.code}.fold` }, el("span", { className: "grow" }, title, el("span", { className: "small muted block" }, about)), icon("down"));
  const fold = el("details", { open: desk.open.has(field.code) }, summary);
  const fill = () => fold.querySelector(".fold-body") ?? fold.append(body(desk, section, field, path, () => (title.textContent = named(desk, field) || words.unnamed)));
  if (fold.open) fill();
  fold.addEventListener("toggle", () => (fold.open ? (desk.open.add(field.code), fill(), desk.placeFaults()) : desk.open.delete(field.code)));
  return el("li", { className: "form-line", "data-line": field.code, "data-path": path }, handle(desk, named(desk, field)), fold,
    el("span", { className: "line-tools" },
      square(`${words.copy}: ${named(desk, field)}`, "copy", () => desk.did(words.copied, named(desk, field), () => desk.open.add(copyField(section, field).code)), `${field.code}.copy`),
      square(`${words.remove}: ${named(desk, field)}`, "close", () => desk.did(words.removed, named(desk, field), () => removeField(desk.form, section, field)), `${field.code}.remove`)));
}

function body(desk, section, field, path, told) {
  const { words } = desk;
  const key = field.code;
  return el("div", { className: "fold-body stack" },
    names(desk, words.field_name, field, "name", { key, path, told }),
    el("div", { className: "form-grid" },
      select(desk, words.field_kind, field.kind, Object.entries(words.kinds), (kind) => setKind(section, field, kind), { key: `${key}.kind`, path: `${path}.kind` }),
      select(desk, words.need, needOf(section, field), [["", words.may], ["warns", words.should], ["stops", words.must]], (need) => setNeed(section, field, need), { key: `${key}.need` })),
    WITH_CHOICES.includes(field.kind) && choices(desk, words.choices, words.choice_name, words.add_choice, field, "choices", `${path}.choices`, `choices:${key}`),
    NUMBERS.includes(field.kind) && limits(desk, section, field),
    field.kind === "photo" && photos(desk, section, field),
    conditions(desk, section, field, path),
    more(desk, field, path));
}

function checkPath(desk, section, check) {
  const at = section.checks?.indexOf(check) ?? -1;
  return at < 0 ? null : `sections.${desk.form.sections.indexOf(section)}.checks.${at}`;
}

function limits(desk, section, field) {
  const { words } = desk;
  const found = own(section, field, "range");
  const give = (name) => (value) => setOwn(section, field, "range", (check) => put(check, name, value));
  const severity = found?.severity === "stops" ? "stops" : "warns";
  return el("div", { className: "form-grid three", "data-path": found ? checkPath(desk, section, found) : null },
    number(desk, words.least, found?.least, give("least"), { key: `${field.code}.least` }),
    number(desk, words.most, found?.most, give("most"), { key: `${field.code}.most` }),
    select(desk, words.beyond, severity, [["warns", words.warns], ["stops", words.stops]], (value) => setOwn(section, field, "range", (check) => put(check, "severity", value === "stops" ? value : undefined)), { key: `${field.code}.beyond` }));
}

function photos(desk, section, field) {
  const { words } = desk;
  const found = own(section, field, "photos");
  return el("div", { className: "form-grid", "data-path": found ? checkPath(desk, section, found) : null },
    number(desk, words.photos_least, found?.least, (value) => setOwn(section, field, "photos", (check) => {
      put(check, "least", value);
      check.severity ??= "stops";
    }), { key: `${field.code}.least` }),
    select(desk, words.severity, found?.severity === "warns" ? "warns" : "stops", [["warns", words.warns], ["stops", words.stops]], (value) => found && setOwn(section, field, "photos", (check) => (check.severity = value)), { key: `${field.code}.beyond` }));
}

// Choices of a field, kinds of rows: names, in an order.
export function choices(desk, title, each, add, holder, prop, path, list) {
  const { words } = desk;
  const lines = (holder[prop] ?? []).map((one, place) =>
    el("li", { className: "form-choice", "data-line": one.code, "data-path": `${path}.${place}` }, handle(desk, named(desk, one)),
      names(desk, each, one, "name", { key: one.code, path: `${path}.${place}` }),
      square(`${words.remove}: ${named(desk, one)}`, "close", () => desk.did(words.removed, named(desk, one), () => (holder[prop] = holder[prop].filter((other) => other !== one))), `${one.code}.remove`)));
  return el("fieldset", { className: "form-choices", "data-path": path }, el("legend", {}, title),
    el("ol", { "data-list": list }, lines),
    button(add, "plus", () => desk.changed(() => {
      const made = thing();
      (holder[prop] ??= []).push(made);
      return `${made.code}.name.ru`;
    }), { key: `${list}.add` }));
}

function more(desk, field, path) {
  const { words } = desk;
  const key = field.code;
  const parts = [
    names(desk, words.field_hint, field, "hint", { key, path, longest: 300 }),
    el("div", { className: "form-grid" },
      NUMBERS.includes(field.kind) && select(desk, words.field_unit, field.unit ?? "", [["", words.no_unit], ...Object.entries(words.units)], (unit) => put(field, "unit", unit), { key: `${key}.unit`, path: `${path}.unit` }),
      WITH_DEFAULT.includes(field.kind) && beforehand(desk, field, path)),
  ];
  const isOpen = desk.open.has(`${key}.more`);
  const fold = el("details", { className: "form-more", open: isOpen }, el("summary", { className: "small", "data-key": `${key}.more` }, words.more), el("div", { className: "stack" }, parts));
  fold.addEventListener("toggle", () => (fold.open ? desk.open.add(`${key}.more`) : desk.open.delete(`${key}.more`)));
  return fold;
}

function beforehand(desk, field, path) {
  const { words } = desk;
  const more = { key: `${field.code}.default`, path: `${path}.default` };
  const give = (value) => put(field, "default", value);
  const chosen = (field.choices ?? []).map((one) => [one.code, named(desk, one) || words.unnamed]);
  if (field.kind === "yes_no") {
    const now = field.default === true ? "yes" : field.default === false ? "no" : "";
    return select(desk, words.default, now, [["", words.default_nothing], ["yes", words.yes], ["no", words.no]], (value) => give(value ? value === "yes" : undefined), more);
  }
  if (field.kind === "choice") return select(desk, words.default, field.default ?? "", [["", words.default_nothing], ...chosen], give, more);
  if (field.kind === "choices") return tags(desk, words.default, field.default ?? [], chosen, (codes) => give(codes.length ? codes : undefined), more);
  if (field.kind === "text" || field.kind === "note") return text(desk, words.default, field.default, (value) => give(value.trim() || undefined), { ...more, longest: 300 });
  return number(desk, words.default, field.default, give, more);
}

export function addField(desk, section, make) {
  return adding(desk, desk.words.add_field, desk.words.kinds, (kind) => desk.changed(() => {
    const made = make(kind);
    (section.fields ??= []).push(made);
    desk.open.add(made.code);
    return `${made.code}.name.ru`;
  }), `${section.code}.add-field`);
}
