// Materials, extra work and payments: what is entered goes into the queue of the phone and stands there at once.
import { kopecks, product, said, thousandths, written } from "./money.js";
import { isUnsent, put, waiting } from "./queue.js";
import { stateOf } from "./site_state.js";
import { uuid } from "../sheets/uuid.js";
import "../shared/signature.js";
import { news } from "./shown.js";
import { list } from "./store.js";

const KINDS = new Set(["material", "extra_work", "extra_consent", "extra_removal", "payment", "payment_correction"]);
const page = () => document.getElementById("site-work");
const pending = new Map(); // line → how many taps are being kept just now
let state;

const PART = { materials: material, works: work, payments: payment };

document.addEventListener("submit", submitted, { capture: true });
document.addEventListener("input", ({ target }) => { if (page()?.contains(target)) typed(target); });
document.addEventListener("click", ({ target }) => { if (target.closest("[data-usual]") && page()?.contains(target)) usual(); });
for (const name of ["field:told", "field:queued", "field:state", "htmx:afterSettle"]) document.addEventListener(name, draw);
let keeps; // whether this browser keeps anything at all: without it the forms are sent as they are
const asked = list().then(() => { keeps = true; }, () => { keeps = false; });
asked.then(draw);

const given = () => JSON.parse(document.getElementById("site-work-given").textContent);

async function draw() {
  if (!page()) return;
  await asked;
  if (!keeps) return;
  const [rows, there] = await Promise.all([waiting(), news()]);
  if (!page()) return;
  const house = given();
  const isOwn = (row) => row.visit === house.visit && row.person === house.person && KINDS.has(row.kind);
  const mine = rows.filter((row) => isUnsent(row) && isOwn(row));
  // What the house has taken stays shown until the page is drawn anew; what it refused goes.
  const since = there.filter((row) => isOwn(row) && !mine.some(({ id }) => id === row.id));
  state = stateOf(house, [...since, ...mine], moment);
  const unsent = stateOf(house, since, moment);
  for (const name of Object.keys(PART)) lines(name, state[name], unsent[name], mine);
  totals();
  for (const one of page().querySelectorAll("[data-usual], [data-filter]")) one.hidden = false;
  for (const form of page().querySelectorAll("form[data-site-work='extra_work']")) sum(form);
  for (const box of page().querySelectorAll(".site-agreed")) word(box);
}

function lines(name, rows, house, mine) {
  const box = page().querySelector(`[data-rows="${name}"]`);
  const shape = page().querySelector(`template[data-row-of="${name}"]`).content.firstElementChild;
  const there = new Map([...box.children].map((line) => [line.dataset.row, line]));
  rows.forEach((row, at) => {
    const line = there.get(row.id) ?? shape.cloneNode(true);
    there.delete(row.id);
    line.dataset.row = row.id;
    show(line, "waiting", mine.some(({ data }) => data.row === row.id || data.of === row.id));
    PART[name](line, row);
    if (box.children[at] !== line) box.insertBefore(line, box.children[at] ?? null);
  });
  for (const line of there.values()) line.remove();
  page().querySelector(`[data-count="${name}"]`).textContent = rows.length;
  show(page(), "none", !rows.length, name);
}

function material(line, row) {
  text(line, { name: row.name, unit: row.unit });
  values(line, { row: row.id, line: row.line, name: row.name, unit: row.unit, was: row.was });
  if (!pending.get(row.id)) value(line.querySelector("[name='typed']"), row.quantity);
  line.querySelector("[data-less]").value = row.less;
  line.querySelector("[data-more]").value = row.more;
  for (const part of line.querySelectorAll("[data-less], [data-more], [data-off], [name='typed']")) label(part, row.name);
}

function work(line, row) {
  text(line, { name: row.name, quantity: row.quantity, unit: row.unit, each: row.each, cost: row.cost, how: row.how, who: row.consent_name, when: row.consent_at ? `, ${row.consent_at}` : "", note: row.consent_note });
  show(line, "agreed", Boolean(row.consent));
  show(line, "not-agreed", !row.consent);
  show(line, "signed", Boolean(row.consent_signed));
  show(line, "unpriced", row.unpriced);
  show(line, "priced", !row.unpriced);
  values(line, { row: row.id, line: row.line, name: row.name, unit: row.unit, was: row.quantity, was_price: row.price });
  const form = line.querySelector("form[data-site-work='extra_work']");
  value(form.elements.quantity, row.quantity);
  value(form.elements.price, row.price);
}

