// The bell on top: its panel, the number in the title of the tab, and a toast in the tab that the person looks at.
const bell = () => document.getElementById("bell");

export function ringBell() {
  if (!bell()) return;
  const panel = document.getElementById("notices-latest");
  const ask = () => htmx.ajax("GET", panel.dataset.latest, { target: panel });

  panel.parentElement.addEventListener("toggle", () => panel.parentElement.open && ask());
  panel.addEventListener("click", ({ target }) => { if (target.closest("a")) panel.parentElement.open = false; });
  document.body.addEventListener("calm:notice", () => panel.parentElement.open && ask());

  document.body.addEventListener("live:notice", ({ detail }) => {
    if (detail.read || detail.elsewhere || document.hidden) return;
    newest = detail.id;
    toast();
  });

  // The title comes with each page, the number with the bell.
  new MutationObserver(markTitle).observe(document.head, { childList: true, subtree: true, characterData: true });
  document.body.addEventListener("htmx:afterSettle", markTitle);
  markTitle();
}

// Nobody reads more at a rush than three in ten seconds, and then only the newest; the bell has them all.
const MOST = 3;
const WHILE = 10_000;
let lately = []; // when toasts were shown
let newest = null;
let waits = false; // for an answer, or for its turn

async function toast() {
  if (waits || newest === null) return;
  const now = Date.now();
  lately = lately.filter((shown) => shown > now - WHILE);
  waits = true;
  if (lately.length < MOST) {
    const id = newest;
    newest = null;
    lately.push(now);
    await htmx.ajax("GET", `/notices/${id}/toast/`, { target: "#toasts", swap: "beforeend" }).catch(() => {});
  } else await new Promise((done) => setTimeout(done, lately[0] + WHILE - now));
  waits = false;
  toast();
}

function markTitle() {
  const unread = Number(bell()?.dataset.unread ?? 0);
  const plain = document.title.replace(/^\(\d+\+?\) /, "");
  const marked = unread ? `(${unread > 99 ? "99+" : unread}) ${plain}` : plain;
  if (document.title !== marked) document.title = marked;
}
