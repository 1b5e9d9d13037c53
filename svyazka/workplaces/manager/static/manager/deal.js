// A deal's page stays fresh while others work on it, and never takes away what somebody is typing.
import { isTyped } from "../shared/typed.js";

const page = () => document.getElementById("deal-page");

// An answer that is on its way to a button that is gone finds no place.
const isInUse = (part) =>
  part.querySelector(".htmx-request") ||
  [...part.querySelectorAll("input, textarea, select")].some((input) => input === document.activeElement || isTyped(input));

let asking = null; // the element whose request is being answered: its own part may be replaced

document.addEventListener("htmx:beforeOnLoad", ({ detail }) => (asking = detail.elt));
document.addEventListener("htmx:afterOnLoad", () => (asking = null));

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const part = event.detail.target;
  if (!page()?.contains(part) || !part.id.startsWith("deal-")) return;
  if (asking && part.contains(asking)) return;
  const isPressed = part.querySelector(":active"); // between down and up: the click would fall on nothing
  if (!isPressed && !isInUse(part)) return;
  event.preventDefault();
  if (isPressed) freshen();
  // What we changed ourselves in another part is no change by somebody else.
  const version = event.detail.fragment.querySelector?.("[name='version']");
  const kept = part.querySelector("[name='version']");
  if (asking && asking !== page() && version && kept) kept.value = version.value;
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && ["note-form", "plan-form"].includes(detail.elt.id)) detail.elt.reset();
});

document.addEventListener("input", ({ target }) => markTyped(target.closest?.(".facts-form")));
document.addEventListener("reset", ({ target }) => setTimeout(() => markTyped(target.closest(".facts-form"))));

function markTyped(form) {
  form?.classList.toggle("dirty", [...form.elements].some(isTyped));
}

// What others did, also in the other departments' deals of this client; the history follows by itself.
let waiting = null;
const concerns = { "live:deal": ["client", "client"], "live:problem": ["id", "deal"], "live:visit": ["deal", "deal"], "live:client": ["id", "client"], "live:do_not_call": ["client", "client"] };
for (const [event, [said, ours]] of Object.entries(concerns))
  document.body.addEventListener(event, ({ detail }) => {
    if (detail[said] === Number(page()?.dataset[ours])) freshen();
  });
for (const event of ["live:missed", "live:many-problem", "tasks:changed"]) document.body.addEventListener(event, freshen);
document.body.addEventListener("live:again", ({ target }) => target === page() && freshen());

function freshen() {
  waiting ??= setTimeout(() => {
    waiting = null;
    if (page()) htmx.ajax("GET", page().dataset.parts, { source: page(), target: page(), swap: "none" }).catch(() => {}); // tried again
  }, 150);
}
