// Whether somebody has come to an address or left it, out of one position after the other. Nothing here knows a browser.
//
// `follow(known, fix, places, stays)` → { known, events }: `known` is what has to be remembered until the next position, `fix` is
// { lat, lon, accuracy, at }, `places` are { visit, lat, lon }. An event is { visit, kind: "came" | "left", at, accuracy }.
// `stays`: for so many milliseconds somebody has to be there, or away: who only drives by is not there.
export const WORST = 200; // metres: less exact says nothing
export const NEAR = 75; // metres from the address, besides what the position may be off
export const AWAY = 150;
export const FASTEST = 60; // metres a second; nobody drives so
const EARTH = 6_371_000;

export function follow(known, fix, places, stays) {
  const before = known ?? {};
  if (!isGood(fix)) return { known: before, events: [] };
  const last = before.last;
  if (last && fix.at <= last.at) return { known: before, events: [] };
  if (last && isTooFast(last, fix)) {
    // Which of the two is wrong? Where the next one agrees with this one, the first was.
    const agrees = before.odd && !isTooFast(before.odd, fix);
    if (!agrees) return { known: { ...before, odd: fix }, events: [] };
  }
  const states = {};
  const events = [];
  for (const place of places) {
    const { state, event } = step(before.states?.[place.visit], fix, place, stays);
    states[place.visit] = state;
    if (event) events.push({ visit: place.visit, ...event });
  }
  return { known: { last: fix, states }, events };
}

export function isGood({ lat, lon, accuracy, at }) {
  if (![lat, lon, accuracy, at].every(Number.isFinite)) return false;
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180) return false;
  if (Math.abs(lat) < 0.01 && Math.abs(lon) < 0.01) return false; // what a phone says that knows nothing
  return accuracy > 0 && accuracy <= WORST;
}

function isTooFast(one, other) {
  const seconds = Math.max((other.at - one.at) / 1000, 1);
  return distance(one, other) - one.accuracy - other.accuracy > FASTEST * seconds;
}

// Near for a while: came, when that began. Away for a while: left. In between nothing changes.
function step(state, fix, place, stays) {
  const was = state ?? { isThere: false, since: null };
  const metres = distance(fix, place);
  const isNear = metres <= NEAR + fix.accuracy;
  const isAway = metres - fix.accuracy > AWAY;
  const changes = was.isThere ? isAway : isNear;
  if (!changes) return { state: { isThere: was.isThere, since: null }, event: null };
  const since = was.since ?? { at: fix.at, accuracy: fix.accuracy };
  if (fix.at - since.at < stays) return { state: { isThere: was.isThere, since }, event: null };
  const event = { kind: was.isThere ? "left" : "came", at: since.at, accuracy: Math.ceil(since.accuracy) };
  return { state: { isThere: !was.isThere, since: null }, event };
}

export function distance(one, other) {
  const turn = Math.PI / 180;
  const up = Math.sin(((other.lat - one.lat) * turn) / 2) ** 2;
  const along = Math.sin(((other.lon - one.lon) * turn) / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(up + Math.cos(one.lat * turn) * Math.cos(other.lat * turn) * along)));
}
