// In a task's dialog: a suggestion, or a time that is offered, fills the form.
document.addEventListener("click", ({ target }) => {
  const offered = target.closest("[data-fill]");
  const form = offered?.closest("form");
  if (!form) return;
  for (const name of ["what", "kind", "day", "hour"]) {
    if (!(name in offered.dataset)) continue;
    form.elements[name].value = offered.dataset[name];
    (form.elements[name][0] ?? form.elements[name]).dispatchEvent(new Event("input", { bubbles: true }));
  }
});
