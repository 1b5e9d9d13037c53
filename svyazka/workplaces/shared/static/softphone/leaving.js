// A reload takes the voice of a call away, but not the call: its other end waits a moment. What is written down here lets
// the next page, or another tab, take it up again: it asks for the call by its name (INVITE with Replaces, RFC 3891).
const PATIENCE = 20_000; // milliseconds; nobody listens to silence for longer

const key = (person) => `softphone-calls-${person}`;

export function writeDown(person, calls) {
  const talks = calls.filter((call) => call.name).map(({ name, number, title, since }) => ({ name, number, title, since }));
  if (talks.length) localStorage.setItem(key(person), JSON.stringify({ talks, at: Date.now() }));
  else localStorage.removeItem(key(person));
}

// Once: whoever takes them up answers for them.
export function takeUp(person) {
  const { talks = [], at = 0 } = JSON.parse(localStorage.getItem(key(person)) ?? "{}");
  localStorage.removeItem(key(person));
  return Date.now() - at < PATIENCE ? talks : [];
}

export const replacing = ({ name }) => `Replaces: ${name.id};to-tag=${name.theirs};from-tag=${name.ours}`;
