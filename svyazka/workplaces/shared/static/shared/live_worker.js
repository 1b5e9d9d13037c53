// One stream of events for all tabs of this browser. HTTP/1.1 allows six connections an origin: a stream per tab would use them up.
import { follow } from "./stream.js";

const ports = new Set();
let state = "";

function tell(message) {
  if (message.state) state = message.state;
  for (const port of ports) port.postMessage(message);
}

self.onconnect = ({ ports: [port] }) => {
  ports.add(port);
  port.onmessage = ({ data }) => (data === "bye" ? ports.delete(port) : ports.add(port));
  if (state) return port.postMessage({ state });
  state = "connecting";
  follow(tell);
};
