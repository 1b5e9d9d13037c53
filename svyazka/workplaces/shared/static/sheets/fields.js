// The fields of a form by their kind: how each is drawn, and what stands in it as an answer.
import { picture } from "../drawings/svg.js";
import { el, icon, say } from "./el.js";

export class Unfit extends Error {}

const spaces = /[\s\u00a0\u202f]/g;

// What was typed as a number; nothing where nothing was typed.
export function numberOf(typed, { whole }, words) {
  const plain = typed.replace(spaces, "").replace(",", ".").replace("−", "-");
  if (!plain) return null;
  if (!/^-?\d*\.?\d+$|^-?\d+\.$/.test(plain)) throw new Unfit(whole ? words.not_whole : words.no_number);
  const number = Number(plain);
  if (Math.abs(number) > 1_000_000 || (whole && !Number.isInteger(number))) throw new Unfit(whole ? words.not_whole : words.no_number);
  return whole ? number : Number(number.toFixed(3));
}

// → elements; `give(value)` is called with each answer, or with an Unfit.
export function draw(context) {
  const drawn = DRAW[context.field.kind](context);
  return Array.isArray(drawn) ? drawn : [drawn];
}

function typing({ id, wording, field }, value, take, more = {}) {
  return el("input", {
    id, type: "text", inputMode: "decimal", autocomplete: "off", enterKeyHint: "next", className: "measure",
    value: value === null || value === undefined ? "" : wording.number(value),
    "aria-describedby": `${id}-said`, oninput: (event) => take(event.target.value), ...more,
    "aria-label": more["aria-label"] ?? null, "data-field": field.code,
  });
}

function tried(context, read) {
  return (typed) => {
    try {
      context.give(read(typed));
    } catch (fault) {
      if (!(fault instanceof Unfit)) throw fault;
      context.give(fault);
    }
  };
}

function number(context) {
  const whole = context.field.kind === "whole";
  const input = typing(context, context.value, tried(context, (typed) => numberOf(typed, { whole }, context.words)));
  return el("div", { className: "with-unit" }, input, el("span", { className: "muted" }, context.wording.unit(context.field)));
}

function triple(context) {
  const inputs = [0, 1, 2].map((place) =>
    typing(context, context.value?.[place], tried(context, read), {
      id: place ? `${context.id}-${place}` : context.id, "aria-label": `${context.name} ${place + 1}`,
    }),
  );
  function read() {
    const three = inputs.map((input) => numberOf(input.value, { whole: true }, context.words));
    return three.some((one) => one !== null) ? three : null;
  }
  return el("div", { className: "triple" }, inputs, el("span", { className: "muted" }, context.wording.unit(context.field)));
}

function text(context) {
  const isLong = context.field.kind === "note";
  return el(isLong ? "textarea" : "input", {
    id: context.id, value: context.value ?? "", maxLength: isLong ? 2_000 : 300, autocomplete: "off",
    "aria-describedby": `${context.id}-said`, "data-field": context.field.code, ...(isLong ? { rows: 2 } : { enterKeyHint: "next" }),
    oninput: (event) => context.give(event.target.value.trim() || null),
  });
}

function pills(context, options, { many = false, isOn, choose }) {
  const box = el("div", { className: "pills", role: many ? "group" : "radiogroup", "aria-labelledby": `${context.id}-name`, id: context.id });
  const all = options.map(([value, name]) =>
    el("button", {
      type: "button", className: "pill", role: many ? "checkbox" : "radio", "aria-checked": String(isOn(value)), "data-field": context.field.code,
      onclick: (event) => {
        const was = event.currentTarget.getAttribute("aria-checked") === "true";
        if (!many) for (const other of all) other.setAttribute("aria-checked", "false");
        event.currentTarget.setAttribute("aria-checked", String(!was));
        choose(value, !was);
      },
    }, name),
  );
  box.append(...all);
  return box;
}

const named = (context) => context.field.choices.map((choice) => [choice.code, context.wording.of(choice.name)]);

function choice(context) {
  return pills(context, named(context), { isOn: (value) => context.value === value, choose: (value, on) => context.give(on ? value : null) });
}

function choices(context) {
  const chosen = new Set(context.value ?? []);
  const give = () => context.give(chosen.size ? context.field.choices.map((one) => one.code).filter((code) => chosen.has(code)) : null);
  return pills(context, named(context), {
    many: true, isOn: (value) => chosen.has(value), choose: (value, on) => (on ? chosen.add(value) : chosen.delete(value), give()),
  });
}

function yesNo(context) {
  const options = [[true, context.words.yes], [false, context.words.no]];
  return pills(context, options, { isOn: (value) => context.value === value, choose: (value, on) => context.give(on ? value : null) });
}

