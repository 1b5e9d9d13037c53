// The lines of a deal: typed by the keyboard, counted by the house.
const COLUMNS = ["name", "quantity", "unit", "price", "discount", "vat"];
const form = () => document.getElementById("deal-lines");
const body = () => form().querySelector("tbody");
const lines = () => [...body().querySelectorAll(".deal-line")];
const cell = (line, name) => line.querySelector(`[name="${name}"]`);

let removed = []; // lines that were taken out, each with the one that stood behind it
let counting = null;

function added({ after = null } = {}) {
  const made = document.getElementById("empty-line").content.firstElementChild.cloneNode(true);
  after ? after.after(made) : body().append(made);
  return made;
}

function begin() {
  if (!form() || form().dataset.begun) return;
  form().dataset.begun = "1";
  removed = [];
  if (!lines().length) cell(added(), "name").focus();
}

// Counting.

function countSoon() {
  clearTimeout(counting);
  counting = setTimeout(count, 250);
}

async function count() {
  const asked = form();
  if (!asked) return;
  const answer = await fetch(asked.dataset.sums, { method: "POST", body: new FormData(asked) }).catch(() => null);
  if (answer?.ok && asked === form()) show(await answer.json());
}

function show({ sums, totals, wrong, wrong_discount }) {
  const written = lines().filter((line) => cell(line, "name").value.trim() || cell(line, "price").value.trim());
  for (const line of lines()) fault(line, {});
  written.forEach((line, place) => {
    // A line that somebody has only begun is not wrong yet.
    const unfinished = line.contains(document.activeElement) && !cell(line, "price").value.trim();
    fault(line, unfinished ? {} : (wrong[place] ?? {}));
    line.querySelector("output").textContent = sums?.[place] ?? "";
  });
  for (const line of lines()) if (!written.includes(line)) line.querySelector("output").textContent = "";
  for (const place of form().querySelectorAll("[data-total]")) place.textContent = totals ? totals[place.dataset.total] || "—" : "—";
  const said = document.getElementById("discount-wrong");
  said.textContent = wrong_discount;
  said.hidden = !wrong_discount;
}

function fault(line, wrong) {
  for (const name of COLUMNS) wrong[name] ? cell(line, name).setAttribute("aria-invalid", "true") : cell(line, name).removeAttribute("aria-invalid");
  const said = line.querySelector(".wrong");
  said.textContent = Object.values(wrong).join(" ");
  said.hidden = !said.textContent;
}

// Products, while somebody types.

let asking = 0;

async function suggest(input) {
  const number = ++asking;
  const typed = input.value.trim();
  await new Promise((ready) => setTimeout(ready, 130));
  if (number !== asking) return;
  if (typed.length < 2) return close(input);
  const answer = await fetch(`${form().dataset.products}?q=${encodeURIComponent(typed)}`).catch(() => null);
  if (number !== asking || !answer?.ok || document.activeElement !== input) return;
  offer(input, (await answer.json()).products);
}

function offer(input, products) {
  const list = input.nextElementSibling;
  list.replaceChildren(...products.map(option));
  list.hidden = !products.length;
  input.setAttribute("aria-expanded", String(products.length > 0));
}

function option(product) {
  const item = document.createElement("li");
  item.setAttribute("role", "option");
  for (const [part, said] of [["name", product.name], ["article", product.article], ["price", product.shown]]) {
    const span = document.createElement("span");
    span.className = part;
    span.textContent = said;
    item.append(span);
  }
  item.product = product;
  return item;
}

function close(input) {
  const list = input.nextElementSibling;
  list.hidden = true;
  list.replaceChildren();
  input.setAttribute("aria-expanded", "false");
}

function choose(input, product) {
  const line = input.closest(".deal-line");
  for (const name of ["product", "name", "unit", "price", "vat"]) put(cell(line, name), product[name]);
  asking += 1;
  close(input);
  cell(line, "quantity").focus();
  cell(line, "quantity").select();
  changed();
}

function put(input, said) {
  if (input.tagName !== "SELECT") return (input.value = said);
  if (![...input.options].some((one) => one.value === said)) input.add(new Option(said, said));
  input.value = said;
}

function changed() {
  form().dispatchEvent(new Event("input", { bubbles: true }));
}

