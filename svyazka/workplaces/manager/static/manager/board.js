// The board: cards are dragged, moved by keyboard, and follow what others do. One set of listeners for the whole
// life of the shell, because pages come and go inside it.
import { startDragging, isDragging, whenDropped } from "./drag.js";

const byId = (id) => document.getElementById(id);
const board = () => byId("board");
const cardOf = (id) => byId(`d${id}`);
const idOf = (card) => Number(card.id.slice(1));
const columnOf = (element) => element.closest(".column");
const listOf = (stage) => board()?.querySelector(`.column[data-stage="${stage}"] > ol`);
const address = (id, noun, more = "") => {
  const query = new URLSearchParams(board().dataset.query);
  query.set("board", board().dataset.pipeline);
  return `/deals/${id}/${noun}/?${query}${more}`;
};
const token = () => JSON.parse(document.body.getAttribute("hx-headers"));

async function ask(url, body) {
  const headers = { "HX-Request": "true", ...(body ? token() : {}) };
  try {
    const answer = await fetch(url, { method: body ? "POST" : "GET", headers, body });
    const away = answer.headers.get("HX-Redirect");
    if (away) location.assign(away);
    return { answer, html: away ? "" : await answer.text() };
  } catch {
    document.dispatchEvent(new CustomEvent("htmx:sendError"));
    return { answer: null, html: "" };
  }
}

// ---- moving

export async function move(card, stage) {
  const id = idOf(card);
  const from = Number(card.dataset.s);
  const before = { list: card.parentElement, next: card.nextElementSibling };
  if (from === Number(stage)) return;
  const had = card.contains(document.activeElement);
  listOf(stage).prepend(card);
  if (had) card.focus();
  card.classList.add("busy");
  const body = new URLSearchParams({ stage, version: card.dataset.v });
  await send(address(id, "stage"), body, () => {
    const isOurs = card.contains(document.activeElement);
    card.classList.remove("busy");
    before.list.insertBefore(card, before.next?.isConnected ? before.next : null);
    if (isOurs) card.focus();
  });
}

async function send(url, body, takeBack) {
  const { answer, html } = await ask(url, body);
  const next = answer?.headers.get("HX-Location");
  if (next) {
    const { path, target, swap } = JSON.parse(next);
    return htmx.ajax("GET", path, { target, swap });
  }
  if (answer?.ok) {
    byId("dialog").close();
    return put(html);
  }
  takeBack?.();
  if (!answer) return;
  if (answer.headers.get("HX-Retarget") === "#dialog") return say(html);
  put(html);
  // Somebody else was quicker: show how the deal stands now.
  const id = url.match(/\/deals\/(\d+)\//)?.[1];
  if (answer.status === 409 && id) freshen(Number(id));
}

function say(html) {
  const dialog = byId("dialog");
  dialog.innerHTML = html;
  htmx.process(dialog);
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector("[aria-invalid='true'], [autofocus]") ?? dialog.querySelector("input:not([type='hidden'])"))?.focus();
}

// ---- what an answer holds finds its place by its id

function put(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  for (const element of [...box.content.children]) {
    if (element.matches(".deal, [data-gone]")) putCard(element);
    else if (element.matches(".tally")) byId(element.id)?.replaceWith(element);
    else showToast(element.matches(".toast") ? element : element.querySelector(".toast"));
  }
}

function putCard(card) {
  const present = cardOf(idOf(card));
  if (card.matches("[data-gone]")) return present?.remove();
  const list = listOf(card.dataset.s);
  if (!list) return present?.remove();
  const column = columnOf(list);
  if (column.matches(".closed:not(.open)")) return present?.remove();
  if (present?.parentElement === list) {
    const had = present.contains(document.activeElement);
    const isMoved = present.dataset.v !== card.dataset.v;
    card.tabIndex = present.tabIndex;
    present.replaceWith(card);
    if (had) card.focus({ preventScroll: true });
    if (isMoved) card.classList.add("came");
  } else {
    const had = present?.contains(document.activeElement);
    present?.remove();
    list.prepend(card);
    card.classList.add("came");
    if (had) card.focus();
  }
}

function showToast(toast) {
  if (!toast) return;
  toast.dataset.ends = "";
  byId("toasts").append(toast);
  setTimeout(() => toast.remove(), 12000);
}

// A dialog's form and "move back" belong to the board while it is on the page; elsewhere htmx answers them.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("#move-form");
  if (!form || !board()) return;
  event.preventDefault();
  event.stopPropagation();
  send(form.getAttribute("action"), new URLSearchParams(new FormData(form, event.submitter)));
}, true);

document.addEventListener("click", (event) => {
  const back = event.target.closest("[data-undo]");
  if (back && board()) {
    event.preventDefault();
    event.stopPropagation();
    send(back.getAttribute("hx-post"), new URLSearchParams(JSON.parse(back.getAttribute("hx-vals"))));
    back.closest(".toast").remove();
  }
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    opener.setAttribute("aria-expanded", "true");
    columnOf(opener).classList.add("open");
    opener.remove();
  }
}, true);

