// Lets the phone's pages open where there is no net. It never touches anything but GET, and keeps the few pages that one
// works with and what they are made of; everything else goes to the network as if this were not here.

const KEPT = "phone-2";
const PAGES = ["/m/", "/m/report/", "/m/outbox/"];
const KNOWN = /^\/m\/(?:(?:report|outbox|ledgers|map)\/|(?:tasks|steps|ledgers)\/\d+\/)?$/;
const OWNER = "/m/owner";
const FRESH = 30 * 60 * 1000;

const MADE_OF = /\/static\/built\/[\w./-]+\.(?:js|css)/g;
const CHUNK = /["']\.\/(chunks\/[\w.-]+\.js)["']/g;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(warm().catch(() => {}));
});
self.addEventListener("activate", (event) => event.waitUntil(tidy()));

// The first visit already suffices: the pages and what they are made of are fetched once, one after the other.
async function warm() {
  const files = new Set();
  for (const page of PAGES) {
    const text = await store(page);
    for (const [file] of text.matchAll(MADE_OF)) files.add(file);
  }
  for (const file of files) {
    const text = await store(file);
    for (const [, chunk] of text.matchAll(CHUNK)) files.add(`/static/built/${chunk}`);
  }
}

async function store(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return "";
  await (await caches.open(KEPT)).put(address, answer.clone());
  return answer.text();
}

async function tidy() {
  for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(caches.delete(KEPT));
  if (event.data?.person) event.waitUntil(keep(event.data).catch(() => {}));
});

// Somebody else on the same phone does not find the pages of whoever had it before.
async function keep({ person, keep: pages }) {
  const owner = await (await caches.match(OWNER))?.text();
  if (owner && owner !== person) await caches.delete(KEPT).then(warm);
  await (await caches.open(KEPT)).put(OWNER, new Response(person));
  for (const page of pages.filter((each) => KNOWN.test(each))) if (!(await isFresh(page))) await store(page);
}

async function isFresh(page) {
  const kept = await caches.match(page);
  return Boolean(kept) && Date.now() - Date.parse(kept.headers.get("Date")) < FRESH;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname.startsWith("/m/")) event.respondWith(page(request, url));
  else if (url.pathname.startsWith("/static/built/")) event.respondWith(file(request));
});

async function file(request) {
  try {
    const fresh = await fetch(request);
    if (fresh.ok) (await caches.open(KEPT)).put(request, fresh.clone());
    return fresh;
  } catch (error) {
    const kept = await caches.match(request);
    if (kept) return kept;
    throw error;
  }
}

// Kept is a page as it is without questions in its address; out of the store it knows where it comes from.
async function page(request, url) {
  try {
    const fresh = await fetch(request);
    const isPlain = KNOWN.test(url.pathname) && ["", "?from=today"].includes(url.search);
    if (isPlain && fresh.ok && !fresh.redirected) (await caches.open(KEPT)).put(url.pathname, fresh.clone());
    return fresh;
  } catch (error) {
    const kept = await caches.match(url.pathname);
    if (kept) return new Response((await kept.text()).replace("<body", "<body data-from-store"), { headers: kept.headers });
    if (await caches.match("/m/")) return Response.redirect("/m/?not-kept=1");
    throw error;
  }
}
