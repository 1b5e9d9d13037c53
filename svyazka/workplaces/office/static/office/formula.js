// A formula being typed: names are put in where the caret stands, and each change is looked at.

const AFTER = 350; // ms without a keystroke
let waits = 0;
let asked = null;

const typed = () => document.getElementById("id_formula");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-inserts], [data-replaces]");
  if (!button || !typed()) return;
  if ("replaces" in button.dataset) typed().value = button.dataset.replaces;
  else putIn(button.dataset.inserts);
  typed().dispatchEvent(new Event("input", { bubbles: true }));
  typed().focus();
});

function putIn(text) {
  const field = typed();
  const { selectionStart: start, selectionEnd: end, value } = field;
  const apart = start && !/[\s([;]$/.test(value.slice(0, start)) ? " " : "";
  field.setRangeText(apart + text, start, end, "end");
  const opens = text.indexOf("(");
  if (opens > 0) {
    const inside = start + apart.length + opens + 1;
    field.setSelectionRange(inside, inside);
  }
}

document.addEventListener("input", (event) => {
  if (event.target.id === "names-sought") narrow(event.target.value);
  if (event.target.id !== "id_formula" && event.target.id !== "id_decimals") return;
  clearTimeout(waits);
  waits = setTimeout(look, AFTER);
});

async function look() {
  const place = document.getElementById("look");
  if (!place) return;
  asked?.abort();
  asked = new AbortController();
  const form = typed().form;
  const said = new FormData();
  said.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  said.set("formula", typed().value);
  said.set("decimals", form.elements.decimals.value);
  said.set("of", place.dataset.of);
  said.set("code", place.dataset.code);
  try {
    const answer = await fetch(place.dataset.looks, { method: "POST", body: said, signal: asked.signal });
    if (answer.ok && !answer.redirected) place.innerHTML = await answer.text();
  } catch (failure) {
    if (failure.name !== "AbortError") place.replaceChildren();
  }
}

function narrow(sought) {
  const words = sought.trim().toLowerCase();
  let any = false;
  for (const group of document.querySelectorAll(".names > details")) {
    let here = false;
    for (const line of group.querySelectorAll(":scope > ul > li")) {
      line.hidden = words !== "" && !line.textContent.toLowerCase().includes(words);
      here ||= !line.hidden;
    }
    group.hidden = !here;
    if (words) group.open = here;
    any ||= here;
  }
  document.getElementById("names-none").hidden = any;
}
