// Inputs of the editor: each writes into the form as soon as something is typed.
import { el, icon, say } from "../../sheets/el.js";

let count = 0;

function labelled(name, input, { key, path = null, className = "" }) {
  input.id = `e${(count += 1)}`;
  input.dataset.key = key;
  return el("div", { className: `field ${className}`, "data-path": path }, el("label", { for: input.id }, name), input);
}

export function text(desk, name, value, give, more = {}) {
  const input = el(more.long ? "textarea" : "input", {
    value: value ?? "", maxLength: more.longest ?? 120, autocomplete: "off", ...(more.long ? { rows: 2 } : {}), placeholder: more.placeholder ?? "",
    oninput: () => (give(input.value), desk.typed()),
  });
  return labelled(name, input, more);
}

// A name in each language. `key` of what has it: "name", "hint", "words".
export function names(desk, name, holder, key, more) {
  const inputs = desk.given.languages.map((language) =>
    text(desk, `${name}, ${desk.words[language]}`, holder[key]?.[language], (typed) => {
      const said = { ...holder[key], [language]: typed };
      if (!typed.trim()) delete said[language];
      if (Object.keys(said).length || key === "name") holder[key] = said;
      else delete holder[key];
      more.told?.();
    }, { ...more, key: `${more.key}.${key}.${language}`, placeholder: more.placeholders?.[language], path: more.path && `${more.path}.${key}` }),
  );
  return el("div", { className: "form-grid" }, inputs);
}

export function number(desk, name, value, give, more) {
  const input = el("input", {
    value: value ?? "", inputMode: "decimal", autocomplete: "off", maxLength: 12,
    oninput: () => (give(numberOf(input.value)), desk.typed()),
  });
  return labelled(name, input, { ...more, className: "of-number" });
}

// What is no number goes on as it is: the house says so.
function numberOf(typed) {
  const plain = typed.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".").replace("−", "-");
  if (!plain) return undefined;
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : typed;
}

export function put(holder, key, value) {
  if (value === undefined || value === "" || value === null) delete holder[key];
  else holder[key] = value;
}

export function select(desk, name, value, options, give, more) {
  const input = el("select", { onchange: () => (give(input.value), desk.changed()) },
    options.map(([code, label]) => el("option", { value: code, selected: code === value }, label)));
  return labelled(name, input, more);
}

// Several of several, as tags.
export function tags(desk, name, chosen, options, give, { key, path = null }) {
  const on = new Set(chosen);
  const all = options.map(([value, label], place) =>
    el("label", { className: "tag" },
      el("input", {
        type: "checkbox", className: "only-read", checked: on.has(value), "data-key": `${key}.${place}`,
        onchange: (event) => {
          event.target.checked ? on.add(value) : on.delete(value);
          give(options.map(([one]) => one).filter((one) => on.has(one)));
          desk.changed();
        },
      }), label || desk.words.unnamed));
  return el("fieldset", { className: "tags", "data-path": path }, el("legend", {}, name), el("div", { className: "row" }, all));
}

export function button(name, sign, onclick, { small = true, className = "", label = null, key = null } = {}) {
  return el("button", { type: "button", className: `button ${small ? "small" : ""} ${className}`, onclick, "aria-label": label, title: label ?? "", "data-key": key },
    sign && icon(sign), name);
}

export const square = (name, sign, onclick, key) => button("", sign, onclick, { className: "quiet square", label: name, key });

export function handle(desk, name) {
  return el("button", { type: "button", className: "handle", "aria-label": say(desk.words.drag, { name: name || desk.words.unnamed }) }, "⋮⋮");
}

export const named = (desk, thing) => thing.name?.[desk.given.language] || thing.name?.ru || Object.values(thing.name ?? {})[0] || "";

// Opens into the ways in which something can be added.
export function adding(desk, name, ways, add, key) {
  const box = el("details", { className: "adds" },
    el("summary", { className: "button small", "data-key": key }, icon("plus"), name),
    el("div", { className: "add-ways" }, Object.entries(ways).map(([code, label]) => button(label, "", () => add(code)))));
  return box;
}
