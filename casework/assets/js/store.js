// Where reports are kept on the phone: one IndexedDB store, by token. Says `outbox:changed` after every change.

const NAME = "reports-on-their-way";
const STORE = "reports";

let opened = null;

function open() {
  opened ??= new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "token" });
    request.onsuccess = () => {
      // A phone short of memory closes it behind our back; a newer page may want to change it.
      request.result.onclose = () => (opened = null);
      request.result.onversionchange = () => {
        request.result.close();
        opened = null;
      };
      done(request.result);
    };
    request.onerror = () => {
      opened = null;
      fail(request.error);
    };
  });
  return opened;
}

async function ask(mode, act) {
  try {
    return await askOnce(mode, act);
  } catch (error) {
    // The connection was closed without a word: once more with a new one.
    if (error?.name !== "InvalidStateError") throw error;
    opened = null;
    return askOnce(mode, act);
  }
}

async function askOnce(mode, act) {
  const database = await open();
  return new Promise((done, fail) => {
    const work = database.transaction(STORE, mode);
    const request = act(work.objectStore(STORE));
    work.oncomplete = () => done(request.result);
    work.onabort = work.onerror = () => fail(work.error || request.error);
  });
}

function announce() {
  dispatchEvent(new CustomEvent("outbox:changed"));
}

export const isThere = () => Boolean(window.indexedDB && window.crypto?.subtle);
export const keep = (record) => ask("readwrite", (store) => store.put(record)).then(announce);
export const drop = (token) => ask("readwrite", (store) => store.delete(token)).then(announce);
export const read = (token) => ask("readonly", (store) => store.get(token));

// Everybody's on this phone, the oldest first.
export async function all() {
  const records = await ask("readonly", (store) => store.getAll());
  return records.sort((a, b) => a.savedAt - b.savedAt);
}