// The keyboard.

function steppedInList(input, event) {
  const list = input.nextElementSibling;
  if (input.name !== "name" || list.hidden) return false;
  const items = [...list.children];
  const at = items.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") close(input);
  else if (event.key === "Enter" && at >= 0) choose(input, items[at].product);
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = event.key === "ArrowDown" ? Math.min(at + 1, items.length - 1) : Math.max(at - 1, 0);
    items.forEach((one, place) => one.setAttribute("aria-selected", String(place === next)));
    items[next].scrollIntoView({ block: "nearest" });
  } else return false;
  return true;
}

function pressed(event) {
  const input = event.target.closest(".deal-line :is(input, select)");
  if (!input) return;
  const line = input.closest(".deal-line");
  if (steppedInList(input, event)) return event.preventDefault();
  if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    const other = event.key === "ArrowUp" ? line.previousElementSibling : line.nextElementSibling;
    if (other) event.key === "ArrowUp" ? other.before(line) : other.after(line);
    input.focus();
    return changed();
  }
  const isLast = line === body().lastElementChild;
  if (event.key === "Enter") {
    event.preventDefault();
    cell(isLast ? added() : line.nextElementSibling, "name").focus();
  } else if (event.key === "Tab" && !event.shiftKey && input.name === "vat" && isLast && cell(line, "name").value.trim()) {
    event.preventDefault();
    cell(added(), "name").focus();
  } else if (["ArrowUp", "ArrowDown"].includes(event.key) && input.tagName !== "SELECT") {
    const other = event.key === "ArrowUp" ? line.previousElementSibling : line.nextElementSibling;
    if (!other) return;
    event.preventDefault();
    cell(other, input.name).focus();
  }
}

// A table of a spreadsheet, from the cell on in which it is pasted.

function pasted(event) {
  const input = event.target.closest(".deal-line :is(input)");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!input || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  const first = COLUMNS.indexOf(input.name);
  let line = input.closest(".deal-line");
  text.replace(/\r/g, "").trimEnd().split("\n").forEach((row, place) => {
    if (place) line = line.nextElementSibling ?? added();
    row.split("\t").forEach((said, at) => {
      const name = COLUMNS[first + at];
      if (name && name !== "vat") put(cell(line, name), said.trim());
      if (name === "name") cell(line, "product").value = "";
    });
  });
  changed();
}

// Taking out, and back.

function takeOut(line) {
  removed.push({ line, before: line.nextElementSibling });
  line.remove();
  tellRemoved();
  changed();
}

function takeBack() {
  const { line, before } = removed.pop();
  before?.isConnected ? before.before(line) : body().append(line);
  tellRemoved();
  cell(line, "name").focus();
  changed();
}

function tellRemoved() {
  const told = form().querySelector(".removed");
  told.hidden = !removed.length;
  if (removed.length) told.querySelector("span").textContent = cell(removed.at(-1).line, "name").value;
}

document.addEventListener("input", ({ target }) => {
  if (!target.closest("#deal-lines")) return;
  if (target.matches('.deal-line [name="name"]')) {
    cell(target.closest(".deal-line"), "product").value = "";
    suggest(target);
  }
  countSoon();
});
document.addEventListener("keydown", (event) => event.target.closest?.("#deal-lines") && pressed(event));
document.addEventListener("paste", (event) => event.target.closest?.("#deal-lines") && pasted(event));
document.addEventListener("focusout", ({ target }) => {
  if (target.matches?.('.deal-line [name="name"]')) setTimeout(() => close(target), 150);
  if (target.closest?.("#deal-lines")) countSoon();
});
document.addEventListener("pointerdown", (event) => {
  const item = event.target.closest(".deal-line .suggestions li");
  if (!item) return;
  event.preventDefault();
  choose(item.closest(".suggesting").querySelector("input"), item.product);
});
document.addEventListener("click", ({ target }) => {
  if (!target.closest("#deal-lines")) return;
  if (target.closest("[data-add]")) cell(added(), "name").focus();
  if (target.closest("[data-remove]")) takeOut(target.closest(".deal-line"));
  if (target.closest("[data-undo]")) takeBack();
});
document.addEventListener("htmx:load", begin);
begin();
