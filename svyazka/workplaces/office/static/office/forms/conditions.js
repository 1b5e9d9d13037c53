// When a field is asked: what stands above was answered so.
import { el } from "../../sheets/el.js";
import { button, named, number, put, select, square, tags } from "./controls.js";
import { NUMBERS, above } from "./definition.js";

export function conditions(desk, section, field, path) {
  const { words } = desk;
  const asked = askable(desk, section, field);
  const lines = (field.shown_when ?? []).map((one, place) => condition(desk, field, one, asked, `${path}.shown_when.${place}`, place));
  const add = () => desk.changed(() => {
    (field.shown_when ??= []).push({ field: "" });
    return `${field.code}.when.${field.shown_when.length - 1}`;
  });
  const isFull = lines.length >= desk.given.limits.conditions;
  return el("fieldset", { className: "form-conditions", "data-path": `${path}.shown_when` }, el("legend", {}, words.conditions),
    lines.length ? el("ol", {}, lines) : el("p", { className: "small muted" }, asked.length ? words.always : words.nothing_above),
    asked.length && !isFull ? button(words.add_condition, "plus", add, { key: `${field.code}.add-when` }) : null);
}

// → [code, name, values or nothing, where it is a number]
function askable(desk, section, field) {
  const { words } = desk;
  const kinds = section.rows ? [["kind", words.kind_of_row.replace("{name}", named(desk, section.rows)), (section.rows.kinds ?? []).map((one) => [one.code, named(desk, one)])]] : [];
  return [...kinds, ...above(desk.form, section, field).map((one) => [one.code, named(desk, one) || words.unnamed, valuesOf(desk, one)])];
}

function valuesOf(desk, { kind, choices }) {
  if (NUMBERS.includes(kind)) return null;
  if (kind === "yes_no") return [[true, desk.words.yes], [false, desk.words.no]];
  return (choices ?? []).map((one) => [one.code, named(desk, one)]);
}

function condition(desk, field, one, asked, path, place) {
  const { words } = desk;
  const key = `${field.code}.when.${place}`;
  const of = asked.find(([code]) => code === one.field);
  const choose = (code) => {
    for (const name of Object.keys(one)) delete one[name];
    one.field = code;
  };
  const drop = () => desk.changed(() => {
    field.shown_when.splice(place, 1);
    if (!field.shown_when.length) delete field.shown_when;
  });
  return el("li", { className: "form-condition", "data-path": path },
    place > 0 && el("p", { className: "small muted and" }, words.and),
    select(desk, words.conditions, one.field, [["", words.choose_field], ...(of || !one.field ? [] : [[one.field, "?"]]), ...asked.map(([code, name]) => [code, name])], choose, { key, path: `${path}.field` }),
    of && (of[2]
      ? tags(desk, words.is_one_of, one.is ?? [], of[2], (values) => put(one, "is", values.length ? values : undefined), { key: `${key}.is`, path: `${path}.is` })
      : el("div", { className: "between", role: "group", "aria-label": words.is_between },
        number(desk, words.from, one.least, (value) => put(one, "least", value), { key: `${key}.least`, path: `${path}.least` }),
        number(desk, words.to, one.most, (value) => put(one, "most", value), { key: `${key}.most`, path: `${path}.most` }))),
    square(`${words.remove}: ${of?.[1] ?? ""}`, "close", drop, `${key}.remove`));
}
