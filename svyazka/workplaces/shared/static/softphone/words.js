// Of the elements that say something, each in its words, the one that fits.
export function say(box, what, word) {
  for (const one of box.querySelectorAll(`[data-${what}]`)) one.hidden = !one.dataset[what].split(" ").includes(word);
}

export function spent(since) {
  const seconds = Math.max(0, Math.round((Date.now() - since) / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

// +7 916 123-45-67; others as they come.
export function readable(number) {
  return number.replace(/^(?:\+?7|8)(\d{3})(\d{3})(\d{2})(\d{2})$/, "+7 $1 $2-$3-$4");
}
