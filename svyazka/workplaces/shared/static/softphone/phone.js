// The phone in the frame of every page, for those who call out of the browser.
import { allow } from "./devices.js";
import { share } from "./holding.js";
import { View } from "./view.js";

const box = document.getElementById("softphone");
const { person } = document.body.dataset;
let shown = { line: "connecting", microphone: "", fault: "", calls: [] };

// Without https (or this machine's own address) a browser gives away neither the microphone nor the lock.
if (!navigator.locks) new View(box, () => {}).draw({ ...shown, line: "insecure" });
else begin();

function begin() {
  const view = new View(box, order);
  const give = share(`softphone-${person}`, { takeUp: hold, hear });

  function hear(state) {
    shown = state;
    view.draw(state);
  }

  async function order(what) {
    // By the click of whoever looks at this tab, before another tab uses it.
    if (["dial", "answer", "consult"].includes(what.what)) await allow().catch(() => {});
    give(what);
  }

  listen(order);
}

// Only the tab that holds the phone loads what speaks with the PBX.
function hold(tell) {
  const line = import("./line.js").then(({ Line }) => new Line({ person, address: box.dataset.access, tell }));
  return { obey: (order) => line.then((phone) => phone.obey(order)), tell: () => line.then((phone) => phone.tell()) };
}

// What other parts of the page ask for; whoever has it done says so by preventDefault().
function listen(order) {
  const talk = () => shown.calls.find(({ state, consults }) => state === "talking" && !consults);
  const ready = (event) => shown.line === "ready" && !event.preventDefault();
  // First whether this browser speaks itself, and when the house has let the number be rung, which one.
  addEventListener("svyazka:softphone", ready, true);
  addEventListener("svyazka:dial", (event) => ready(event) && order({ what: "dial", number: event.detail.number }), true);
  addEventListener("svyazka:transfer", (event) => {
    const call = talk();
    if (!call) return;
    event.preventDefault();
    order({ what: event.detail.way === "attended" ? "consult" : "blind", id: call.id, number: event.detail.number });
  }, true);
  // On a machine that several people share, the next one does not find whom this one rang.
  document.addEventListener("submit", ({ target }) => {
    if (new URL(target.action).pathname !== "/logout/") return;
    order({ what: "end" });
    localStorage.removeItem(`softphone-rung-${person}`);
  });
}
