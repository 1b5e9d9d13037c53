// Lines are put in another order by their handle, with the mouse, a finger, or the arrow keys.
export function orders(desk) {
  let lifted = null;
  let from = null;
  desk.addEventListener("keydown", (event) => {
    const line = event.target.closest(".handle")?.closest("[data-line]");
    const up = event.key === "ArrowUp";
    if (!line || !(up || event.key === "ArrowDown")) return;
    event.preventDefault();
    const list = line.parentElement;
    const lines = [...list.children];
    const place = lines.indexOf(line) + (up ? -1 : 1);
    if (place < 0 || place >= lines.length) return;
    desk.moved(line.dataset.line, list.dataset.list, place, lines.length);
  });
  desk.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".handle");
    if (!handle || event.button !== 0) return;
    lifted = handle.closest("[data-line]");
    from = { list: lifted.parentElement, next: lifted.nextElementSibling };
    handle.setPointerCapture(event.pointerId);
    lifted.classList.add("lifted");
  });
  desk.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (!lifted) return;
    const list = under(desk, lifted, clientX, clientY) ?? lifted.parentElement;
    const next = [...list.children].filter((one) => one !== lifted).find((one) => clientY < one.getBoundingClientRect().top + one.offsetHeight / 2) ?? null;
    if (next !== lifted.nextElementSibling || list !== lifted.parentElement) list.insertBefore(lifted, next);
  });
  for (const name of ["pointerup", "pointercancel"]) desk.addEventListener(name, () => {
    if (!lifted) return;
    const [line, list] = [lifted, lifted.parentElement];
    lifted.classList.remove("lifted");
    lifted = null;
    if (list === from.list && line.nextElementSibling === from.next) return;
    desk.moved(line.dataset.line, list.dataset.list, [...list.children].indexOf(line), list.children.length);
  });
}

// A field may go to another section.
function under(desk, line, x, y) {
  const [what] = line.parentElement.dataset.list.split(":");
  if (what !== "fields") return null;
  return [...desk.querySelectorAll("[data-list^='fields:']")].find((list) => {
    const box = list.getBoundingClientRect();
    return x >= box.left - 40 && x <= box.right && y >= box.top - 8 && y <= box.bottom + 8;
  });
}