function payment(line, row) {
  const { words } = given();
  const receipt = row.receipt ? `${words.receipt_number.replace("{number}", row.receipt)} · ` : "";
  text(line, { way: row.way, said: row.said, receipt, when: row.when, hands: row.hands, note: row.note });
  show(line, "correction", Boolean(row.corrects));
  show(line, "mine", row.mine);
  show(line, "again", Boolean(row.receipt_again));
  values(line, { of: row.id });
  value(line.querySelector("form").elements.amount, row.stands ?? "");
}

function totals() {
  const box = page().querySelector("[data-totals]");
  text(box, { agreed: said(state.agreed), paid: said(state.paid), open: said(Math.max(0, state.open)), "not-agreed": said(state.notAgreed), ahead: said(Math.max(0, -state.open)) });
  show(box, "not-agreed-line", state.notAgreed > 0);
  show(box, "ahead-line", state.open < 0);
  const proposed = page().querySelector("[data-proposed]");
  if (proposed) value(proposed, state.open > 0 ? written(state.open, 100) : "");
}

// Forms of this page, in place of the net.
async function submitted(event) {
  const form = event.target.closest("form[data-site-work]");
  if (!form || keeps === false) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { siteWork } = form.dataset;
  const data = dataOf(form, event.submitter);
  const made = FORMS[siteWork]?.(data, form, event.submitter) ?? { kind: siteWork, data };
  const wrong = faultOf(made, form);
  fault(form, wrong);
  if (wrong || (made.kind === "payment" && isTwice(made.data) && !confirm(given().words.receipt))) return;
  const { row } = made.data;
  pending.set(row, (pending.get(row) ?? 0) + 1);
  await keep(made.kind, made.data);
  pending.set(row, pending.get(row) - 1);
  after(form, siteWork);
  draw();
}

const FORMS = {
  // A tap counts from what stands in the input, however quickly the taps follow each other.
  material(data, form, submitter) {
    const { typed } = form.elements;
    const by = submitter?.matches("[data-more]") ? 1 : submitter?.matches("[data-less]") ? -1 : 0;
    const now = thousandths(typed.value);
    if (!by || now === null) return { kind: "material", data };
    const step = thousandths(state.materials.find(({ id }) => id === data.row)?.step) || 1000;
    typed.value = written(Math.max(0, now + by * step), 1000);
    typed.dataset.typed = "1";
    return { kind: "material", data: { ...data, typed: typed.value, quantity: typed.value } };
  },
  // Chosen once more: there is more of it.
  pick(data) {
    const one = state.materials.find(({ line }) => line === data.line);
    if (one) return { kind: "material", data: { row: one.id, line: one.line, name: one.name, unit: one.unit, was: one.was, quantity: one.more } };
    return { kind: "material", data: { ...ofList(data.line), row: uuid(), quantity: given().prices[data.line]?.step ?? "1" } };
  },
  free: (data) => ({ kind: "material", data: { ...data, row: uuid() } }),
  extra_work(data, form) {
    const row = isNew(form) ? uuid() : data.row;
    return { kind: "extra_work", data: { ...data, ...(data.line ? ofList(data.line) : {}), row } };
  },
  payment: (data) => ({ kind: "payment", data: { ...data, row: uuid() } }),
  payment_correction: (data) => ({ kind: "payment_correction", data: { ...data, row: uuid() } }),
};

const isNew = (form) => Boolean(form.closest(".site-adding"));

function ofList(line) {
  const { name, unit } = given().prices[line] ?? {};
  return name ? { line, name, unit } : { line };
}

