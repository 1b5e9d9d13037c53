// What this phone keeps: what was done and has not arrived yet, and a few things that pages and the worker tell each other.
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

// One and the same for all that comes from this browser.
export async function phone() {
  const known = await fact("phone");
  if (known) return known;
  const made = crypto.randomUUID?.() ?? uuid();
  await keep("phone", made);
  return made;
}

// Where the page was not opened over https, the browser makes none by itself.
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
