// Lets the report page open where there is no net. It never touches anything but GET, and keeps two pages and what
// they are made of; everything else goes to the network as if this were not here.

const KEPT = "phone-1";
const PAGES = ["/m/report/", "/m/outbox/"];

const MADE_OF = /\/static\/built\/[\w./-]+\.(?:js|css)/g;
const CHUNK = /["']\.\/(chunks\/[\w.-]+\.js)["']/g;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(warm().catch(() => {}));
});
self.addEventListener("activate", (event) => event.waitUntil(tidy()));

// The first visit already suffices: both pages and what they are made of are fetched once, one after the other.
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
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = PAGES.includes(url.pathname) && (request.mode === "navigate" || url.search === "");
  if (isPage || url.pathname.startsWith("/static/built/")) event.respondWith(answer(request, url, isPage));
});

async function answer(request, url, isPage) {
  const key = isPage ? url.pathname : request;
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected) (await caches.open(KEPT)).put(key, fresh.clone());
    return fresh;
  } catch (error) {
    const kept = await caches.match(key);
    if (kept) return kept;
    throw error;
  }
}
