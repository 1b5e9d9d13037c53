// One stream of events for all tabs of this browser. HTTP/1.1 allows six connections an origin: a stream per tab would use them up.
const ports = new Set();
let source = null;
let state = "connecting";

function tell(message) {
  for (const port of ports) port.postMessage(message);
}

function connect() {
  source = new EventSource("/live/");
  source.onopen = () => {
    // What happened between the drawing of the first page and now was told to nobody.
    if (state === "connecting") tell({ reload: true });
    tell({ state: (state = "open") });
  };
  source.onerror = () => {
    tell({ state: (state = "lost") });
    // The browser reconnects by itself, except after a refusal (an ended session).
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000 + Math.random() * 5000);
  };
  source.addEventListener("live", (event) => tell({ event: JSON.parse(event.data) }));
  source.addEventListener("reload", () => tell({ reload: true }));
}

self.onconnect = ({ ports: [port] }) => {
  ports.add(port);
  port.onmessage = ({ data }) => (data === "bye" ? ports.delete(port) : ports.add(port));
  port.postMessage({ state });
  if (!source) connect();
};
