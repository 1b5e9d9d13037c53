// What is being built is seen at once: the frame asks for it anew, with all that stands in the form.
const form = document.querySelector("form[data-preview]");
const frame = document.getElementById("preview");
let pending = 0;

const draft = () => {
  const given = new URLSearchParams(new FormData(form));
  given.delete("csrfmiddlewaretoken");
  return `${form.dataset.preview}?${given}`;
};
// Not into the history: "back" leaves this page, whatever was tried on it.
const show = () => frame.contentWindow.location.replace(draft());

form.addEventListener("input", () => { clearTimeout(pending); pending = setTimeout(show, 300); });
for (const button of document.querySelectorAll(".shown-on [data-width]")) button.addEventListener("click", () => {
  for (const one of button.parentElement.children) one.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
  frame.parentElement.classList.toggle("phone", button.dataset.width === "phone");
});
if (form.querySelector("[aria-invalid]")) show();
