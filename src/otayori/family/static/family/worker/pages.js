// Pages kept on the device: the shell of the app, and the guardian's pages of messages and their files.
"use strict";

const CONFIG = self.OTAYORI;
const SHELL = `shell-${CONFIG.version}`;
const PAGES = "pages-1";
const MOST_PAGES = 200;
const MOST_FILES = 50;
const LISTS = new Set([CONFIG.inbox, CONFIG.calendar]); // they change: the network first
const MESSAGE = /^\/m\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const FILE = /^\/m\/[0-9a-f-]{36}\/files\/[0-9a-f-]{36}$/;
const PICTURE = /^\/m\/[0-9a-f-]{36}\/files\/[0-9a-f-]{36}\/pages\/\d+$/;
// Headers of a message's page, by the server and here: which words it holds, or that it was recalled.
const VERSION = "Otayori-Version";
const RECALLED = "Otayori-Recalled";
// Headers of what is kept alone: since when (by this device's clock), and that it is the beginning of a longer text.
const KEPT = "Otayori-Kept";
const MORE = "Otayori-More";
const LANGUAGE = "Otayori-Language"; // of what stands around the school's words
const SERVED = 'name="otayori-served" content=';
// The addresses of the app's files name their version (core/statics.py). A kept page outlives it: it names them without
// one, and gets those that are on the device when it is opened.
const VERSIONED = new RegExp(`${CONFIG.statics}v-[0-9a-f]{12}/`, "g");
const asOurs = (path) => path.replace(VERSIONED, CONFIG.statics).replace(CONFIG.statics, CONFIG.files);
const asKept = (html) => html.replace(`${SERVED}"network"`, `${SERVED}"store"`).replace(VERSIONED, CONFIG.statics);

// `like` lends its headers: a page we make stands under the same content policy as the server's.
const pageResponse = (html, like, marks = {}) => {
  const headers = new Headers({ "Content-Type": "text/html; charset=utf-8", [KEPT]: String(Date.now()), ...marks });
  headers.set(LANGUAGE, /<html lang="([^"]*)"/.exec(html)?.[1] ?? "");
  for (const name of ["Content-Security-Policy", "Permissions-Policy", "Referrer-Policy", VERSION, RECALLED]) {
    const value = like.headers.get(name);
    if (value) headers.set(name, value);
  }
  return new Response(asKept(html), { headers });
};

// What is kept of a path; nothing where the browser does not let us look.
const lookUp = async (path) => {
  try {
    return await (await caches.open(PAGES)).match(path);
  } catch {
    return undefined;
  }
};

// What the server gave for what was asked: not the page for signing in instead, not what another site says.
const isOurs = (response) => response.ok && !response.redirected && response.type === "basic";

const keptPaths = async (cache) => (await cache.keys()).map((request) => new URL(request.url).pathname);

const trim = async (cache) => {
  const paths = await keptPaths(cache);
  for (const [pattern, most] of [[MESSAGE, MOST_PAGES], [FILE, MOST_FILES]]) {
    const mine = paths.filter((path) => pattern.test(path));
    for (const path of mine.slice(0, Math.max(0, mine.length - most))) await drop(path);
  }
};

// Forget a page and what hangs on it: the files of a message, the pictures of a file.
const drop = async (path) => {
  const cache = await caches.open(PAGES);
  await cache.delete(path);
  await dropUnder(path);
};

const dropUnder = async (path) => {
  const cache = await caches.open(PAGES);
  for (const kept of await keptPaths(cache)) if (kept.startsWith(`${path}/`)) await cache.delete(kept);
};

// Where the device is full, room is made once: files first, then the older half of the messages.
const put = async (path, response) => {
  const cache = await caches.open(PAGES);
  try {
    await cache.put(path, response.clone());
  } catch (error) {
    if (error.name !== "QuotaExceededError") throw error;
    const others = (await keptPaths(cache)).filter((kept) => kept !== path && !LISTS.has(kept));
    const messages = others.filter((kept) => MESSAGE.test(kept));
    const files = others.filter((kept) => !MESSAGE.test(kept));
    for (const kept of [...files, ...messages.slice(0, Math.ceil(messages.length / 2))]) await cache.delete(kept);
    await cache.put(path, response);
  }
};

// Whether what is kept says more than the words of `version` would: pushes and answers may come out of order.
const isOutdated = async (path, { recalled, version }) => {
  const kept = await lookUp(path);
  if (!kept || recalled) return false; // a recall is the last word
  return kept.headers.has(RECALLED) || Number(kept.headers.get(VERSION) ?? 0) > version;
};

// Keep a page the server sent.
const keepPage = async (path, response) => {
  const told = { recalled: response.headers.has(RECALLED), version: Number(response.headers.get(VERSION) ?? Infinity) };
  const [message] = path.split("/files/"); // a file's page says no more than its message does
  if (await isOutdated(message, told)) return;
  const cache = await caches.open(PAGES);
  await cache.delete(path); // to the end of the order: the oldest visited goes first
  await put(path, pageResponse(await response.text(), response));
  if (told.recalled) await dropUnder(path);
  await trim(cache);
};

// Tell the pages that are open what has changed (app.js).
const tellPages = async (event) => {
  for (const client of await self.clients.matchAll({ type: "window" })) client.postMessage(event);
};

// A page of the shell; fetched when it is not there (the browser may clear what we kept).
const fromShell = async (path) => {
  const cache = await caches.open(SHELL).catch(() => null);
  const kept = await cache?.match(path);
  if (kept) return kept;
  const fresh = await fetch(path);
  if (fresh.ok) await cache?.put(path, fresh.clone()).catch(() => {}); // no room: it is fetched each time
  return fresh;
};

const fetchShellPages = async () => {
  const cache = await caches.open(SHELL);
  for (const path of [CONFIG.messageShell, CONFIG.offline]) {
    const fresh = await fetch(path, { cache: "reload" });
    if (fresh.ok) await cache.put(path, fresh);
  }
};

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(SHELL);
    await cache.addAll(CONFIG.shell.map((path) => new Request(path, { cache: "reload" })));
    await fetchShellPages();
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== SHELL && name !== PAGES) await caches.delete(name);
    await self.clients.claim();
  })());
});

// What the server has sent tells its language: a shell in another one is fetched anew, a kept page when it is opened.
self.addEventListener("message", (event) => {
  if (event.data?.type !== "language") return;
  event.waitUntil((async () => {
    const { language } = event.data;
    if ((await device.get("language")) !== language) await device.set("language", language);
    const shell = await (await fromShell(CONFIG.messageShell)).text();
    if (!shell.includes(`<html lang="${language}"`)) await fetchShellPages();
  })());
});
