// Letters and arrows of the calendar's pages, and the jump to a day. Loaded once; the page's body comes and goes.
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (!document.querySelector(".calendar-head") || event.target.closest("input, textarea, select, [contenteditable], .map")) return;
  // By the key's place, so that T works in the Russian layout too.
  const link = document.querySelector(`[data-key="${event.code}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

document.addEventListener("change", ({ target }) => {
  if (target.form?.matches("[data-jump]") && target.value) target.form.requestSubmit();
});
