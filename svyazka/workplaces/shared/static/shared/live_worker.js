// One stream of events for all tabs of this browser. HTTP/1.1 allows six connections an origin: a stream per tab would use them up.
import { follow } from "./stream.js";

const KEPT = 200;
const ports = new Set();
const lately = []; // events for a tab that was drawn before they came and listens only now
let state = "";
let looking = null; // the tab in front

function tell(message) {
  if (message.state) state = message.state;
  if (message.event && lately.push(message) > KEPT) lately.shift();
  for (const port of ports) port.postMessage({ ...message, elsewhere: Boolean(looking) && port !== looking });
}

function welcome(port, heard) {
  if (!state) {
    state = "connecting";
    return follow(heard, tell);
  }
  port.postMessage({ state });
  for (const message of lately) if (message.number > heard) port.postMessage(message);
}

self.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => {
    if (data === "bye") {
      if (looking === port) looking = null;
      return ports.delete(port);
    }
    ports.add(port);
    if (data === "looking") looking = port;
    if (data.heard !== undefined) welcome(port, data.heard);
  };
};
