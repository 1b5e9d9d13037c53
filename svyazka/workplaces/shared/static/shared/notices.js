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
    htmx.ajax("GET", `/notices/${detail.id}/toast/`, { target: "#toasts", swap: "beforeend" });
  });

  // The title comes with each page, the number with the bell.
  new MutationObserver(markTitle).observe(document.head, { childList: true, subtree: true, characterData: true });
  document.body.addEventListener("htmx:afterSettle", markTitle);
  markTitle();
}

function markTitle() {
  const unread = Number(bell()?.dataset.unread ?? 0);
  const plain = document.title.replace(/^\(\d+\+?\) /, "");
  const marked = unread ? `(${unread > 99 ? "99+" : unread}) ${plain}` : plain;
  if (document.title !== marked) document.title = marked;
}
