// Reports on this phone that have not arrived yet. A report is kept here before it is sent, and leaves only when the
// centre has given it a number: five tries are one case, because its token was made together with it.

import { send as sendPhoto } from "./photos.js";

const NAME = "reports-on-their-way";
const STORE = "reports";
const REPORT = "/m/report/";
const DONE = /\/m\/report\/done\/([^/]+)\/$/;
const KEEP_ARRIVED = 24 * 3600 * 1000;

let opened = null;

function open() {
  opened ??= new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "token" });
    request.onsuccess = () => {
      // A phone short of memory closes it behind our back; then it is opened again.
      request.result.onclose = () => (opened = null);
      done(request.result);
    };
    request.onerror = () => fail(request.error);
  });
  return opened;
}

async function ask(mode, act) {
  const database = await open();
  return new Promise((done, fail) => {
    const work = database.transaction(STORE, mode);
    const request = act(work.objectStore(STORE));
    work.oncomplete = () => done(request.result);
    work.onabort = work.onerror = () => fail(work.error);
  });
}

export const isThere = () => Boolean(window.indexedDB && window.crypto?.subtle);
export const keep = (record) => ask("readwrite", (store) => store.put(record)).then(announce);
export const drop = (token) => ask("readwrite", (store) => store.delete(token)).then(announce);
export const read = (token) => ask("readonly", (store) => store.get(token));

export async function all(user) {
  const records = (await ask("readonly", (store) => store.getAll())).filter((record) => record.user === user);
  return records.sort((a, b) => a.savedAt - b.savedAt);
}

export async function waiting(user) {
  return (await all(user)).filter((record) => !record.number);
}

function announce() {
  dispatchEvent(new CustomEvent("outbox:changed"));
}

// A failure says whether waiting helps: nobody is reached, nobody is logged in, or the report itself is refused.
class NotSent extends Error {
  constructor(why, said = "") {
    super(said || why);
    this.why = why;
    this.said = said;
  }
}

async function reach(address, options) {
  try {
    return await fetch(address, { credentials: "same-origin", ...options });
  } catch (error) {
    throw new NotSent("net");
  }
}

// The token of a page kept for hours may be stale: take a fresh one, and see whether this same person is logged in.
async function freshToken(user) {
  const answer = await reach(`${REPORT}?fresh=1`, { cache: "no-store" });
  if (new URL(answer.url).pathname !== REPORT) throw new NotSent("login");
  if (!answer.ok) throw new NotSent("net");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.querySelector("net-state")?.dataset.user !== String(user)) throw new NotSent("login");
  return page.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
}

async function sendPhotos(record, csrf) {
  for (const photo of record.photos.filter((each) => !each.sent)) {
    try {
      await sendPhoto(photo.blob, photo.hash, csrf);
    } catch (error) {
      if (error.status === 413 || error.status === 422) throw new NotSent("refused", error.message);
      throw new NotSent("net");
    }
    photo.sent = true;
    await keep(record);
  }
}

async function sendReport(record, csrf) {
  const body = new FormData();
  record.pairs.forEach(([name, value]) => body.append(name, value));
  record.photos.forEach((photo) => body.append("r.photos", photo.hash));
  body.append("csrfmiddlewaretoken", csrf);
  const answer = await reach(REPORT, { method: "POST", body });
  const number = new URL(answer.url).pathname.match(DONE)?.[1];
  if (number) return number;
  if (answer.status !== 422) throw new NotSent("net");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const said = page.querySelector(".notice--back b, .field__bad span");
  throw new NotSent("refused", said?.textContent.trim() || "");
}

// Only one page sends at a time where the browser can say so; the token makes it harmless where it can't.
function alone(act) {
  return navigator.locks ? navigator.locks.request("outbox", act) : act();
}

// The number of the case, or a NotSent; what is known after the try is kept.
export function send(record) {
  return alone(async () => {
    const known = await read(record.token);
    if (!known || known.number) return known?.number;
    try {
      const csrf = await freshToken(record.user);
      await sendPhotos(record, csrf);
      record.number = await sendReport(record, csrf);
      Object.assign(record, { arrivedAt: Date.now(), photos: [], pairs: [], why: "", said: "" });
      await keep(record);
      return record.number;
    } catch (error) {
      Object.assign(record, { tries: record.tries + 1, triedAt: Date.now(), why: error.why || "net", said: error.said || "" });
      await keep(record);
      throw error;
    }
  });
}

// What waits for nothing but the net, one after the other: a weak line carries one thing better than five.
export async function sendAll(user, { also = false } = {}) {
  for (const record of await waiting(user)) {
    if (record.why === "refused" && !also) continue;
    try {
      await send(record);
    } catch (error) {
      if (error.why === "net" || error.why === "login") return;
    }
  }
}

export async function forgetArrived(user) {
  for (const record of await all(user)) {
    if (record.number && Date.now() - record.arrivedAt > KEEP_ARRIVED) await drop(record.token);
  }
}
