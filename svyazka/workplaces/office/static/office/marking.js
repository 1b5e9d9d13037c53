// Words that are marked in a letter go into the field whose button is pressed.

let marked = "";

document.addEventListener("selectionchange", () => {
  const chosen = document.getSelection();
  const letter = document.getElementById("letter");
  if (letter && chosen.rangeCount && letter.contains(chosen.anchorNode) && letter.contains(chosen.focusNode)) {
    marked = chosen.toString().trim();
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-takes]");
  if (!button) return;
  const field = button.form.elements[button.dataset.takes];
  if (marked) {
    field.value = marked;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  field.focus();
});
