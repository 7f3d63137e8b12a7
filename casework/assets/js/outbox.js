// Reports and other acts on this phone: drafts, and what has not arrived yet. Each is kept here before it is sent, and
// leaves only when the centre has taken it: five tries are one case, because its token was made together with it.

import { sendMemo, sendPhoto } from "./photos.js";
import { all, drop, isThere, keep, read } from "./store.js";

export { all, drop, isThere, keep, read };

const HELLO = "/m/hello/";
const REPORT = "/m/report/send/";
const KEEP_ARRIVED = 24 * 3600 * 1000;
const PATIENCE = 60_000;
const CLOCK_MAY_BE_OFF = 120_000;
const TIMED = ["r.seen_at", "act.at"];

export const isWaiting = (record) => !record.arrivedAt && !record.draft;

export async function waiting(user) {
  return (await all()).filter((record) => record.user === user && isWaiting(record));
}

// A failure says whether waiting helps: `net` nobody is reached, `busy` the centre asks for patience, `login` nobody is
// logged in, `other` somebody else is, `refused` and `form` the report itself needs a look.
export class NotSent extends Error {
  constructor(why, said = "") {
    super(said || why);
    this.why = why;
    this.said = said;
  }
}

async function reach(address, options = {}) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    return await fetch(address, { credentials: "same-origin", signal: patience.signal, ...options });
  } catch (error) {
    throw new NotSent("net");
  } finally {
    clearTimeout(timer);
  }
}

// A page that was open for hours holds an old token, and perhaps another person has logged in since.
async function hello(record) {
  const answer = await reach(HELLO, { cache: "no-store" });
  if (answer.status === 401) throw new NotSent("login");
  const known = await answer.json().catch(() => null);
  if (!answer.ok || !known?.csrf) throw new NotSent(answer.status >= 500 ? "busy" : "net");
  if (known.user !== String(record.user)) throw new NotSent("other", known.name);
  return known;
}

// How far the phone's clock is off, by the centre's: asked when a report is begun, as somebody may set it right later.
export async function clockOff() {
  try {
    const known = await (await reach(HELLO, { cache: "no-store" })).json();
    return known.now ? Date.parse(known.now) - Date.now() : null;
  } catch (error) {
    return null;
  }
}

// A phone whose clock is a day off saw it a day off: set right once, before anything is sent, as a repeat must be alike.
function setRight(record, serverTime) {
  if (record.isTimed) return;
  record.isTimed = true;
  const off = record.clockOff ?? Date.parse(serverTime) - Date.now();
  const seen = record.pairs.find(([name]) => TIMED.includes(name));
  if (seen?.[1] && Math.abs(off) > CLOCK_MAY_BE_OFF) seen[1] = new Date(Date.parse(seen[1]) + off).toISOString();
}

async function sendParts(parts, send, csrf, save) {
  for (const part of parts.filter((each) => !each.sent)) {
    try {
      await send(part.blob, part.hash, csrf);
    } catch (error) {
      if (error.status === 413 || error.status === 422) throw new NotSent("refused", error.message);
      throw new NotSent(error.status >= 500 || error.status === 429 ? "busy" : "net");
    }
    part.sent = true;
    await save();
  }
}

async function sendReport(record, csrf) {
  const body = new FormData();
  record.pairs.forEach(([name, value]) => body.append(name, value));
  record.photos.forEach((photo) => body.append(photo.field || "r.photos", photo.hash));
  (record.memos || []).forEach((memo) => body.append("r.memos", memo.hash));
  body.append("csrfmiddlewaretoken", csrf);
  const answer = await reach(record.address || REPORT, { method: "POST", body });
  const said = await answer.json().catch(() => null);
  if (answer.ok && said?.address) return said;
  if (!said?.code) throw new NotSent(answer.status >= 500 ? "busy" : "net");
  if (answer.status === 423 || answer.status === 429) throw new NotSent("busy", said.said);
  const refusal = new NotSent(said.code === "form_changed" ? "form" : "refused", said.said);
  throw Object.assign(refusal, { field: said.field || "", csrf });
}

async function attempt(record, save) {
  const known = await hello(record);
  setRight(record, known.now);
  await save();
  await sendParts(record.photos, sendPhoto, known.csrf, save);
  await sendParts(record.memos || [], sendMemo, known.csrf, save);
  return sendReport(record, known.csrf);
}

// Only one page sends at a time where the browser can say so; the token makes it harmless where it can't.
function alone(act) {
  return navigator.locks ? navigator.locks.request("outbox", act) : act();
}

// What the centre answered (`number`, `address`), or a NotSent; what is known after the try is kept.
export function send(record) {
  return alone(async () => {
    const known = await read(record.token);
    if (!known) return null;
    if (known.arrivedAt) return { number: known.number, address: known.arrivedAs };
    try {
      const said = await attempt(record, () => keep(record));
      // Its words are kept only where the centre has others: then they still have to be said on the case.
      const kept = said.changed ? {} : { photos: [], memos: [], pairs: [] };
      Object.assign(record, kept, { number: said.number, arrivedAs: said.address, changed: Boolean(said.changed) });
      Object.assign(record, { draft: false, arrivedAt: Date.now(), why: "", said: "" });
      await keep(record);
      return said;
    } catch (error) {
      const again = { tries: (record.tries || 0) + 1, triedAt: Date.now(), why: error.why || "net", said: error.said || "" };
      Object.assign(record, again);
      await keep(record).catch(() => {});
      throw error;
    }
  });
}

// For a phone that has no room left: it goes at once, or stays on the page that holds it.
export const sendUnkept = (record) => attempt(record, async () => {});

// What waits for nothing but the net, one after the other: a weak line carries one thing better than five.
export async function sendAll(user, { also = false } = {}) {
  for (const record of await waiting(user)) {
    if (["refused", "form"].includes(record.why) && !also) continue;
    try {
      await send(record);
    } catch (error) {
      if (!["refused", "form"].includes(error.why)) return;
    }
  }
}

export async function forgetArrived() {
  for (const record of await all()) {
    if (record.arrivedAt && !record.changed && Date.now() - record.arrivedAt > KEEP_ARRIVED) await drop(record.token);
  }
}
