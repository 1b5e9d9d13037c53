// Notices on this device: the browser is asked once, by a click, and says where it is reached.
const box = () => document.getElementById("push");

document.addEventListener("click", ({ target }) => target.closest?.("[data-push-on]") && switchOn(target.closest("button")));
document.addEventListener("submit", ({ target }) => target.matches("[data-push-off]") && forget());

async function switchOn(button) {
  box().querySelectorAll("[data-push-said]").forEach((one) => (one.hidden = true));
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return say("impossible");
  button.disabled = true;
  try {
    if ((await Notification.requestPermission()) !== "granted") return say("denied");
    const answer = await tell(await subscription());
    if (!answer.ok) throw new Error(answer.status);
    htmx.ajax("GET", location.pathname, { target: "#main", select: "#main", swap: "outerHTML" });
  } catch {
    say("failed");
  } finally {
    button.disabled = false;
  }
}

async function subscription() {
  const registered = await navigator.serviceWorker.register(box().dataset.pushWorker);
  await active(registered);
  const known = await registered.pushManager.getSubscription();
  return known ?? registered.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: box().dataset.pushKey });
}

const active = ({ active, installing, waiting }) => active || new Promise((done) => {
  const worker = installing ?? waiting;
  worker.addEventListener("statechange", () => worker.state === "activated" && done());
});

function tell(given) {
  const { endpoint, keys } = given.toJSON();
  const body = new URLSearchParams({ endpoint, key: keys.p256dh, auth: keys.auth });
  return fetch(box().dataset.pushAdd, { method: "POST", body, headers: JSON.parse(document.body.getAttribute("hx-headers")) });
}

async function forget() {
  const registered = await navigator.serviceWorker?.getRegistration(box().dataset.pushWorker);
  await (await registered?.pushManager.getSubscription())?.unsubscribe();
}

function say(what) {
  box().querySelector(`[data-push-said="${what}"]`).hidden = false;
}
