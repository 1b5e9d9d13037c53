// What others did, as events on <body>: `live:deal` and `live:deal-17`, so that fragments keep themselves fresh.
const light = () => document.getElementById("live-light");

export function listen() {
  if (!document.body.dataset.person) return;
  if (window.SharedWorker) {
    const { port } = new SharedWorker(document.body.dataset.liveWorker);
    port.onmessage = ({ data }) => hear(data);
    window.addEventListener("pagehide", () => port.postMessage("bye"));
    // Out of the browser's back and forward cache: a page of some time ago.
    window.addEventListener("pageshow", ({ persisted }) => {
      if (!persisted) return;
      port.postMessage("back");
      hear({ reload: true });
    });
  } else {
    const source = new EventSource("/live/");
    source.onopen = () => hear({ state: "open" });
    source.onerror = () => hear({ state: "lost" });
    source.addEventListener("live", (event) => hear({ event: JSON.parse(event.data) }));
    source.addEventListener("reload", () => hear({ reload: true }));
  }
}

function hear({ state, event, reload }) {
  if (state) light()?.classList.toggle("lost", state === "lost");
  // Away for longer than the events are kept: every fragment that lives asks again.
  if (reload) document.querySelectorAll("[hx-trigger*='live:']").forEach((fragment) => htmx.trigger(fragment, "live:again"));
  if (!event) return;
  const { topic, id } = event;
  document.body.dispatchEvent(new CustomEvent(`live:${topic}`, { detail: event }));
  document.body.dispatchEvent(new CustomEvent(`live:${topic}-${id}`, { detail: event }));
  if (topic !== "interaction") return;
  // A history does not know the numbers of what will happen: `live:history-of-deal-17`.
  for (const whose of ["client", "deal"]) {
    const number = event[whose] ?? event.data?.[whose];
    if (number) document.body.dispatchEvent(new CustomEvent(`live:history-of-${whose}-${number}`, { detail: event }));
  }
}
