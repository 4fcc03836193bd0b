// Requests of the pages: the network first, what is kept where it is away or too slow.
"use strict";

const PATIENCE = 3000; // milliseconds before a kept page is shown instead

const offlinePage = async (path) => {
  const kept = await (await caches.open(PAGES)).match(path);
  return kept ?? (await fromShell(CONFIG.offline));
};

const networkFirst = async (network, path) => {
  const kept = await (await caches.open(PAGES)).match(path);
  if (!kept) return network.catch(() => offlinePage(path));
  const late = new Promise((resolve) => { setTimeout(() => resolve(kept), PATIENCE); });
  const fresh = network.then((response) => (response.status >= 500 ? kept : response)).catch(() => kept);
  return Promise.race([fresh, late]);
};

// What the server sends is kept for later; what it no longer gives (not ours any more) is dropped.
const follow = async (network, path) => {
  const response = await network.catch(() => null);
  if (!response) return;
  if (response.ok && response.type === "basic") await keepPage(path, response.clone());
  // A slow network: what was kept may be on the screen by now.
  if (response.headers.has(RECALLED)) await tellPages({ type: "push", path, kind: "recall" });
  if (response.status === 404 || response.status === 410) await (await caches.open(PAGES)).delete(path);
};

const openPage = (event, path) => {
  const network = fetch(event.request);
  event.waitUntil(follow(network, path));
  event.respondWith(networkFirst(network, path).then((response) => response.clone()));
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (/^\/(console|accounts|join)(\/|$)/.test(url.pathname)) return;
    if (/(\/download|\.ics)$/.test(url.pathname)) return; // the browser's own way of saving
    const kept = !url.search && (url.pathname === CONFIG.inbox || url.pathname === CONFIG.calendar || MESSAGE.test(url.pathname) || FILE.test(url.pathname));
    if (kept) openPage(event, url.pathname);
    else event.respondWith(fetch(request).catch(() => fromShell(CONFIG.offline)));
  } else if (url.pathname.startsWith(CONFIG.statics) && CONFIG.shell.includes(url.pathname)) {
    event.respondWith(fromShell(url.pathname));
  }
});

// The list asks for a message to be kept before anybody looks for it (fetch_ahead.js), and hears whether it was.
self.addEventListener("message", (event) => {
  const { type, path } = event.data ?? {};
  if (type !== "keep" || !MESSAGE.test(path)) return;
  event.waitUntil((async () => {
    // The header says that nobody is reading yet: the server does not mark the message read.
    const response = await fetch(path, { headers: { "Otayori-Purpose": "store" } }).catch(() => null);
    const isPage = Boolean(response?.ok && !response.redirected);
    if (isPage) await keepPage(path, response);
    event.ports[0]?.postMessage(isPage);
  })());
});
