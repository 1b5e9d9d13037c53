// What somebody has typed and nobody has stored yet.
export function isTyped(input) {
  if (input.type === "hidden" || input.tagName === "BUTTON" || !input.name) return false;
  if (input.tagName === "SELECT") return input.selectedIndex !== chosenAtFirst(input);
  return input.type === "checkbox" || input.type === "radio" ? input.checked !== input.defaultChecked : input.value !== input.defaultValue;
}

// A form that came back with a fault holds what was typed as if it had always stood there.
export const isUnsaved = (form) => [...form.elements].some(isTyped) || Boolean(form.querySelector("[aria-invalid='true'], .wrong"));

// Where none is marked, the browser chooses the first.
const chosenAtFirst = ({ options }) => Math.max(0, [...options].findIndex((option) => option.defaultSelected));
