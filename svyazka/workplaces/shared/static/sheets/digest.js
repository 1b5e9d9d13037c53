// What stands in a form, as one short word: the house computes the same of the same content (engines/sheets/digest.py).
// Not by the browser's own means: those are missing where a page was not opened over https.

// What somebody agrees to: rows that were removed are none of it.
export function agreed(form, answers) {
  const content = {};
  for (const { code, rows } of form.sections) {
    const given = answers[code];
    if (!given || !(rows ? given.length : Object.keys(given).length)) continue;
    content[code] = rows ? given.filter((row) => !row.removed).map(({ removed, ...row }) => row) : given;
  }
  return content;
}

export const digest = (content) => sha256(new TextEncoder().encode(plainly(content)));

function plainly(value) {
  if (Array.isArray(value)) return `[${value.map(plainly).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const keys = Object.keys(value).filter((key) => value[key] !== undefined).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${plainly(value[key])}`).join(",")}}`;
}

// FIPS 180-4.
const PRIMES = [];
for (let number = 2; PRIMES.length < 64; number += 1) if (PRIMES.every((prime) => number % prime)) PRIMES.push(number);
const part = (number) => Math.floor((number - Math.floor(number)) * 2 ** 32);
const ROUNDS = PRIMES.map((prime) => part(Math.cbrt(prime)));
const BEGIN = PRIMES.slice(0, 8).map((prime) => part(Math.sqrt(prime)));
const turn = (word, by) => (word >>> by) | (word << (32 - by));

export function sha256(bytes) {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor((bytes.length * 8) / 2 ** 32));
  view.setUint32(padded.length - 4, (bytes.length * 8) >>> 0);
  const state = [...BEGIN];
  for (let at = 0; at < padded.length; at += 64) mix(state, words(view, at));
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function words(view, at) {
  const made = Array.from({ length: 16 }, (_one, place) => view.getUint32(at + place * 4));
  for (let place = 16; place < 64; place += 1) {
    const [near, far] = [made[place - 2], made[place - 15]];
    const first = turn(far, 7) ^ turn(far, 18) ^ (far >>> 3);
    const second = turn(near, 17) ^ turn(near, 19) ^ (near >>> 10);
    made.push((made[place - 16] + first + made[place - 7] + second) | 0);
  }
  return made;
}

function mix(state, given) {
  let [a, b, c, d, e, f, g, h] = state;
  for (let place = 0; place < 64; place += 1) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[place] + given[place]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, place) => { state[place] = (state[place] + word) | 0; });
}
