// Names of colleagues while they are typed: behind an @ in a note, and in a field that picks people.
const MENTION = /(?:^|[\s(])@((?:[^\s@]+ ?){0,3})$/u;
let list = null; // the suggestions that are open
let asking = null;

const fits = (target) => target.matches?.("[data-pick], [data-mentions]");
const typedIn = (field) => {
  if (field.dataset.pick) return field.value.trim() || null;
  const typed = MENTION.exec(field.value.slice(0, field.selectionStart))?.[1];
  const isTaken = picked(field.form).some(({ dataset }) => typed?.startsWith(`${dataset.name} `));
  return typed === undefined || isTaken ? null : typed;
};
const picked = (form) => [...form.querySelectorAll("input[name='mentions']")];

document.addEventListener("input", ({ target }) => fits(target) && suggest(target));
document.addEventListener("keydown", (event) => {
  if (!list || event.target !== list.field) return;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (steps[event.key]) choose(list.at + steps[event.key]);
  else if (event.key === "Enter" || event.key === "Tab") take(list.people[list.at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
// The note has been sent: the next one names others.
document.addEventListener("reset", ({ target }) => picked(target).forEach((one) => one.remove()));
// A field that picks has nothing to send by itself.
document.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.dataset?.pick) event.preventDefault(); });
document.addEventListener("focusout", ({ target }) => { if (list?.field === target) close(); });

async function suggest(field) {
  const typed = typedIn(field);
  asking?.abort();
  if (typed === null) return close();
  asking = new AbortController();
  try {
    const answer = await fetch(`/colleagues/?q=${encodeURIComponent(typed)}`, { signal: asking.signal });
    if (answer.ok && document.activeElement === field) show(field, (await answer.json()).people);
  } catch (fault) {
    if (fault.name !== "AbortError") close();
  }
}

function show(field, people) {
  close();
  if (!people.length) return;
  const box = document.createElement("ul");
  box.id = "colleagues";
  box.className = "suggestions";
  box.role = "listbox";
  box.ariaLabel = field.ariaLabel ?? field.labels[0].textContent;
  people.forEach(({ id, name, about }, at) => {
    const line = Object.assign(document.createElement("li"), { role: "option", id: `colleague-${id}` });
    line.append(name, Object.assign(document.createElement("span"), { className: "small muted", textContent: about }));
    line.addEventListener("pointerdown", (event) => (event.preventDefault(), take(people[at])));
    box.append(line);
  });
  field.after(box);
  list = { field, people, box, at: 0 };
  field.setAttribute("aria-controls", box.id);
  if (field.dataset.pick) field.setAttribute("aria-expanded", "true");
  choose(0);
}

function choose(at) {
  const lines = [...list.box.children];
  lines[list.at].removeAttribute("aria-selected");
  list.at = (at + lines.length) % lines.length;
  lines[list.at].setAttribute("aria-selected", "true");
  lines[list.at].scrollIntoView({ block: "nearest" });
  list.field.setAttribute("aria-activedescendant", lines[list.at].id);
}

function take(person) {
  const { field } = list;
  close();
  if (field.dataset.pick) pick(field, person);
  else mention(field, person);
}

function mention(field, { id, name }) {
  const before = field.value.slice(0, field.selectionStart);
  field.setRangeText(`@${name} `, before.lastIndexOf("@"), field.selectionStart, "end");
  const kept = Object.assign(document.createElement("input"), { type: "hidden", name: "mentions", value: id });
  kept.dataset.name = name;
  field.form.append(kept);
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function pick(field, { id, name, about }) {
  field.value = "";
  const box = field.closest("fieldset").querySelector(".picked");
  const known = box.querySelector(`input[value="${id}"]`);
  if (known) return (known.checked = true);
  const label = Object.assign(document.createElement("label"), { className: "check" });
  const input = Object.assign(document.createElement("input"), { type: "checkbox", name: field.dataset.pick, value: id });
  const words = document.createElement("span");
  words.append(`${name} `, Object.assign(document.createElement("span"), { className: "small muted", textContent: about }));
  label.append(input, words);
  box.append(label);
  input.checked = true;
}

function close() {
  if (!list) return;
  list.box.remove();
  list.field.removeAttribute("aria-activedescendant");
  if (list.field.dataset.pick) list.field.setAttribute("aria-expanded", "false");
  list = null;
}
