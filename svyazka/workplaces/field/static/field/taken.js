// On the page of a day: what was taken from clients and has not arrived yet.
import { kopecks, said } from "./money.js";
import { laid } from "./shown.js";

for (const name of ["field:queued", "field:told", "field:state", "htmx:afterSettle"]) document.addEventListener(name, draw);
draw();

async function draw() {
  const box = document.querySelector("[data-taken]");
  if (!box) return;
  const me = Number(document.body.dataset.person);
  const rows = await laid().catch(() => []);
  const own = rows.filter((row) => row.kind === "payment" && dayOf(row.at) === box.dataset.taken && Number(row.data.hands || me) === me);
  const line = box.querySelector("[data-taken-unsent]");
  line.hidden = !own.length;
  line.querySelector("[data-sum]").textContent = said(own.reduce((sum, { data }) => sum + (kopecks(data.amount) ?? 0), 0));
  if (own.length) box.hidden = false;
  else box.hidden = !box.querySelector("li");
}

const dayOf = (at) => new Date(at).toLocaleDateString("sv-SE"); // as in an address
