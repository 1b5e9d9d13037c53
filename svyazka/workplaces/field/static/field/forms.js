// Forms of field pages go into the queue, in place of the net. Without scripts, or where the browser keeps nothing, they
// are sent as any other form.
import { small } from "./photo.js";
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
    photos(event.target);
  }, { capture: true });
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

async function queue(form, submitter) {
  const { queue: kind, visit } = form.dataset;
  await keep({ kind, visit: Number(visit), data: valuesOf(form, submitter) });
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
  for (const file of files) {
    let picture;
    try {
      picture = await small(file);
    } catch {
      say("photo", file.name);
      continue;
    }
    await keep({ kind: "photo", visit: Number(visit), file: picture });
  }
}

async function keep(given) {
  try {
    await put(given);
  } catch (fault) {
    say(fault.name === "QuotaExceededError" ? "full" : "broken");
  }
}

function say(what, name = "") {
  document.dispatchEvent(new CustomEvent("field:trouble", { detail: { what, name } }));
}
