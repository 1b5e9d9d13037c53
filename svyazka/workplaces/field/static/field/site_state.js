// What stands on a visit once all that waits has arrived: pure, like the house's own rules (svyazka/business/site_work).
import { kopecks, product, said, thousandths, written } from "./money.js";

// `given`: as the house said it; `actions`: what has been done since, in order. → rows of each kind, and the sums.
export function stateOf(given, actions, moment) {
  const state = { materials: copies(given.materials), works: copies(given.works), payments: copies(given.payments) };
  for (const action of actions) (DO[action.kind] ?? nothing)(state, action, given, moment);
  return { ...state, ...sums(state, given.elsewhere) };
}

const DO = {
  material({ materials }, { data }, { prices }) {
    const quantity = thousandths(data.quantity || data.typed);
    const at = materials.findIndex(({ id }) => id === data.row);
    if (quantity === null) return;
    if (!quantity) return void (at >= 0 && materials.splice(at, 1));
    if (at >= 0) return void (materials[at] = counted({ ...materials[at], quantity: written(quantity, 1000), waits: true }));
    const { name, unit, step = "1" } = prices[data.line] ?? data;
    materials.push(counted({ id: data.row, line: data.line ?? "", name, unit, step, was: "", quantity: written(quantity, 1000), waits: true }));
  },
  extra_work({ works }, { data, at }, { prices, words }, moment) {
    const quantity = thousandths(data.quantity);
    const price = kopecks(data.price);
    if (!quantity || price === null) return;
    const { name, unit } = prices[data.line] ?? data;
    const cost = product(quantity, price);
    const before = works.find(({ id }) => id === data.row);
    const isDearer = before && (before.name !== name || !price || cost > costOf(before));
    const made = { id: data.row, line: data.line ?? "", name, unit, quantity: written(quantity, 1000), price: written(price, 100), each: said(price), cost: said(cost), unpriced: !price, waits: true };
    const word = data.consent ? agreed(data, at, words, moment) : !before || isDearer ? NO_WORD : {};
    if (before) Object.assign(before, made, word);
    else works.push({ ...made, ...word });
  },
  extra_consent({ works }, { data, at }, { words }, moment) {
    const found = works.find(({ id }) => id === data.row);
    if (found) Object.assign(found, agreed(data, at, words, moment), { waits: true });
  },
  extra_removal({ works }, { data }) {
    const at = works.findIndex(({ id }) => id === data.row);
    if (at >= 0) works.splice(at, 1);
  },
  payment({ payments }, { data, at }, { ways }, moment) {
    const amount = kopecks(data.amount);
    if (!amount || payments.some(({ id }) => id === data.row)) return;
    const shown = { way: ways[data.way] ?? data.way, receipt: data.receipt ?? "", note: data.note ?? "", when: moment(at), hands: "" };
    payments.push({ id: data.row, amount: written(amount, 100), stands: written(amount, 100), said: said(amount), ...shown, corrects: "", mine: true, waits: true });
  },
  payment_correction({ payments }, { data, at }, _given, moment) {
    const first = payments.find(({ id }) => id === data.of);
    const right = kopecks(data.amount);
    if (!first || right === null || payments.some(({ id }) => id === data.row)) return;
    const by = right - kopecks(first.stands);
    first.stands = written(right, 100);
    if (by) payments.push({ id: data.row, amount: written(by, 100), said: said(by), way: first.way, receipt: first.receipt, note: data.note, when: moment(at), hands: first.hands, corrects: first.id, mine: false, waits: true });
  },
};

const nothing = () => {};
const NO_WORD = { consent: "", how: "", consent_name: "", consent_note: "", consent_at: "", consent_signed: false };

const copies = (rows) => rows.map((row) => ({ ...row, was: row.quantity ?? "" }));

const agreed = (data, at, words, moment) => ({ consent: data.consent, how: words[data.consent], consent_name: data.consent_name, consent_note: data.consent_note ?? "", consent_at: moment(at), consent_signed: Boolean(data.consent_strokes) });

// With what one tap makes of it.
function counted(row) {
  const now = thousandths(row.quantity);
  const step = thousandths(row.step) || 1000;
  return { ...row, less: written(Math.max(0, now - step), 1000), more: written(now + step, 1000) };
}

const costOf = ({ quantity, price }) => product(thousandths(quantity), kopecks(price));

const signed = (amount) => (amount.startsWith("-") ? -kopecks(amount.slice(1)) : kopecks(amount));

function sums({ works, payments }, elsewhere) {
  const total = (rows, of) => rows.reduce((sum, row) => sum + of(row), 0);
  const agreedHere = total(works.filter(({ consent }) => consent), costOf) + kopecks(elsewhere.agreed);
  const notAgreed = total(works.filter(({ consent }) => !consent), costOf) + kopecks(elsewhere.not_agreed);
  const paid = total(payments, ({ amount }) => signed(amount)) + signed(elsewhere.paid);
  return { agreed: agreedHere, notAgreed, paid, open: agreedHere - paid };
}
