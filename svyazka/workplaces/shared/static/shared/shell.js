// The frame around every page: it survives navigation, so that events and a call outlive a click on a link.
import { awaitCards, dialByClick, mayTakeFocus, tendCards } from "./calls.js";
import { leaveDialog } from "./forms.js";
import { FRESH, listen } from "./live.js";
import { ringBell } from "./notices.js";
import { searchByKeyboard } from "./search.js";
import { markSideways } from "./sideways.js";
import "./ticking.js";

const byId = (id) => document.getElementById(id);

// Links replace only <main>.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.boosted || detail.target !== document.body) return;
  detail.target = byId("main");
  detail.swapOverride = "outerHTML show:window:top";
});

// Calls that go on are asked for once, and meanwhile one may have rung: each card once, and none lost.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "call-cards") return;
  const box = document.createElement("template");
  box.innerHTML = detail.serverResponse;
  for (const card of box.content.querySelectorAll(".call-card")) if (byId(card.id)) card.remove();
  detail.serverResponse = box.innerHTML;
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id === "dialog" && detail.target.innerHTML.trim() && !detail.target.open) open(detail.target);
  if (detail.boosted || detail.elt?.id === "main") markRoom();
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.boosted) byId("main")?.focus({ preventScroll: true });
  const first = detail.elt?.querySelector?.("[autofocus]");
  // Once: what stays on the page while other parts of it are renewed must not take the focus back.
  // In a dialog that is still closed nothing can be focused; it is when it opens.
  if (!first || first.closest("dialog:not([open])")) return;
  if (mayTakeFocus(first)) first.focus();
  first.removeAttribute("autofocus");
});

// Back in the browser's history: the page is drawn again, and where that is refused it says why by itself.
// Of two steps in quick succession the answer to the first may come last.
document.addEventListener("htmx:historyRestore", ({ detail }) => {
  if (detail.path === location.pathname + location.search) markRoom();
  else location.reload();
});
document.addEventListener("htmx:historyCacheMissLoadError", () => location.reload());

// The address follows pages, not refusals: what was posted and refused has none to come back to. Nor does it follow
// an answer that comes when its part of the page has gone.
document.addEventListener("htmx:beforeHistoryUpdate", ({ detail }) => {
  const refused = detail.xhr.status >= 400 && detail.requestConfig.verb !== "get";
  if (refused || !detail.elt.isConnected) Object.assign(detail.history, { type: "replace", path: location.pathname + location.search });
});

// What keeps itself fresh tries again by itself, and the light says that the connection is lost.
// Of what a page asks by itself nobody needs to hear; the pages of those on the road say it at their top.
document.addEventListener("htmx:sendError", ({ detail }) => detail.elt === document.body || detail.elt.matches(FRESH) || toast(document.body.dataset.noConnection, "bad"));

// Sent by the server in HX-Trigger.
document.addEventListener("dialog:close", () => byId("dialog").close());
document.addEventListener("toast", ({ detail }) => toast(detail.message ?? detail.value, detail.tone));

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target.closest("[data-close]")) close(target);
  const copy = target.closest("[data-copy]");
  if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => toast(copy.dataset.copied || copy.dataset.copy));
  document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(target)) menu.open = false; });
  if (target === byId("dialog")) leaveDialog(target);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => (menu.open = false));
});

function close(target) {
  const told = target.closest(".toast, .call-card");
  if (told) putAway(told, target);
  else target.closest("dialog")?.close();
}

// What the answer to its button announces is heard only through something that is still in the page.
function putAway(told, target) {
  if (target.closest("[data-undo]")) told.hidden = true;
  else told.remove();
}

function open(dialog) {
  dialog.showModal(); // focuses what asks for it
  dialog.querySelector("[autofocus]")?.removeAttribute("autofocus");
}

function markRoom() {
  for (const link of document.querySelectorAll(".rail nav a")) {
    if (link.dataset.under.split(" ").some((under) => location.pathname.startsWith(under))) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  markSideways();
}

function toast(message, tone = "good") {
  const box = document.createElement("div");
  box.className = `toast ${tone}`;
  const icon = document.querySelector("svg.icon")?.cloneNode(true) ?? document.createElement("span");
  const drawn = icon.querySelector("use");
  drawn?.setAttribute("href", drawn.getAttribute("href").replace(/#.*/, tone === "bad" ? "#warning" : "#check"));
  box.append(icon, Object.assign(document.createElement("p"), { textContent: message }));
  byId("toasts").append(box);
}

function forgetToasts() {
  if (byId("dialog").open) document.querySelectorAll("#toasts > .toast.bad:not([data-ends])").forEach(sayInDialog);
  for (const shown of document.querySelectorAll(".toast:not([data-ends])")) {
    shown.dataset.ends = "";
    // What went wrong or was asked takes longer to read, and what can be taken back needs time to be noticed.
    setTimeout(() => shown.remove(), shown.matches(".bad, .notice, :has([data-undo])") ? 12000 : 5000);
  }
}

// Behind an open dialog nobody reads what was refused, nor can close it.
function sayInDialog(refused) {
  document.querySelector("#dialog > .toast")?.remove();
  refused.dataset.ends = "";
  byId("dialog").append(refused);
  refused.scrollIntoView({ block: "nearest" });
}

new MutationObserver(forgetToasts).observe(byId("toasts"), { childList: true });
forgetToasts();
searchByKeyboard();
markSideways();
ringBell();
dialByClick();
tendCards();
awaitCards();
listen();
