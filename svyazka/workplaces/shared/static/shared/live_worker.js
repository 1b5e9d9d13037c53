// One stream of events for all tabs of this browser. HTTP/1.1 allows six connections an origin: a stream per tab would use them up.
import { follow } from "./stream.js";

const KEPT = 200;
const ports = new Set();
const lately = []; // events for a tab that was drawn before they came and listens only now
const LATE = 60_000; // an event may be committed after one with a greater number, but not by more than this
let before = 0; // the last event that is not kept
let newest = 0;
let state = "";
let looking = null; // the tab in front

function tell(message) {
  if (message.state) state = message.state;
  if (message.reload) (lately.length = 0), (before = message.number);
  if (message.event) keep(message);
  for (const port of ports) port.postMessage({ ...message, elsewhere: Boolean(looking) && port !== looking });
}

function keep(message) {
  if (message.number < newest) message.late = Date.now() + LATE;
  newest = Math.max(newest, message.number);
  if (lately.push(message) > KEPT) before = Math.max(before, lately.shift().number);
}

function welcome(port, heard) {
  if (!state) {
    state = "connecting";
    before = newest = heard;
    return follow(heard, tell);
  }
  port.postMessage({ state });
  // Drawn before the tab that began to listen, or too long ago.
  if (heard < before) return port.postMessage({ reload: true });
  for (const message of lately) if (message.number > heard || message.late > Date.now()) port.postMessage(message);
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
