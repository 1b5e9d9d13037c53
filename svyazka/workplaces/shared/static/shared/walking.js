// A list from the keyboard: J and K walk through its rows, Enter opens (the focus is on the row's [data-open]), further
// keys click what they stand for in the chosen row: walk("#queue-now", { KeyT: "[data-take]" }).
// By the place of the key, so that it works in the Russian layout too.
export function walk(list, keys) {
  const rows = () => [...document.querySelectorAll(`${list} [data-row]`)].filter((row) => row.checkVisibility());
  const chosen = (all) => all.findIndex((row) => row.contains(document.activeElement));
  const choose = (row) => row?.querySelector("[data-open]")?.focus();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
    const all = rows();
    if (!all.length) return;
    const at = chosen(all);
    if (event.code === "KeyJ" || event.code === "KeyK") {
      event.preventDefault();
      const step = event.code === "KeyJ" ? 1 : -1;
      choose(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))]);
    } else if (keys[event.code] && at >= 0) {
      event.preventDefault();
      all[at].querySelector(keys[event.code])?.click();
    }
  });

  // The chosen row has gone: the choice goes on to the one that stands in its place. So it does after a dialog, which
  // gives the focus back to a row that may be there no more.
  let was = null;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (`#${detail.target?.id}` !== list) return;
    const at = chosen(rows());
    was = at < 0 ? null : { at, id: document.activeElement.id };
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (`#${detail.target?.id}` !== list || !was) return;
    const all = rows();
    const same = was.id ? document.getElementById(was.id) : null;
    const next = all[Math.min(was.at, all.length - 1)]?.querySelector("[data-open]");
    (same?.checkVisibility() ? same : next)?.focus({ preventScroll: true }); // what is done may be folded away
    was = null;
  });
}
