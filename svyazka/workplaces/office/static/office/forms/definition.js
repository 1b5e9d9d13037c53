// A form as data, and what can be done to it. What is new has a made-up code; the house makes one out of its name.
export const NUMBERS = ["whole", "decimal", "triple"];
export const WITH_CHOICES = ["choice", "choices"];
export const WITH_DEFAULT = ["whole", "decimal", "text", "note", "choice", "choices", "yes_no"];
const ASKED_FOR = [...NUMBERS, ...WITH_CHOICES, "yes_no"];
// Of which kinds of fields a check can be.
export const OF = {
  required: null, range: NUMBERS, spread: ["triple"], diagonals: NUMBERS, differ: NUMBERS, not_more: NUMBERS,
  compare: [...NUMBERS, "choice", "yes_no"], photos: ["photo"],
};
const BEGINS = {
  required: { severity: "stops" }, range: {}, spread: { most: 10 }, diagonals: { most: 10 }, differ: { most: 10 },
  not_more: { severity: "stops" }, compare: { sign: "<=" }, photos: { least: 1, severity: "stops" },
};

export function newCode() {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  return `new_${[...crypto.getRandomValues(new Uint8Array(10))].map((one) => letters[one % letters.length]).join("")}`;
}

export const thing = (more = {}) => ({ code: newCode(), name: {}, ...more });

export const field = (kind) => thing({ kind, ...(WITH_CHOICES.includes(kind) ? { choices: [thing(), thing()] } : {}) });

export const check = (rule) => ({ rule, fields: [], ...BEGINS[rule] });

export const fitting = (section, rule) => (section.fields ?? []).filter(({ kind }) => !OF[rule] || OF[rule].includes(kind));

// What a condition of this field may ask for: what stands above, and of what kind the row is.
export function above(form, section, field) {
  const found = [];
  for (const earlier of form.sections) {
    if (earlier === section) break;
    if (!earlier.rows) found.push(...(earlier.fields ?? []));
  }
  const own = section.fields ?? [];
  return [...found, ...own.slice(0, own.indexOf(field))].filter(({ kind }) => ASKED_FOR.includes(kind));
}

// A check that is set at its field, and not in the list of checks.
export function isOfField(check) {
  if (check.rule === "required") return !check.words;
  return ["range", "photos"].includes(check.rule) && check.fields.length === 1;
}

export function own(section, field, rule) {
  return (section.checks ?? []).find((one) => one.rule === rule && one.rule !== "required" && isOfField(one) && one.fields[0] === field.code);
}

// Changes the field's own check of this rule; one that says nothing any more goes.
export function setOwn(section, field, rule, change) {
  const found = own(section, field, rule) ?? { rule, fields: [field.code] };
  change(found);
  const says = found.least !== undefined || found.most !== undefined;
  const checks = (section.checks ?? []).filter((one) => one !== found);
  const place = (section.checks ?? []).indexOf(found);
  if (says) checks.splice(place < 0 ? checks.length : place, 0, found);
  keepChecks(section, checks);
}

export function needOf(section, { code }) {
  const found = (section.checks ?? []).find((one) => one.rule === "required" && isOfField(one) && one.fields.includes(code));
  return found ? (found.severity === "stops" ? "stops" : "warns") : "";
}

export function setNeed(section, { code }, need) {
  const checks = (section.checks ?? []).map((one) => (one.rule === "required" && isOfField(one) ? { ...one, fields: one.fields.filter((other) => other !== code) } : one));
  const there = checks.find((one) => one.rule === "required" && isOfField(one) && (one.severity ?? "warns") === need);
  if (there) there.fields.push(code);
  else if (need) checks.unshift({ rule: "required", fields: [code], ...(need === "stops" ? { severity: "stops" } : {}) });
  const order = new Map(section.fields.map((one, at) => [one.code, at]));
  for (const one of checks) if (one.rule === "required" && isOfField(one)) one.fields.sort((a, b) => order.get(a) - order.get(b));
  keepChecks(section, checks.filter((one) => one.rule !== "required" || one.words || one.fields.length));
}

