// The editor of a pipeline: stages are moved by their handle or with the arrow keys; whatever is changed asks for the
// preview anew.
const list = () => document.getElementById("stages");
const form = () => document.getElementById("pipeline-form");
const titleOf = (stage) => stage.querySelector("[data-title]").textContent.trim();

function changed() {
  document.getElementById("stages-order").value = [...list().children].map(({ dataset }) => `${dataset.key} `).join("");
  form().dispatchEvent(new Event("edited"));
}

function say(stage) {
  const all = [...list().children];
  const words = { stage: titleOf(stage), place: all.indexOf(stage) + 1, number: all.length };
  document.getElementById("stages-said").textContent = list().dataset.moved.replace(/\{(\w+)\}/g, (_, name) => words[name]);
}

document.addEventListener("keydown", (event) => {
  const stage = event.target.closest?.(".handle")?.parentElement;
  const up = event.key === "ArrowUp";
  if (!stage || !(up || event.key === "ArrowDown")) return;
  event.preventDefault();
  const other = up ? stage.previousElementSibling : stage.nextElementSibling;
  if (!other) return;
  other[up ? "before" : "after"](stage);
  event.target.focus();
  changed();
  say(stage);
});

let lifted = null;
document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.(".stage-edit > .handle");
  if (!handle || event.button !== 0) return;
  lifted = handle.parentElement;
  handle.setPointerCapture(event.pointerId);
  lifted.classList.add("lifted");
});
document.addEventListener("pointermove", ({ clientY }) => {
  if (!lifted) return;
  const others = [...list().children].filter((one) => one !== lifted);
  const next = others.find((one) => clientY < one.getBoundingClientRect().top + one.offsetHeight / 2) ?? null;
  if (next !== lifted.nextElementSibling) list().insertBefore(lifted, next);
});
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => {
  if (!lifted) return;
  lifted.classList.remove("lifted");
  lifted = null;
  changed();
});

document.addEventListener("input", ({ target }) => {
  const stage = target.closest?.(".stage-edit");
  if (!stage) return;
  if (target.matches("[data-names]")) stage.querySelector("[data-title]").textContent = target.value;
  if (target.name.endsWith(".colour")) stage.className = `stage-edit tint ${target.value}`;
});

document.addEventListener("click", (event) => {
  const removed = event.target.closest?.("[data-removes-rule]");
  if (removed) (removed.closest("[data-rule]").remove(), changed());
  const shown = event.target.closest?.("[data-shows]");
  if (!shown) return;
  event.preventDefault();
  const details = list().querySelector(`[data-key="${CSS.escape(shown.dataset.shows)}"] details`);
  if (details) ((details.open = true), details.querySelector("summary").focus());
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!detail.target?.matches?.("#stages, .rules")) return;
  const added = detail.target.lastElementChild;
  // A new stage stands before those at which a deal ends.
  const end = detail.target.id === "stages" && [...list().children].find((one) => one !== added && one.querySelector(":is([value='won'], [value='lost']):checked"));
  if (end) end.before(added);
  added.querySelector("input:not([type='hidden']), select")?.focus();
  changed();
});

// A link to one of the stages opens it.
function openNamed() {
  const stage = location.hash.startsWith("#stage-") && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!stage) return;
  stage.querySelector("details").open = true;
  stage.scrollIntoView({ block: "start" });
}
document.addEventListener("htmx:pushedIntoHistory", openNamed);
openNamed();
