// The checklist of a visit, and what is missing before it is done: as it will be when all ticks have arrived.
import { isOver } from "./course.js";

// `status`: how the visit stands, where the part says it.
export function points(part, rows, status) {
  for (const line of part.querySelectorAll("[data-point]")) {
    const own = rows.filter(({ kind, data }) => kind === "tick" && data.point === line.dataset.point);
    tick(line, own.at(-1)?.data.on ?? line.dataset.on);
    if (status) line.querySelector("button.tick").disabled = isOver(status);
    line.querySelector("[data-tick-waits]").hidden = !own.some(({ isThere }) => !isThere);
  }
  const end = part.querySelector("#finish");
  if (end) finish(part, end, rows);
}

function tick(line, on) {
  const button = line.querySelector("button.tick");
  button.value = on === "1" ? "0" : "1";
  button.setAttribute("aria-checked", String(on === "1"));
  const needed = line.querySelector("[data-needed]");
  if (needed) needed.hidden = on === "1";
  // By whom and when, as the house said it: not of a tick that is another by now.
  const said = line.querySelector("[data-ticked]");
  if (said) said.hidden = on !== "1";
}

const isTicked = (line) => line.querySelector("button.tick").getAttribute("aria-checked") === "true";

function finish(part, end, rows) {
  const open = [...part.querySelectorAll("[data-point]")].filter((line) => !isTicked(line));
  const needed = new Set(open.filter((line) => "must" in line.dataset).map((line) => line.dataset.point));
  for (const line of end.querySelectorAll("[data-missing]")) line.hidden = !needed.has(line.dataset.missing);
  end.querySelector("[data-missing-card]").hidden = !needed.size;
  end.querySelector("button[value=done]").disabled = Boolean(needed.size);
  const optional = open.filter((line) => !("must" in line.dataset)).map((line) => line.querySelector("form").dataset.said);
  for (const hint of end.querySelectorAll("[data-hint]")) hints[hint.dataset.hint](hint, rows, optional);
  end.querySelector("[data-advice-card]").hidden = ![...end.querySelectorAll("[data-hint]")].some((hint) => !hint.hidden);
}

// What may have been forgotten, though it can be done without.
const hints = {
  points(hint, _rows, optional) {
    hint.hidden = !optional.length;
    hint.textContent = hint.dataset.words.replace("{points}", optional.join(", "));
  },
  note(hint, rows) {
    const last = rows.findLast(({ kind }) => kind === "note");
    if (last) hint.hidden = Boolean(last.data.text?.trim());
  },
  photo(hint, rows) {
    if (rows.some(({ kind }) => kind === "photo")) hint.hidden = true;
  },
};
