// What all forms have in common: a fault goes when its field is typed in anew, Ctrl+Enter sends, and what was typed is
// not lost by a click on a link.
import { isUnsaved } from "./typed.js";

const unsaved = (inside) => [...document.querySelectorAll(`${inside} form[data-guard]`)].filter(isUnsaved);

for (const name of ["input", "change"]) document.addEventListener(name, ({ target }) => {
  const field = target.matches?.("[aria-invalid='true']") && target.closest(".field, fieldset, form");
  if (!field) return;
  const said = [...field.querySelectorAll(".wrong")];
  for (const input of target.type === "radio" ? field.querySelectorAll("[aria-invalid]") : [target]) input.removeAttribute("aria-invalid");
  for (const described of [field, target]) {
    const left = described.getAttribute("aria-describedby")?.split(" ").filter((id) => !said.some((one) => one.id === id));
    if (left) described.setAttribute("aria-describedby", left.join(" "));
  }
  said.forEach((one) => one.remove());
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  // A line that grows with what stands in it is a line all the same.
  const isLine = event.target.matches?.("textarea.one-line") && !event.shiftKey;
  if (!isLine && !event.ctrlKey && !event.metaKey) return;
  const form = event.target.matches?.("input, textarea, select") && event.target.form;
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

// Asked before every request: only those that would take the page away, and with it what stands in its forms.
document.addEventListener("htmx:confirm", (event) => {
  const { target, elt, issueRequest, question } = event.detail;
  if (target !== document.body && target.id !== "main") return;
  if (!unsaved("#main").some((form) => form !== elt)) return;
  event.preventDefault();
  ask(() => issueRequest(!question));
});

// Back and forward: the page is there again at once, and goes only when that is what was meant. Caught on the way down:
// htmx hears it on the window, too.
let here = location.href;
let meant = false;
for (const name of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore"]) document.addEventListener(name, () => { here = location.href; });
window.addEventListener("popstate", (event) => {
  if (meant || location.href === here || !unsaved("#main").length) { meant = false; return; }
  event.stopImmediatePropagation();
  history.pushState({ htmx: true }, "", here);
  ask(() => { meant = true; history.back(); });
}, { capture: true });

// A dialog is left by a key or a click beside it: what was typed there is asked about, too.
export function leaveDialog(dialog) {
  if (unsaved("#dialog").length) ask(() => dialog.close());
  else dialog.close();
}

document.addEventListener("cancel", (event) => {
  if (event.target.id !== "dialog") return;
  event.preventDefault();
  leaveDialog(event.target);
}, { capture: true });

// What was sent or given up is no longer unsaved. Meanwhile the next dialog may stand there.
document.addEventListener("close", ({ target }) => { if (target.id === "dialog" && !target.open) target.replaceChildren(); }, { capture: true });

function ask(leave) {
  const asked = document.getElementById("unsaved");
  asked.returnValue = "";
  asked.addEventListener("close", () => { if (asked.returnValue === "leave") leave(); }, { once: true });
  asked.showModal();
}

window.addEventListener("beforeunload", (event) => { if (unsaved("body").length) event.preventDefault(); });