// ---- by keyboard: arrows walk, Enter or Space asks where to

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.(".board .deal");
  if (!card || event.target !== card || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    openMenu(card);
    return;
  }
  const to = neighbour(card, event.key);
  if (!to) return;
  event.preventDefault();
  card.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
  to.scrollIntoView({ block: "nearest", inline: "nearest" });
});

function neighbour(card, key) {
  if (key === "ArrowDown") return next(card, "nextElementSibling");
  if (key === "ArrowUp") return next(card, "previousElementSibling");
  const sideways = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[key];
  if (!sideways) return null;
  const top = card.getBoundingClientRect().top;
  for (let column = columnOf(card)[sideways]; column; column = column[sideways]) {
    const cards = [...column.querySelectorAll(".deal")];
    if (cards.length) return cards.find((one) => one.getBoundingClientRect().bottom > top) ?? cards.at(-1);
  }
  return null;
}

function next(card, way) {
  let one = card[way];
  while (one && !one.matches(".deal")) one = one[way];
  return one;
}

function openMenu(card) {
  closeMenu();
  const menu = Object.assign(document.createElement("div"), { className: "moves", id: "moves" });
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", board().dataset.moveWord);
  menu.append(item(board().dataset.openWord, () => card.querySelector("a").click()));
  if (!card.matches(".fixed")) {
    menu.append(Object.assign(document.createElement("span"), { className: "small muted", textContent: board().dataset.moveWord, role: "presentation" }));
    for (const column of board().querySelectorAll(".column")) {
      if (column === columnOf(card)) continue;
      const choice = item(column.querySelector("h2").textContent, () => {
        card.focus();
        move(card, column.dataset.stage);
      });
      choice.prepend(column.querySelector(".dot").cloneNode());
      menu.append(choice);
    }
  }
  byId("main").append(menu);
  const place = card.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(place.left + 16, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(place.top + 24, innerHeight - menu.offsetHeight - 8))}px`;
  menu.addEventListener("keydown", (event) => walkMenu(event, menu, card));
  menu.addEventListener("focusout", ({ relatedTarget }) => { if (!menu.contains(relatedTarget)) closeMenu(); });
  menu.querySelector("button").focus();
}

function item(text, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", role: "menuitem", textContent: text });
  button.addEventListener("click", () => { closeMenu(); act(); });
  return button;
}

function walkMenu(event, menu, card) {
  const items = [...menu.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) items[(to + items.length) % items.length].focus();
  else if (event.key === "Escape" || event.key === "Tab") { closeMenu(); card.focus(); }
  else return;
  event.preventDefault();
  event.stopPropagation();
}

// Its id goes first: taking away what has the focus closes the menu a second time.
function closeMenu() {
  const menu = byId("moves");
  menu?.removeAttribute("id");
  menu?.remove();
}

// ---- what others did

const changed = new Map(); // deal → the stage that it left
const TOO_MANY = 25;
let hasOtherColumns = false;
let soon = null;
const isBehind = () => changed.size > 0 || hasOtherColumns;

document.body.addEventListener("live:deal", ({ detail }) => {
  if (!board()) return;
  changed.set(detail.id, detail.left ?? changed.get(detail.id));
  later();
});
document.body.addEventListener("live:problem", ({ detail }) => {
  if (!cardOf(detail.id)) return;
  changed.set(detail.id, changed.get(detail.id));
  later();
});
document.body.addEventListener("live:many-problem", () => {
  hasOtherColumns = true;
  later();
});
document.body.addEventListener("live:pipeline", ({ detail }) => {
  if (detail.id !== Number(board()?.dataset.pipeline)) return;
  hasOtherColumns = true;
  later();
});
document.body.addEventListener("live:client", ({ detail }) => {
  for (const card of board()?.querySelectorAll(`[data-c="${detail.id}"]`) ?? []) changed.set(Number(card.id.slice(1)), undefined);
  if (changed.size) later();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden && isBehind()) later(); });
whenDropped(() => { if (isBehind()) later(); });

function later() {
  soon ??= setTimeout(catchUp, 120);
}

function catchUp() {
  soon = null;
  // Nothing moves under the hand of somebody who is dragging; nobody looks at a hidden page.
  if (!board() || document.hidden || isDragging()) return;
  const batch = [...changed];
  const redraw = hasOtherColumns || batch.length > TOO_MANY;
  changed.clear();
  hasOtherColumns = false;
  if (redraw) htmx.trigger(board(), "live:again");
  else for (const [id, left] of batch) freshen(id, left);
}

async function freshen(id, left) {
  const seen = cardOf(id)?.dataset.s;
  const { answer, html } = await ask(address(id, "card", `&left=${left ?? seen ?? ""}`));
  if (!answer?.ok || !board()) return;
  if (isDragging()) changed.set(id, left);
  else put(html);
}

startDragging({ move });
