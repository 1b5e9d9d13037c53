// Forms of field pages go into the queue, in place of the net. Without scripts, or where the browser keeps nothing, they
// are sent as any other form.
import { put } from "./queue.js";

const NOT_SENT = new Set(["csrfmiddlewaretoken", "version", "request_id"]);

export function takeOver() {
  // Caught on the way down: htmx listens on the form itself.
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-queue]");
    if (!form) return;
    stop(event);
    if (form.getAttribute("hx-confirm") && !confirm(form.getAttribute("hx-confirm"))) return;
    queue(form, event.submitter);
  }, { capture: true });
  document.addEventListener("change", (event) => {
    if (event.target.type !== "file" || !event.target.closest("form[data-queue]")) return;
    stop(event);
    picked(event.target);
  }, { capture: true });
  // While the camera is open the page may be drawn anew under it: the picture comes all the same.
  document.addEventListener("click", ({ target }) => {
    if (target.type !== "file" || !target.closest("form[data-queue]")) return;
    picking = target;
    target.addEventListener("change", () => picked(target), { once: true });
    target.addEventListener("cancel", () => { picking = null; }, { once: true });
  }, { capture: true });
}

let picking = null;

export const isPicking = () => Boolean(picking);

function picked(input) {
  picking = null;
  if (input.files.length) photos(input);
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

async function queue(form, submitter) {
  const { queue: kind, visit } = form.dataset;
  const isKept = await keep({ kind, visit: Number(visit ?? 0), data: valuesOf(form, submitter), said: saidBy(form, submitter) });
  if (!isKept) return;
  // What stays in the fields would pass for something that is still being typed.
  if (form.hasAttribute("data-clears")) form.reset();
  if (form.hasAttribute("data-then")) document.querySelector("a[data-back]").click();
}

// In words, for the list of what waits: what the button says of itself, or what was chosen and typed.
function saidBy(form, submitter) {
  const said = submitter?.dataset.said ?? form.dataset.said;
  const chosen = [...form.querySelectorAll("input[type=radio]:checked")].map((one) => one.closest("label").textContent.trim());
  const typed = [...form.querySelectorAll("input:not([type]), input[type=text]")].map((one) => one.value.trim());
  return said ?? [...chosen, ...typed].filter(Boolean).join(", ");
}

function valuesOf(form, submitter) {
  const given = new FormData(form, submitter);
  const data = {};
  for (const name of new Set(given.keys())) {
    const values = given.getAll(name).filter((value) => typeof value === "string");
    if (NOT_SENT.has(name) || !values.length) continue;
    data[name] = values.length > 1 ? values : values[0];
  }
  return data;
}

// Each by itself: one that is none does not hold up the others.
async function photos(input) {
  const { visit } = input.form.dataset;
  const files = [...input.files];
  input.value = "";
  for (const file of files) await keep({ kind: "photo", visit: Number(visit), file, raw: true });
}

async function keep(given) {
  try {
    await put(given);
    return true;
  } catch (fault) {
    const what = fault.name === "QuotaExceededError" ? "full" : "broken";
    document.dispatchEvent(new CustomEvent("field:trouble", { detail: { what, name: "" } }));
    return false;
  }
}
