// Drawing on the photos of a visit: what is drawn goes into the queue of the phone, and lies over the photo at once.
import "../drawings/drawn.js";
import { Board } from "../drawings/board.js";
import { put } from "./queue.js";

// → what was drawn, once it is safe on the phone; nothing, when it was left as it was.
export async function drawOn({ address, visit, photo, before }) {
  const drawn = await board().open(address, before);
  if (!drawn) return null;
  const over = before?.number ?? 0;
  await put({ kind: "drawing", visit, data: { photo, over, drawing: drawn }, merge: `drawing ${photo}` });
  return { number: over, ...drawn };
}

let own; // outside of what is drawn anew when something has arrived: nobody's drawing goes with it

function board() {
  own ??= new Board(document.body.appendChild(document.getElementById("drawing-board")));
  return own;
}

document.addEventListener("htmx:afterSettle", () => own && document.querySelector("#main #drawing-board")?.remove());

// Of each photo the last that waits: over what the house has said.
export function layDrawings(part, rows) {
  const waiting = new Map(rows.filter(({ kind }) => kind === "drawing").map(({ data }) => [data.photo, data]));
  for (const shot of part.querySelectorAll("[data-shot]")) {
    const lines = shot.querySelector("photo-drawing");
    lines.dataset.first ??= lines.dataset.given ?? "";
    const own = waiting.get(shot.dataset.shot);
    const now = own ? JSON.stringify({ number: own.over, ...own.drawing }) : lines.dataset.first;
    if ((lines.dataset.given ?? "") !== now) lines.dataset.given = now;
  }
}

document.addEventListener("click", async ({ target }) => {
  const shot = target.closest?.("[data-draws]")?.closest("[data-shot]");
  if (!shot) return;
  const { given } = shot.querySelector("photo-drawing").dataset;
  try {
    await drawOn({
      address: shot.querySelector("img").src,
      visit: Number(shot.closest("[data-visit]").dataset.visit),
      photo: shot.dataset.shot,
      before: given ? JSON.parse(given) : null,
    });
  } catch (fault) {
    const what = fault.name === "QuotaExceededError" ? "full" : "broken";
    document.dispatchEvent(new CustomEvent("field:trouble", { detail: { what, name: "" } }));
  }
});