function dataOf(form, submitter) {
  const data = Object.fromEntries([...new FormData(form, submitter)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string"));
  if (data.consent === "") for (const name of ["consent", "consent_name", "consent_note"]) delete data[name];
  if (!data.consent_strokes || data.consent !== "on_spot") delete data.consent_strokes;
  return data;
}

// What the house would refuse is said before it is kept.
function faultOf({ kind, data }, form) {
  const { words, limit, prices } = given();
  if (kind === "material" && thousandths(data.quantity || data.typed) === null) return words.quantity;
  if (kind === "payment" && !kopecks(data.amount)) return words.amount;
  if (kind === "payment_correction" && kopecks(data.amount) === null) return words.amount;
  if (kind === "extra_consent" && !kopecks(data.was_price)) return words.unpriced;
  if (kind !== "extra_work") return "";
  if (!thousandths(data.quantity)) return words.quantity;
  if (kopecks(data.price) === null) return words.amount;
  if (data.consent && !kopecks(data.price)) return words.unpriced;
  const isOfList = prices[data.line]?.price !== undefined && kopecks(prices[data.line].price) === kopecks(data.price);
  const isTooMuch = limit !== null && !isOfList && product(thousandths(data.quantity), kopecks(data.price)) > kopecks(limit);
  if (!isTooMuch && isNew(form) && !data.name) form.elements.name.focus();
  return isTooMuch ? words.limit : "";
}

const isTwice = ({ receipt }) => Boolean(receipt) && state.payments.some((one) => one.receipt === receipt.trim() && !one.corrects);

function fault(form, words) {
  const line = form.querySelector("[data-wrong]");
  if (!line) return;
  line.textContent = words;
  line.hidden = !words;
}

async function keep(kind, data) {
  try {
    await put({ kind, visit: given().visit, data, merge: kind === "material" ? data.row : null });
  } catch (fault) {
    const what = fault.name === "QuotaExceededError" ? "full" : "broken";
    document.dispatchEvent(new CustomEvent("field:trouble", { detail: { what, name: "" } }));
  }
}

// A line that was added makes room for the next; of what was changed the form closes.
function after(form, siteWork) {
  if (["material", "pick"].includes(siteWork)) return;
  form.reset();
  form.closest("details")?.removeAttribute("open");
  for (const pad of form.querySelectorAll("signature-pad")) pad.clear();
  for (const box of form.querySelectorAll(".site-agreed")) word(box);
}

async function usual() {
  const { usual: set } = given();
  for (const [line, quantity] of set) {
    const one = state.materials.find((row) => row.line === line);
    if (!one) await keep("material", { ...ofList(line), row: uuid(), quantity });
  }
}

function typed(input) {
  if (input.matches("[data-filter]")) return filter(input);
  if (input.matches("[data-line]")) chosen(input);
  if (input.name === "consent") word(input.closest(".site-agreed"));
  if (input.name === "typed" && input.value !== input.defaultValue) input.dataset.typed = "1";
  const form = input.closest("form[data-site-work='extra_work']");
  if (form) sum(form);
}

// A number that was typed counts once one leaves it, too.
document.addEventListener("change", ({ target }) => { if (target.name === "typed" && page()?.contains(target)) target.form.requestSubmit(); });

function filter(input) {
  const words = folded(input.value).split(" ").filter(Boolean);
  let hits = 0;
  for (const line of input.form.querySelectorAll(".site-picks > li")) {
    const name = folded(line.textContent);
    line.hidden = !words.every((one) => name.includes(one));
    hits += !line.hidden;
  }
  input.form.querySelector("[data-no-hits]").hidden = hits > 0;
}

const folded = (text) => text.toLowerCase().replaceAll("\u0451", "\u0435").replace(/\s+/g, " ").trim();

// From the price list, with its price.
function chosen({ form, value: line }) {
  const one = given().prices[line];
  form.querySelector("[data-free]").hidden = Boolean(one);
  form.elements.name.required = !one;
  form.elements.unit.readOnly = Boolean(one);
  if (!one) return;
  form.elements.unit.value = one.unit;
  form.elements.price.value = written(kopecks(one.price), 100);
}

function sum(form) {
  const line = form.querySelector("[data-sum-line]");
  if (!line) return;
  const [quantity, price] = [thousandths(form.elements.quantity.value), kopecks(form.elements.price.value)];
  line.hidden = !quantity || price === null;
  if (!line.hidden) text(line, { sum: said(product(quantity, price)) });
}

// Who has agreed is asked of whoever has.
function word(box) {
  const how = box.querySelector("[name='consent']:checked")?.value ?? "";
  box.querySelector("[data-word]").hidden = !how;
  box.querySelector("[data-by-phone]").hidden = how !== "by_phone";
  box.querySelector("[data-on-spot]").hidden = how !== "on_spot";
  box.querySelector("[name='consent_name']").required = Boolean(how);
  box.querySelector("[name='consent_note']").required = how === "by_phone";
}

function text(line, said) {
  for (const [name, words] of Object.entries(said)) for (const part of line.querySelectorAll(`[data-${name}]`)) part.textContent = words ?? "";
}

function values(line, given) {
  for (const [name, words] of Object.entries(given)) for (const input of line.querySelectorAll(`input[type="hidden"][name="${name}"]`)) if (name !== "row" || !input.form.elements.of) input.value = words ?? "";
}

// Not under the finger of whoever is typing.
function value(input, words) {
  if (document.activeElement === input && input.value !== input.defaultValue) return;
  if (input.value === input.defaultValue || input.dataset.typed) input.value = words;
  input.defaultValue = words;
  delete input.dataset.typed;
}

function label(part, name) {
  part.setAttribute("aria-label", `${part.getAttribute("aria-label").split(":")[0]}: ${name}`);
}

function show(line, name, isShown, value) {
  for (const part of line.querySelectorAll(value ? `[data-${name}="${value}"]` : `[data-${name}]`)) part.hidden = !isShown;
}

const moment = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
