// Pages kept on the device: the shell of the app, and messages as the guardian's pages.
"use strict";

const CONFIG = self.OTAYORI;
const SHELL = `shell-${CONFIG.version}`;
const PAGES = "pages-1";
const MOST_PAGES = 200;
const MESSAGE = /^\/m\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LINK = /https?:\/\/[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+/g;
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const escapeHtml = (text) => String(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);

// The text of a message as HTML: everything escaped, addresses as links.
const textHtml = (text) => {
  let html = "";
  let start = 0;
  for (const match of text.matchAll(LINK)) {
    const url = match[0].replace(/[.,;:!?'()[\]*]+$/, "");
    const safe = escapeHtml(url);
    html += `${escapeHtml(text.slice(start, match.index))}<a href="${safe}" rel="noopener noreferrer">${safe}</a>`;
    start = match.index + url.length;
  }
  return html + escapeHtml(text.slice(start));
};

const whenText = (moment, language) =>
  new Intl.DateTimeFormat(language, {
    timeZone: "Asia/Tokyo", month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).format(moment);

// Fill the message shell. One pass, so that a text that holds "[[title]]" stays as it was written.
const fillShell = (shell, values, parts) =>
  shell
    .replace(/<!--(\w+)-->([\s\S]*?)<!--\/\1-->/g, (_all, name, inner) => (parts.has(name) ? inner : ""))
    .replace(/\[\[(\w+)\]\]/g, (_all, name) => values[name] ?? "");

const asKept = (html) => html.replace('name="otayori-served" content="network"', 'name="otayori-served" content="store"');

// `like` lends its headers: a page we make stands under the same content policy as the server's.
const pageResponse = (html, like) => {
  const headers = new Headers({ "Content-Type": "text/html; charset=utf-8" });
  for (const name of ["Content-Security-Policy", "Permissions-Policy", "Referrer-Policy"]) {
    const value = like.headers.get(name);
    if (value) headers.set(name, value);
  }
  return new Response(asKept(html), { headers });
};

const trim = async (cache) => {
  const keys = (await cache.keys()).filter((request) => MESSAGE.test(new URL(request.url).pathname));
  for (const request of keys.slice(0, Math.max(0, keys.length - MOST_PAGES))) await cache.delete(request);
};

// Keep a page the server sent.
const keepPage = async (path, response) => {
  const cache = await caches.open(PAGES);
  await cache.delete(path); // to the end of the order: the oldest visited goes first
  await cache.put(path, pageResponse(await response.text(), response));
  await trim(cache);
};

// Write a message's page from what a push carried.
const writeMessage = async (path, data) => {
  const shell = await fromShell(CONFIG.messageShell);
  const sent = new Date(data.sent_at);
  const language = data.lang || "ja";
  const values = {
    id: escapeHtml(data.id),
    path: escapeHtml(path),
    lang: escapeHtml(language),
    title: escapeHtml(data.title),
    sender: escapeHtml(data.sender),
    iso: escapeHtml(data.sent_at),
    when: escapeHtml(whenText(sent, language)),
    text: textHtml(data.text ?? ""),
  };
  const parts = new Set([data.urgency, ...(data.more ? ["more"] : [])]);
  const cache = await caches.open(PAGES);
  await cache.put(path, pageResponse(fillShell(await shell.text(), values, parts), shell));
  await trim(cache);
};

// A page of the shell; fetched when it is not there (the browser may clear what we kept).
const fromShell = async (path) => {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(path);
  if (kept) return kept;
  const fresh = await fetch(path);
  if (fresh.ok) await cache.put(path, fresh.clone());
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

// The pages tell their language; a shell in another one is fetched anew.
self.addEventListener("message", (event) => {
  if (event.data?.type !== "language") return;
  event.waitUntil((async () => {
    const shell = await (await fromShell(CONFIG.messageShell)).text();
    if (!shell.includes(`<html lang="${event.data.language}"`)) await fetchShellPages();
  })());
});
