// Numbers are rung by a click wherever they stand, and the cards of calls: folded, from the keyboard, each once.
const cards = () => document.getElementById("call-cards");
const typing = (element) => element?.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

export function dialByClick() {
  // The browser speaks itself if somebody says so by preventing this event's default (the softphone).
  const speaks = () => !document.dispatchEvent(new CustomEvent("svyazka:softphone", { cancelable: true }));

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='tel:']");
    if (!link || !document.body.dataset.dials || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const deal = link.closest("[data-of-deal]")?.dataset.ofDeal ?? "";
    dial(link.getAttribute("href").slice(4), deal, { softphone: speaks() });
  });

  function dial(number, deal, { softphone }) {
    const values = { number, deal, click: crypto.randomUUID?.() ?? String(Math.random()), ...(softphone && { softphone: "1" }) };
    htmx.ajax("POST", "/calls/out/", { target: "#call-cards", swap: "beforeend", values });
  }

  // Nobody took it after all: the desk phone.
  document.addEventListener("svyazka:dial", (event) => {
    setTimeout(() => event.defaultPrevented || dial(event.detail.number, event.detail.deal ?? "", { softphone: false }));
  });
  // No phone that the house could ring with: the machine's own program.
  document.addEventListener("dial:plain", ({ detail }) => location.assign(`tel:${detail.number}`));
}

export function tendCards() {
  if (!cards()) return;
  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(tend))).observe(cards(), { childList: true });

  document.addEventListener("click", ({ target }) => {
    const card = target.closest?.("[data-fold]")?.closest(".call-card");
    if (card) remember(card, card.classList.toggle("folded"));
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.key === "F2" && cards().lastElementChild) {
      event.preventDefault();
      cards().lastElementChild.focus();
    }
    const card = !typing(event.target) && event.target.closest?.(".call-card");
    const button = card && /^Digit[1-9]$/.test(event.code) && card.querySelector(`[data-key="${event.code.slice(5)}"]:enabled`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  // Drawn anew, the card keeps the focus; and it does not go away under somebody's hands.
  let held = null;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const card = detail.target.closest?.(".call-card");
    if (card?.contains(document.activeElement) && !typing(document.activeElement)) held = card.id;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const card = held && document.getElementById(held);
    held = null;
    if (card && document.activeElement === document.body) card.focus({ preventScroll: true });
  });

  // The comment is in the task now; it is none for the next colleague.
  document.addEventListener("call:task-left", ({ detail }) => {
    const card = document.getElementById(detail.card);
    const comment = document.getElementById(`${detail.card}-comment`);
    if (comment) comment.value = "";
    if (card?.dataset.leaves) leaveLater(card, SAVED);
  });
}

// A phone that rings here shows its card by itself. What happens while the card is on its way stands in none of its lines.
const awaited = new Map(); // call → the number of that news, and whether something has happened since

export function awaitCards() {
  document.body.addEventListener("live:call", ({ detail: { id, number, to_me } }) => {
    const known = awaited.get(id);
    if (known) known.isPast ||= number > known.number;
    if (!to_me || known || document.getElementById(`call-${id}`)) return;
    awaited.set(id, { number, isPast: false });
    htmx.ajax("GET", `/calls/${id}/card/`, { target: "#call-cards", swap: "beforeend" }).finally(() => came(id));
  });

  function came(id) {
    const card = document.getElementById(`call-${id}`);
    if (awaited.get(id).isPast && card) htmx.trigger(card, "live:again");
    awaited.delete(id);
  }
}

const SAVED = 4; // seconds for which what was saved is still to be seen
const ASKED_AGAIN = 5;
const isWrittenIn = (card) => [...card.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value !== field.defaultValue || field.matches("[aria-invalid]"));
// The form of a call that was missed has the focus because nobody was there.
const isTypedIn = (card) => !card.matches(".missed") && card.contains(document.activeElement) && typing(document.activeElement);
const isAtHand = (card) => isTypedIn(card) || (card.dataset.leaves > SAVED && card.matches(":hover"));

// A card that is over goes away by itself, but not with what somebody writes or is about to click. It asks first:
// the call may have come back.
function leaveLater(card, seconds) {
  setTimeout(() => {
    if (!card.isConnected) return;
    if (isWrittenIn(card) || isAtHand(card)) return leaveLater(card, ASKED_AGAIN);
    htmx.ajax("GET", `${card.getAttribute("hx-get")}?leave=1`, { source: card, target: card, swap: "outerHTML" });
  }, seconds * 1000);
}

// Whoever is writing or speaking with another client goes on with that; F2 leads to the card.
export function mayTakeFocus(field) {
  const card = field.closest(".call-card");
  if (!card || card.contains(document.activeElement)) return true;
  return !typing(document.activeElement) && ![...cards().querySelectorAll(".call-card.talking")].some((one) => one !== card);
}

const FOLDED = "svyazka:folded-cards";
const folded = () => new Set(JSON.parse(sessionStorage.getItem(FOLDED) ?? "[]"));

function remember(card, isFolded) {
  const all = folded();
  all[isFolded ? "add" : "delete"](card.id);
  sessionStorage.setItem(FOLDED, JSON.stringify([...all].slice(-20)));
  card.querySelector("[data-fold]")?.setAttribute("aria-expanded", String(!isFolded));
}

function tend(card) {
  if (!card.matches?.(".call-card")) return;
  if (card.dataset.leaves) leaveLater(card, card.dataset.leaves);
  if (folded().has(card.id)) {
    card.classList.add("folded");
    card.querySelector("[data-fold]")?.setAttribute("aria-expanded", "false");
  }
  // The call that a click has begun takes the place of the click's own card.
  const before = card.dataset.instead && document.getElementById(card.dataset.instead);
  if (before) before.remove();
  if (document.querySelector(`[data-instead="${card.id}"]`)) card.remove();
  // What is over, and nobody is at, makes room for what came later: a line for each.
  for (const one of cards().querySelectorAll(":is(.missed, .finished, .unreached):has(~ .call-card):not(.folded)"))
    if (!isWrittenIn(one) && !isTypedIn(one)) remember(one, one.classList.toggle("folded"));
}
