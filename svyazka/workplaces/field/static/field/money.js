// Money in whole kopecks and quantities in whole thousandths: the same as svyazka/kit/money.py, to the kopeck.
const LARGEST = 10_000_000_00; // kopecks
const MOST = 100_000_000; // thousandths

// `1 250,50` → 125050; nothing, where it is no amount.
export const kopecks = (typed) => whole(typed, 2, LARGEST);

// `1,5` → 1500
export const thousandths = (typed) => whole(typed, 3, MOST);

// Half a kopeck is one.
export function product(quantity, price) {
  return Number((BigInt(quantity) * BigInt(price) + 500n) / 1000n);
}

// 125050 → `1 250,50 ₽`, in English `₽1,250.50`: with kopecks only where there are some.
export function said(amount, language = document.documentElement.lang) {
  const [whole, rest] = parts(Math.abs(amount), 100, 2);
  const isEnglish = language.startsWith("en");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, isEnglish ? "," : "\u00a0");
  const exact = `${grouped}${Number(rest) ? `${isEnglish ? "." : ","}${rest}` : ""}`;
  return `${amount < 0 ? "-" : ""}${isEnglish ? `₽${exact}` : `${exact}\u00a0₽`}`;
}

// 125050 → `1250,5`: as it stands in an input.
export function written(number, unit) {
  const [whole, rest] = parts(Math.abs(number), unit, String(unit).length - 1);
  const short = rest.replace(/0+$/, "");
  return `${number < 0 ? "-" : ""}${whole}${short && `,${short}`}`;
}

function whole(typed, digits, most) {
  const found = /^(\d{1,12})(?:\.(\d{1,6}))?$/.exec(String(typed ?? "").replace(/\s+/g, "").replace(",", ".").replace(/₽$/, ""));
  if (!found) return null;
  const [, before, after = ""] = found;
  if (/[^0]/.test(after.slice(digits))) return null;
  const number = Number(before + after.slice(0, digits).padEnd(digits, "0"));
  return number > most ? null : number;
}

function parts(number, unit, digits) {
  return [String(Math.floor(number / unit)), String(number % unit).padStart(digits, "0")];
}
