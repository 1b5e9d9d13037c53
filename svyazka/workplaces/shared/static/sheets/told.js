// What was filled in, for reading: in big letters, in the words of whoever reads it.
import { el, say } from "./el.js";
import { shown } from "./rules.js";
import { measures, sketch } from "./sketch.js";

const isKnown = (value) => value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && (!value.length || value.every((one) => one === null)));

// `state`: what stands there; `wording`: names and values in the language of the reader.
export function told(state, wording) {
  return state.form.sections.flatMap((section) => (section.rows ? repeated(state, wording, section) : once(state, wording, section)));
}

function once(state, wording, section) {
  const lines = facts(state, wording, section, null);
  return lines.length ? [el("section", { className: "told-part" }, el("h2", {}, wording.of(section.name)), el("dl", { className: "told-facts" }, lines))] : [];
}

function repeated(state, wording, section) {
  const rows = state.rows(section);
  if (!rows.length) return [];
  const parts = rows.map((row, at) => el("article", { className: "told-row" },
    el("h3", {}, wording.row(section, row, at + 1)),
    drawing(state, wording, section, row),
    el("dl", { className: "told-facts" }, facts(state, wording, section, row))));
  return [el("section", { className: "told-part" }, el("h2", {}, wording.of(section.name), " ", el("span", { className: "count" }, String(rows.length))), el("div", { className: "told-rows" }, parts))];
}

function facts(state, wording, section, row) {
  return shown(state.form, section, state.answers, row)
    .filter((field) => field.kind !== "photo" && isKnown(state.value(section, row, field.code)))
    .map((field) => [wording.of(field.name), wording.value(section, field.code, state.value(section, row, field.code))])
    .map(([name, text]) => el("div", { className: text.length > 16 ? "whole" : "" }, el("dt", {}, name), el("dd", {}, text)));
}

function drawing(state, wording, section, row) {
  const field = section.fields.find((one) => one.kind === "sashes" && isKnown(state.value(section, row, one.code)));
  if (!field) return null;
  const [width, height] = measures(section).map((code) => state.value(section, row, code));
  const sashes = state.value(section, row, field.code);
  return el("div", { className: "sketch-place" }, sketch({ sashes, width, height, label: say(wording.words.sketch, { sashes: wording.sashes(sashes) }) }));
}