function photo(context) {
  const shots = [...(context.value ?? [])];
  const refused = el("p", { className: "wrong", role: "alert", hidden: true });
  const list = el("ul", { className: "shots" }, shots.map((id, place) => shot(context, id, place + 1, shots)));
  const take = async (event) => {
    refused.hidden = true;
    const files = [...event.target.files];
    event.target.value = "";
    const made = [];
    for (const file of files) {
      try {
        made.push(await context.photos.put(file));
      } catch (fault) {
        refused.textContent = fault.name === "QuotaExceededError" ? context.words.full : context.words.photo_refused;
        refused.hidden = false;
      }
    }
    if (made.length) context.give([...shots, ...made].slice(0, 20), { redraw: true });
  };
  const way = (id, name, sign, more) => [
    el("input", { id, type: "file", accept: "image/*", className: "only-read", onchange: take, "data-field": context.field.code, ...more }),
    el("label", { for: id, className: "button large" }, icon(sign), name),
  ];
  const ways = el("div", { className: "photo-form" }, way(context.id, context.words.take_photo, "camera", { capture: "environment" }), way(`${context.id}-all`, context.words.from_gallery, "plus", { multiple: true }));
  return [list, refused, ways];
}

function shot(context, id, number, shots) {
  const { photos, words, give } = context;
  const address = photos.url(id);
  const waits = photos.waits(id) && el("span", { className: "chip warn", "data-photo": id }, words.photo_waits);
  const lines = photos.drawing?.(id);
  const button = (name, sign, onclick, more = "") => el("button", { type: "button", className: `button square ${more}`, "aria-label": say(name, { number }), onclick }, icon(sign));
  const draw = async () => (await photos.draw(id)) && give(shots, { redraw: true });
  return el("li", {},
    el("a", { href: address, target: "_blank", className: "drawn" }, el("img", { src: address, alt: say(words.photo, { number }), loading: "lazy" }), lines && picture(lines, words.units.mm)),
    waits,
    button(words.remove_photo, "close", () => give(shots.filter((one) => one !== id), { redraw: true })),
    photos.draw && button(words.draw_on, "pen", draw, "draws"),
  );
}

// From left to right: how each opens, where it hangs, how wide it is.
function sashes(context) {
  const all = structuredClone(context.value ?? []);
  const give = (redraw = false) => context.give(all.length ? all.map(tidy) : null, { redraw });
  const rows = all.map((sash, place) => sashRow(context, sash, place, give, () => (all.splice(place, 1), give(true))));
  const add = el("button", {
    type: "button", className: "button", disabled: all.length >= 12,
    onclick: () => (all.push(all.length ? { opens: "tilt_turn", hangs: "right" } : { opens: "fixed" }), give(true)),
  }, icon("plus"), context.words.add_sash);
  return [context.sketch(), el("ol", { className: "sashes", id: context.id }, rows), el("div", {}, add)];
}

const HANGS_NOWHERE = ["fixed", "tilt"];

function tidy({ opens, hangs, width }) {
  return { opens, ...(HANGS_NOWHERE.includes(opens) ? {} : { hangs: hangs ?? "right" }), ...(width ? { width } : {}) };
}

function sashRow(context, sash, place, give, remove) {
  const { words } = context;
  const number = place + 1;
  const select = (of, value, name, take) =>
    el("select", { "aria-label": `${say(words.sash, { number })}, ${name}`, "data-field": context.field.code, onchange: (event) => (take(event.target.value), give(true)) },
      Object.entries(of).map(([code, label]) => el("option", { value: code, selected: code === value }, label)));
  return el("li", {},
    el("span", { className: "muted", "aria-hidden": "true" }, String(number)),
    select(words.opens, sash.opens, words.opens_how, (value) => (sash.opens = value)),
    HANGS_NOWHERE.includes(sash.opens) ? el("span") : select(words.hangs, sash.hangs ?? "right", words.hangs_where, (value) => (sash.hangs = value)),
    typing({ ...context, id: `${context.id}-width-${place}` }, sash.width, (typed) => {
      try {
        sash.width = numberOf(typed, { whole: true }, words);
        if (sash.width !== null && (sash.width < 1 || sash.width > 20_000)) throw new Unfit(words.not_whole);
        give();
      } catch (fault) {
        if (!(fault instanceof Unfit)) throw fault;
        context.give(fault);
      }
    }, { "aria-label": `${say(words.sash, { number })}, ${words.sash_width}`, placeholder: words.sash_width }),
    el("button", { type: "button", className: "button square quiet", "aria-label": say(words.remove_sash, { number }), onclick: remove }, icon("close")),
  );
}

const DRAW = { whole: number, decimal: number, triple, text, note: text, choice, choices, yes_no: yesNo, photo, sashes };
