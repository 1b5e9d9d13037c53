// A note that has been written down leaves its box empty for the next one.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt?.closest?.("form[data-clear]");
  if (form && detail.successful) form.reset();
});
