// Names and answers for people, in the language of the page.
import { say } from "./el.js";

export class Wording {
  constructor({ language, words }) {
    this.language = language;
    this.words = words;
  }

  of(names) {
    return names ? (names[this.language] || names.ru || Object.values(names)[0] || "") : "";
  }

  number(value) {
    return Number(value.toFixed(3)).toLocaleString(this.language, { useGrouping: false });
  }

  unit(field) {
    return field?.unit ? this.words.units[field.unit] : "";
  }

  finding(section, finding) {
    const field = section.fields.find((one) => one.code === finding.field);
    const own = this.of(section.checks?.[finding.check]?.words);
    const text = own || this.words.findings[keyOf(finding)];
    const [found, allowed] = [finding.found, finding.allowed].map((one) => (one === null ? "—" : this.number(one)));
    return say(text, { found, allowed, unit: this.unit(field) }).replace("  ", " ");
  }

  kind(section, code) {
    return this.of(section.rows.kinds.find((kind) => kind.code === code)?.name) || code;
  }

  row(section, row, number) {
    return `${number}. ${this.kind(section, row.kind)}`;
  }

  field(section, code) {
    return code === "kind" ? this.words.kind : this.of(section.fields.find((one) => one.code === code)?.name);
  }

  value(section, code, value) {
    if (value === null || value === undefined) return this.words.nothing;
    if (code === "kind") return this.kind(section, value);
    const field = section.fields.find((one) => one.code === code);
    if (field.kind === "yes_no") return value ? this.words.yes : this.words.no;
    if (field.kind === "triple") return `${value.map((one) => one ?? "—").join(" / ")} ${this.unit(field)}`.trim();
    if (field.kind === "choice" || field.kind === "choices") return [value].flat().map((one) => this.of(field.choices.find((choice) => choice.code === one)?.name)).join(", ");
    if (field.kind === "sashes") return this.sashes(value);
    if (field.kind === "photo") return String(value.length);
    return typeof value === "number" ? `${this.number(value)} ${this.unit(field)}`.trim() : String(value);
  }

  sashes(value) {
    return value.map((sash) => [this.words.opens[sash.opens], this.words.hangs[sash.hangs], sash.width].filter(Boolean).join(" ")).join(" | ");
  }
}

function keyOf({ rule, found, allowed }) {
  if (rule !== "range") return rule;
  return found < allowed ? "range_below" : "range_above";
}
