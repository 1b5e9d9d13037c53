// The lines of a list to choose from: added, and moved up and down. Only fields of some kinds have them.
const list = () => document.getElementById("choices-list");

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-adds-choice]")) add();
  const moved = target.closest?.("[data-up], [data-down]");
  const line = moved?.closest(".choice");
  if (!line) return;
  const up = moved.matches("[data-up]");
  const other = up ? line.previousElementSibling : line.nextElementSibling;
  other?.[up ? "before" : "after"](line);
  moved.focus();
});

document.addEventListener("change", ({ target }) => { if (target.id === "id_kind") show(); });

// Enter in a line goes on to the next one instead of sending the form.
document.addEventListener("keydown", (event) => {
  const line = event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target.closest?.(".choice");
  if (!line || event.target.type === "checkbox") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (line.nextElementSibling) line.nextElementSibling.querySelector("input:not([type='hidden'])").focus();
  else add();
}, { capture: true });

function add({ focus = true } = {}) {
  const line = document.getElementById("choice-blank").content.firstElementChild.cloneNode(true);
  const key = `new.${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  for (const input of line.querySelectorAll("input")) {
    if (input.name === "choice") input.value = key;
    else input.name = input.name.replace("new.", key);
  }
  list().append(line);
  if (focus) line.querySelector("input:not([type='hidden'])").focus();
}

function show() {
  const box = document.getElementById("choices");
  if (!box) return;
  box.hidden = !box.dataset.for.split(" ").includes(document.getElementById("id_kind").value);
  if (!box.hidden && !list().children.length) add({ focus: false });
}

for (const name of ["htmx:afterSwap", "htmx:historyRestore"]) document.addEventListener(name, show);
show();
