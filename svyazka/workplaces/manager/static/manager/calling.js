// The calling list from the keyboard, and a turn that goes on while one talks and ends when the page is left. One set of
// listeners for the whole life of the shell.
const calling = () => document.getElementById("calling");
const card = () => document.getElementById("calling-card");
const within = (selector) => calling()?.querySelector(selector);

document.addEventListener("keydown", (event) => {
  if (!calling() || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  // By the place of the key, so that it works in the Russian layout too.
  const target = event.key === "?" || (event.code === "Slash" && event.shiftKey) ? help : clicked(event.code);
  if (!target) return;
  event.preventDefault();
  target();
});

function clicked(code) {
  const button =
    code === "KeyD" ? within("[data-dial]")
    : code === "KeyZ" ? [...document.querySelectorAll("#toasts [data-undo]")].at(-1)
    : (within(`[data-key="${code}"]`) ?? (code === "KeyS" ? within("[data-next]") : null));
  return button && (() => (button.click(), unfolded(button.parentElement)));
}

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-keys-of-calling]")) help();
  // On a phone the page stands still while one talks: the turn has to outlast that.
  if (target.closest?.("#calling [data-dial]")) {
    card().dataset.rung = "1";
    const values = { ringing: "1", whose: within("[name=whose]").value };
    htmx.ajax("POST", `/calling/tasks/${card().dataset.task}/hold/`, { target: "#calling-who", swap: "outerHTML show:none", values });
  }
});

// What the telephone says of the call that was begun here is proposed; the person decides.
document.body.addEventListener("live:call", ({ detail }) => {
  if (!detail.ended || !card()?.dataset.rung || String(detail.deal) !== card().dataset.deal) return;
  delete card().dataset.rung;
  const heard = within("#calling-heard");
  heard.hidden = false;
  for (const said of heard.children) said.hidden = said.dataset.answered !== String(detail.answered);
  if (detail.answered) within("#calling-reached").open = true;
  else within('[data-key="Digit1"]')?.focus();
});

function help() {
  const dialog = document.getElementById("dialog");
  dialog.replaceChildren(document.getElementById("keys-of-calling").content.cloneNode(true));
  dialog.showModal();
}

// What unfolds is there to be typed into. The event comes a moment later than the first letters of whoever types fast.
const unfolded = (part) => {
  if (part?.open && part.closest("#calling")) part.querySelector("[data-first], .chips button, input:not([type=hidden])")?.focus();
};
document.addEventListener("toggle", ({ target }) => {
  const typed = target.querySelector?.(":focus:not(summary)");
  if (!typed) unfolded(target);
}, { capture: true });

// The deal was moved on: that was the last of this client.
document.addEventListener("dialog:close", () => within("[data-moving] [data-next]")?.click());

// Left by a link, or closed: whoever presses next gets the client at once instead of after some minutes.
const leave = () => card() && navigator.sendBeacon("/calling/leaving/", new FormData(document.getElementById("calling-leaving")));
window.addEventListener("pagehide", leave);
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id === "main" && detail.shouldSwap) leave();
});
