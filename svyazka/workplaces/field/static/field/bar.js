// One line on top of each field page: what waits, what was not taken, and why nothing is sent just now.
import { state, waiting } from "./queue.js";
import { fact } from "./store.js";

const OFF_BY = 3 * 60_000; // milliseconds: then the clock of the phone is wrong

let trouble = null;

export async function bar() {
  const box = document.getElementById("field-bar");
  if (!box) return;
  const [rows, ahead] = await Promise.all([waiting(), fact("ahead")]);
  const me = Number(document.body.dataset.person);
  const own = rows.filter(({ person }) => person === me);
  const unsent = own.filter((row) => row.state === "waiting").length;
  const minutes = Math.round(Math.abs(ahead ?? 0) / 60_000);
  const said = {
    trouble: Boolean(trouble),
    lost: !navigator.onLine || state === "lost",
    ended: state === "ended",
    waiting: unsent,
    refused: own.filter((row) => row.state === "refused").length,
    foreign: rows.length - own.length,
    fast: ahead > OFF_BY && minutes,
    slow: ahead < -OFF_BY && minutes,
  };
  for (const line of box.querySelectorAll("[data-bar]")) {
    const value = said[line.dataset.bar];
    line.hidden = !value;
    const number = line.querySelector("[data-n]");
    if (number && value) number.textContent = value;
  }
  for (const words of box.querySelectorAll("[data-trouble]")) words.hidden = words.dataset.trouble !== trouble?.what;
  if (trouble) box.querySelector("[data-trouble-name]").textContent = trouble.name;
  box.querySelector("[data-bar-link]").hidden = !rows.length;
  box.hidden = !Object.values(said).some(Boolean);
}

export function say(found) {
  trouble = found;
  return bar();
}
