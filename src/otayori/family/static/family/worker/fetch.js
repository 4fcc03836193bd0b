// Requests of the pages. A message that is kept opens from here, without asking anybody; the list and what is not kept
// come from the network, or from here where it is away or too slow.
"use strict";

const PATIENCE = 2000; // milliseconds before a kept page is shown instead
const OLD = 10 * 60 * 1000; // milliseconds after which newer words are looked for behind a kept page

const offlinePage = () => fromShell(CONFIG.offline);

// A kept page says that there is no network only where that is why it is shown.
const asOffline = async (kept) =>
  new Response((await kept.text()).replace(`${SERVED}"store"`, `${SERVED}"offline"`), { headers: kept.headers });

const networkFirst = async (network, kept) => {
  if (!kept) return network.catch(offlinePage);
  const failed = () => asOffline(kept.clone());
  const inTime = network.then((response) => (response.status >= 500 ? failed() : response)).catch(failed);
  const late = Symbol("late");
  const first = await Promise.race([inTime, new Promise((resolve) => { setTimeout(resolve, PATIENCE, late); })]);
  return first === late ? kept.clone() : first;
};

// What the server sends is kept for later; what it no longer gives (not ours any more) is dropped. A page on which older
// words stand is told (app.js).
const take = async (path, response) => {
  if (response.status === 404 || response.status === 410) {
    await drop(path);
    await tellPages({ type: "push", path, kind: "gone" });
    return;
  }
  if (!isOurs(response)) return;
  const hadMore = (await lookUp(path))?.headers.has(MORE);
  await keepPage(path, response.clone());
  const news = hadMore && !(await lookUp(path))?.headers.has(MORE) ? "rest" : "correction";
  const kind = response.headers.has(RECALLED) ? "recall" : news;
  await tellPages({ type: "push", path, kind, version: Number(response.headers.get(VERSION) ?? 0) });
};

const follow = async (network, path) => {
  const response = await network.catch(() => null);
  if (response) await take(path, response);
  else await tellPages({ type: "offline", path });
};

// The header says that nobody is reading: the server does not mark the message read.
const refresh = async (path) => {
  const response = await fetch(path, { headers: { "Otayori-Purpose": "store" } }).catch(() => null);
  if (response) await take(path, response);
};

// Behind what is on the screen by now: the rest of a long text at once, newer words where the copy is old.
const freshen = async (path) => {
  const kept = await lookUp(path);
  if (!kept || LISTS.has(path)) return;
  const age = Date.now() - Number(kept.headers.get(KEPT) ?? 0);
  const isOld = age < 0 || age > OLD; // the clock may have been set back
  if (isOld || kept.headers.has(MORE)) await refresh(path);
};

self.addEventListener("message", (event) => {
  if (event.data?.type === "shown") event.waitUntil(freshen(event.data.path));
});

// Who asks for it again (reloads, or wants the rest of a text) is not given the same copy while there is a network.
const wantsNew = (request, kept) =>
  ["reload", "no-cache"].includes(request.cache) || (kept.headers.has(MORE) && request.referrer === request.url);

// Kept before the guardian chose another language: stands only where there is no network.
const isForeign = async (kept) => {
  const spoken = await device.get("language");
  return Boolean(spoken && kept.headers.get(LANGUAGE)) && kept.headers.get(LANGUAGE) !== spoken;
};

const openPage = async (event, path) => {
  const kept = await lookUp(path);
  if (kept && !LISTS.has(path) && !wantsNew(event.request, kept) && !(await isForeign(kept))) return kept;
  const network = fetch(event.request);
  event.waitUntil(follow(network, path));
  return (await networkFirst(network, kept)).clone();
};

// The files of the app are on the device. A page of another version (the server was just updated) asks for its own, and
// gets ours where it cannot have them.
const appFile = async (request, path) => {
  const ours = asOurs(path);
  if (path === ours || path.search(VERSIONED) < 0) return fromShell(ours);
  const fresh = await fetch(request).catch(() => null);
  return fresh?.ok ? fresh : fromShell(ours);
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (/^\/(console|accounts|join)(\/|$)/.test(url.pathname)) return;
    if (/(\/download|\.ics)$/.test(url.pathname)) return; // the browser's own way of saving
    const kept = !url.search && (LISTS.has(url.pathname) || MESSAGE.test(url.pathname) || FILE.test(url.pathname));
    event.respondWith(kept ? openPage(event, url.pathname) : fetch(request).catch(offlinePage));
  } else if (CONFIG.shell.includes(asOurs(url.pathname))) {
    event.respondWith(appFile(request, url.pathname));
  } else if (PICTURE.test(url.pathname)) {
    event.respondWith(lookUp(url.pathname).then((kept) => kept ?? fetch(request)));
  }
});

// The list asks for a message to be kept before anybody looks for it (fetch_ahead.js), and hears whether it was.
self.addEventListener("message", (event) => {
  const { type, path } = event.data ?? {};
  if (type !== "keep" || !MESSAGE.test(path)) return;
  event.waitUntil((async () => {
    // The header says that nobody is reading yet: the server does not mark the message read.
    const response = await fetch(path, { headers: { "Otayori-Purpose": "store" } }).catch(() => null);
    const isPage = Boolean(response && isOurs(response));
    if (isPage) await keepPage(path, response);
    event.ports[0]?.postMessage(isPage);
  })());
});
