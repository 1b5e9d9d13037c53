// What this phone keeps: what was done and has not arrived yet, and a few things that pages and the worker tell each other.
import { uuid } from "../sheets/uuid.js";

const NAME = "svyazka-field";

let opened;

function database() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("actions", { keyPath: "number", autoIncrement: true });
      asked.result.createObjectStore("facts");
    };
    asked.onsuccess = () => {
      // Another tab with a newer version of the house wants to change it.
      asked.result.onversionchange = () => { asked.result.close(); opened = undefined; };
      done(asked.result);
    };
    asked.onerror = () => { opened = undefined; failed(asked.error); };
  });
  return opened;
}

// `what(store)` gives a request, or does several things; all of it is written, or nothing.
async function within(name, mode, what) {
  const { transaction } = await database().then((found) => ({ transaction: found.transaction(name, mode, { durability: "strict" }) }));
  return new Promise((done, failed) => {
    const asked = what(transaction.objectStore(name));
    transaction.oncomplete = () => done(asked?.result);
    transaction.onerror = transaction.onabort = () => failed(transaction.error ?? new DOMException("aborted", "AbortError"));
  });
}

export const list = () => within("actions", "readonly", (store) => store.getAll());

export const add = (action) => within("actions", "readwrite", (store) => store.add(action));

// An earlier one that says the same and is not on its way gives its place up.
export const replace = (number, action) => within("actions", "readwrite", (store) => {
  store.delete(number);
  return store.add(action);
});

export const remove = (numbers) => within("actions", "readwrite", (store) => { for (const number of numbers) store.delete(number); });

export const change = (number, given) => within("actions", "readwrite", (store) => {
  store.get(number).onsuccess = ({ target }) => { if (target.result) store.put({ ...target.result, ...given }); };
});

export const fact = (name) => within("facts", "readonly", (store) => store.get(name));

export const keep = (name, value) => within("facts", "readwrite", (store) => store.put(value, name));

const MOST_ARRIVED = 2_000_000; // bytes: a whole sheet has twenty thousand, and each look at a page reads them all

// What the house has by now. A page that it drew before does not know of it.
export const arrived = async () => (await fact("arrived")) ?? [];

export const keepArrived = (rows) => within("facts", "readwrite", (store) => {
  store.get("arrived").onsuccess = ({ target }) => {
    const before = (target.result ?? []).filter(({ id }) => !rows.some((row) => row.id === id));
    store.put(lastOf([...before, ...rows.map((row) => ({ ...row, bytes: bytesOf(row) }))]), "arrived");
  };
});

// As many of the last ones as there is room for.
function lastOf(rows) {
  let room = MOST_ARRIVED;
  const first = rows.findLastIndex(({ bytes = 0 }) => (room -= bytes) < 0);
  return rows.slice(first + 1);
}

const bytesOf = (row) => new TextEncoder().encode(JSON.stringify(row)).length;

// Of whoever has the phone now; 0 is nobody.
export const forgetArrived = (besides) => within("facts", "readwrite", (store) => {
  store.get("arrived").onsuccess = ({ target }) => store.put((target.result ?? []).filter(({ person }) => person === besides), "arrived");
});

// One and the same for all that comes from this browser.
export async function phone() {
  const known = await fact("phone");
  if (known) return known;
  const made = uuid();
  await keep("phone", made);
  return made;
}
