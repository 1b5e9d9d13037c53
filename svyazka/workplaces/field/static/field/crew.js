// Who of the crew is there, with what waits on the phone: times that are marked, and the buttons that go with them.
import { hour, isAhead } from "./clock.js";
import { isOver } from "./course.js";

export function crew(part, rows, status) {
  const box = part.querySelector("[data-crew]");
  if (!box) return;
  const lines = [...box.querySelectorAll("[data-who]")];
  for (const line of lines) draw(line, timesOf(line, rows), box.dataset.nobody, isOver(status));
  all(box, lines, isOver(status));
}

// [came, left, whether with the end of the visit]: as the house counts them.
function timesOf(line, rows) {
  let times = JSON.parse(line.dataset.times);
  for (const { kind, data, at } of rows) {
    if (kind === "presence" && [data.who].flat().includes(line.dataset.who)) times = MARKS[data.mark]?.(times, at) ?? times;
    if (kind === "not_done" || (kind === "status" && data.status === "done")) times = times.map((one) => (one[1] ? one : [one[0], at, true]));
    if (kind === "taking_back" && isOver(data.from)) times = times.map((one) => (one[2] ? [one[0], null] : one));
  }
  return times;
}

const isThere = (times) => times.some(([, left]) => !left);

const MARKS = {
  here: (times, at) => (isThere(times) ? times : [...times, [at, null]]),
  gone: (times, at) => times.map((one) => (one[1] ? one : [one[0], at])),
  mistake: (times) => (isThere(times) ? times.slice(0, -1) : times.map((one, number) => (number === times.length - 1 ? [one[0], null] : one))),
};

function draw(line, times, nobody, isEnded) {
  const said = line.querySelector("[data-there]");
  const now = JSON.stringify(times);
  // As the house said it, as long as nothing else is known.
  if (now !== (line.dataset.now ?? JSON.stringify(JSON.parse(line.dataset.times)))) said.textContent = times.map(([came, left]) => `${hour(came)}–${left ? hour(left) : "…"}`).join(", ") || nobody;
  line.dataset.now = now;
  for (const button of line.querySelectorAll("button[name=mark]")) {
    button.hidden = isEnded || { here: isThere(times), gone: !isThere(times), mistake: !times.length }[button.value];
  }
}

// All who are not there yet, where that is more than one.
function all(box, lines, isEnded) {
  const form = box.querySelector("form[data-all]");
  if (!form) return;
  const there = new Set(lines.filter((line) => isThere(JSON.parse(line.dataset.now))).map((line) => line.dataset.who));
  const inputs = [...form.querySelectorAll("input[name=who]")];
  for (const input of inputs) input.disabled = there.has(input.value);
  form.hidden = isEnded || ("early" in form.dataset && isAhead(form.dataset.onDay)) || inputs.filter((input) => !input.disabled).length < 2;
}
