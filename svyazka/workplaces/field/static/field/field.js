// What was refused has been read when one goes on to something else.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.requestConfig.verb !== "get") document.querySelector("#photos > .wrong")?.remove();
});
