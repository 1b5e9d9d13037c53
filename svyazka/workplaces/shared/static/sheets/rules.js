// Which fields are asked, and what is wrong with the answers: as `engines/sheets` says it, over the same JSON.
// One table of cases is run by both (engines/sheets/samples/cases.json).

const NUMBERS = new Set(["whole", "decimal", "triple"]);
const TOGETHER = new Set(["diagonals", "differ", "not_more"]);

export const standing = (answers, section) => (answers[section.code] ?? []).filter((row) => !row.removed);

// What stands there before anybody has answered.
export const defaults = (section) => Object.fromEntries(section.fields.filter((field) => field.default != null).map((field) => [field.code, structuredClone(field.default)]));

export function shown(form, section, answers, row) {
  const seen = new Map();
  for (const above of form.sections) {
    if (above.code === section.code) break;
    if (!above.rows) asked(above, answers[above.code] ?? {}, seen);
  }
  if (row) seen.set("kind", row.kind);
  return asked(section, row ? row.answers : (answers[section.code] ?? {}), seen);
}

function asked(section, own, seen) {
  return section.fields.filter((field) => {
    if (!(field.shown_when ?? []).every((condition) => holds(condition, seen.get(condition.field)))) return false;
    seen.set(field.code, own[field.code]);
    return true;
  });
}

function holds({ is = [], least, most }, value) {
  if (value === undefined || value === null) return false;
  const given = Array.isArray(value) ? value : [value];
  if (is.length) return given.some((one) => is.includes(one));
  const numbers = given.filter(isNumber);
  return numbers.length > 0 && numbers.every((one) => (least == null || one >= least) && (most == null || one <= most));
}

const isNumber = (value) => typeof value === "number";

export function isKnown(field, value) {
  if (field.kind === "triple") return Array.isArray(value) && value.length === 3 && value.every((one) => one !== null);
  return value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && !value.length);
}

export function check(form, answers) {
  return form.sections.flatMap((section) => ofSection(form, section, answers));
}

export function ofSection(form, section, answers) {
  if (!section.rows) return ofOne(form, section, answers, null);
  const rows = standing(answers, section);
  const least = section.rows.least ?? 0;
  const few = rows.length < least
    ? [{ section: section.code, row: null, field: "", rule: "rows", severity: "stops", check: -1, found: rows.length, allowed: least }]
    : [];
  return [...few, ...rows.flatMap((row) => ofOne(form, section, answers, row))];
}

export function ofOne(form, section, answers, row) {
  const own = row ? row.answers : (answers[section.code] ?? {});
  const fields = new Map(shown(form, section, answers, row).map((field) => [field.code, { field, value: own[field.code] ?? null }]));
  return (section.checks ?? []).flatMap((rule, place) => {
    const concerned = rule.fields.filter((code) => fields.has(code)).map((code) => fields.get(code));
    if (concerned.length < rule.fields.length && TOGETHER.has(rule.rule)) return [];
    return RULES[rule.rule](rule, concerned).map(([field, found = null, allowed = null]) => ({
      section: section.code, row: row?.id ?? null, field, rule: rule.rule, severity: rule.severity ?? "warns", check: place, found, allowed,
    }));
  });
}

function numbersOf({ field, value }) {
  if (field.kind === "triple") return (value ?? []).filter(isNumber);
  return NUMBERS.has(field.kind) && isNumber(value) ? [value] : [];
}

const most = (rule) => rule.most ?? Infinity;
const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

const RULES = {
  required: (_rule, asked) => asked.filter(({ field, value }) => !isKnown(field, value)).map(({ field }) => [field.code]),

  range: (rule, asked) => asked.flatMap((one) => {
    for (const number of numbersOf(one)) {
      if (rule.least != null && number < rule.least) return [[one.field.code, number, rule.least]];
      if (rule.most != null && number > rule.most) return [[one.field.code, number, rule.most]];
    }
    return [];
  }),

  spread: (rule, asked) => asked.flatMap((one) => {
    const numbers = numbersOf(one);
    const found = Math.max(...numbers) - Math.min(...numbers);
    return numbers.length > 1 && found > most(rule) ? [[one.field.code, found, rule.most]] : [];
  }),

  diagonals(rule, [width, height, ...diagonals]) {
    const [across, up] = [numbersOf(width), numbersOf(height)];
    if (!across.length || !up.length) return [];
    const wanted = Math.sqrt(mean(across) ** 2 + mean(up) ** 2);
    const off = diagonals
      .filter((one) => numbersOf(one).length)
      .map((one) => [one.field.code, Math.floor(Math.abs(numbersOf(one)[0] - wanted) + 0.5)]);
    const worst = off.reduce((before, one) => (before && before[1] >= one[1] ? before : one), null);
    return worst && worst[1] > most(rule) ? [[...worst, rule.most]] : [];
  },

  differ(rule, [first, second]) {
    const [one, other] = [numbersOf(first), numbersOf(second)];
    const found = one.length && other.length ? Math.abs(mean(one) - mean(other)) : 0;
    return found > most(rule) ? [[second.field.code, found, rule.most]] : [];
  },

  not_more(_rule, [first, second]) {
    const [one, other] = [numbersOf(first), numbersOf(second)];
    if (!one.length || !other.length) return [];
    const [found, allowed] = [Math.max(...one), Math.min(...other)];
    return found > allowed ? [[first.field.code, found, allowed]] : [];
  },

  compare: (rule, asked) => asked.flatMap((one) => {
    const inNumbers = isNumber(rule.value);
    const given = inNumbers ? numbersOf(one) : one.value === null || one.value === "" ? [] : [one.value];
    const wrong = given.find((value) => !SIGNS[rule.sign](value, rule.value));
    return wrong === undefined ? [] : [inNumbers ? [one.field.code, wrong, rule.value] : [one.field.code]];
  }),

  photos: (rule, asked) => asked.flatMap(({ field, value }) => {
    const found = (value ?? []).length;
    return found < (rule.least ?? 0) ? [[field.code, found, rule.least]] : [];
  }),
};

const SIGNS = {
  "<": (one, other) => one < other,
  "<=": (one, other) => one <= other,
  "=": (one, other) => one === other,
  "!=": (one, other) => one !== other,
  ">=": (one, other) => one >= other,
  ">": (one, other) => one > other,
};
