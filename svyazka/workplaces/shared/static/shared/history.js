// A history follows what happens, line by line: a call that rang is shown to have ended, and earlier lines that were
// opened stay. Loaded once; the page's body comes and goes.
const list = () => document.querySelector(".timeline[data-history]");
let waiting = null;

for (const happened of ["live:interaction", "live:call"]) document.body.addEventListener(happened, ({ detail }) => {
  const [kind, number] = list()?.dataset.of.split("-") ?? [];
  if (detail[kind] === Number(number)) later();
});
document.body.addEventListener("live:missed", later);

function later() {
  waiting ??= setTimeout(renew, 150);
}

async function renew() {
  waiting = null;
  const shown = list();
  if (!shown) return;
  const answer = await fetch(shown.dataset.history, { headers: { "HX-Request": "true" } }).catch(() => null);
  // The house starts again, or is busy.
  if (!answer || answer.status >= 500) return setTimeout(later, 2000);
  if (!answer.ok || !shown.isConnected) return;
  const box = document.createElement("template");
  box.innerHTML = await answer.text();
  for (const line of [...box.content.querySelectorAll("li[id]")].reverse()) {
    const before = document.getElementById(line.id);
    const whole = before?.querySelector(".said[data-whole]");
    if (whole) line.querySelector(".said")?.replaceWith(whole.cloneNode(true));
    if (!before) shown.prepend(line);
    else if (drawn(before) !== drawn(line)) exchange(before, line);
    else continue;
    htmx.process(line);
  }
  if (shown.querySelector("li[id]")) shown.querySelector(".nothing")?.remove();
}

// A recording that is open, and may be playing, is no difference, and goes on in the line that takes the place.
function drawn(line) {
  const copy = line.cloneNode(true);
  copy.querySelector("call-recording")?.replaceChildren();
  return copy.innerHTML;
}

function exchange(before, line) {
  const player = line.querySelector("call-recording") && before.querySelector("call-recording");
  if (player) line.querySelector("call-recording").replaceWith(player);
  before.replaceWith(line);
}
