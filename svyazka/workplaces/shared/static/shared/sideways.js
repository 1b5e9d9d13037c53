// What scrolls sideways shows that it does: its edge fades where more stands behind it, and the current one is in sight.
const SCROLLING = ".rail nav, .tabs, .segments, [data-sideways]";
const seen = new WeakSet();
const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => mark(target)));

// Of the whole page, or only in and around the part of it that is new.
export function markSideways(part = document) {
  for (const box of [part.closest?.(SCROLLING), ...part.querySelectorAll(SCROLLING)]) {
    if (!box) continue;
    if (!seen.has(box)) resized.observe(box);
    seen.add(box);
    show(box, box.querySelector("[aria-current]"));
    mark(box);
  }
}

function mark(box) {
  const rest = box.scrollWidth - box.clientWidth - box.scrollLeft;
  box.classList.toggle("more-before", box.scrollLeft > 1);
  box.classList.toggle("more-after", rest > 1);
}

// Not scrollIntoView: that would move the page too.
function show(box, here) {
  if (!here || box.scrollWidth <= box.clientWidth) return;
  const [outer, inner] = [box.getBoundingClientRect(), here.getBoundingClientRect()];
  if (inner.left < outer.left || inner.right > outer.right)
    box.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
}

document.addEventListener("scroll", ({ target }) => { if (target.matches?.(SCROLLING)) mark(target); }, { capture: true, passive: true });
document.addEventListener("htmx:afterSettle", ({ detail }) => markSideways(detail.elt));
document.addEventListener("htmx:historyRestore", () => markSideways());