function keepChecks(section, checks) {
  if (checks.length) section.checks = checks;
  else delete section.checks;
}

export function addCheck(section, rule) {
  const made = check(rule);
  section.checks = [...(section.checks ?? []), made];
  return made;
}

export function removeCheck(section, gone) {
  keepChecks(section, section.checks.filter((one) => one !== gone));
}

// Of another kind it keeps what fits there.
export function setKind(section, field, kind) {
  field.kind = kind;
  delete field.default;
  if (!NUMBERS.includes(kind)) delete field.unit;
  if (!WITH_CHOICES.includes(kind)) delete field.choices;
  else field.choices ??= [thing(), thing()];
  keepChecks(section, (section.checks ?? []).flatMap((one) => without(one, field.code, (rule) => !OF[rule] || OF[rule].includes(kind))));
}

export function removeField(form, section, field) {
  section.fields = section.fields.filter((one) => one !== field);
  keepChecks(section, (section.checks ?? []).flatMap((one) => without(one, field.code, () => false)));
  for (const other of form.sections.flatMap((one) => one.fields ?? [])) {
    if (!other.shown_when) continue;
    other.shown_when = other.shown_when.filter((condition) => condition.field !== field.code);
    if (!other.shown_when.length) delete other.shown_when;
  }
}

const TOGETHER = ["diagonals", "differ", "not_more"];

function without(check, code, fits) {
  if (!check.fields.includes(code) || fits(check.rule)) return [check];
  const fields = check.fields.filter((one) => one !== code);
  return fields.length && !TOGETHER.includes(check.rule) ? [{ ...check, fields }] : [];
}

export function copyField(section, field) {
  const made = { ...structuredClone(field), code: newCode(), name: again(field.name) };
  section.fields.splice(section.fields.indexOf(field) + 1, 0, made);
  const need = needOf(section, field);
  if (need) setNeed(section, made, need);
  for (const one of (section.checks ?? []).filter((check) => check.rule !== "required" && isOfField(check) && check.fields[0] === field.code)) {
    section.checks.push({ ...structuredClone(one), fields: [made.code] });
  }
  return made;
}

export function copySection(form, section) {
  const codes = new Map((section.fields ?? []).map(({ code }) => [code, newCode()]));
  const made = renamed(structuredClone(section), codes);
  Object.assign(made, { code: newCode(), name: again(section.name) });
  form.sections.splice(form.sections.indexOf(section) + 1, 0, made);
  return made;
}

function renamed(section, codes) {
  const other = (code) => codes.get(code) ?? code;
  for (const field of section.fields ?? []) {
    field.code = other(field.code);
    for (const condition of field.shown_when ?? []) condition.field = other(condition.field);
  }
  for (const check of section.checks ?? []) check.fields = check.fields.map(other);
  return section;
}

const again = (name) => Object.fromEntries(Object.entries(name).map(([language, text]) => [language, `${text} 2`]));

export function removeSection(form, section) {
  for (const field of [...(section.fields ?? [])]) removeField(form, section, field);
  form.sections = form.sections.filter((one) => one !== section);
}

// A field takes what is checked of it alone along; what it has to do with others stays behind.
export function moveField(form, code, to, place) {
  const from = form.sections.find((section) => section.fields?.some((one) => one.code === code));
  const field = from.fields.find((one) => one.code === code);
  if (from === to) {
    from.fields = from.fields.filter((one) => one !== field);
    return void from.fields.splice(place, 0, field);
  }
  const need = needOf(from, field);
  const along = (from.checks ?? []).filter((one) => one.rule !== "required" && isOfField(one) && one.fields[0] === code);
  from.fields = from.fields.filter((one) => one !== field);
  keepChecks(from, (from.checks ?? []).flatMap((one) => without(one, code, () => false)));
  (to.fields ??= []).splice(place, 0, field);
  if (along.length) to.checks = [...(to.checks ?? []), ...along];
  if (need) setNeed(to, field, need);
}
