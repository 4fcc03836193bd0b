// The page of a message, written from what a push carried. The shell is templates/family/message_shell.html.
"use strict";

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
    numberingSystem: "latn", timeZone: "Asia/Tokyo", month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).format(moment);

const FILE_KINDS = ["pdf", "image", "office", "text"];

// 1.2 MB, as the server's pages say it.
const sizeText = (bytes) => {
  if (bytes < 1024) return `${bytes}\u00a0B`;
  const [amount, unit] = bytes < 1024 ** 2 ? [bytes / 1024, "KB"] : [bytes / 1024 ** 2, "MB"];
  return `${amount.toFixed(1)}\u00a0${unit}`;
};

// Fill a piece of the shell. One pass, so that a text that holds "[[title]]" stays as it was written.
const fillShell = (shell, values, parts) =>
  shell
    .replace(/<!--(\w+)-->([\s\S]*?)<!--\/\1-->/g, (_all, name, inner) => (parts.has(name) ? inner : ""))
    .replace(/\[\[(\w+)\]\]/g, (_all, name) => values[name] ?? "");

// The links to the files, each from the shell's piece for one.
const fileLinks = (piece, path, files) =>
  files
    .map(([id, name, kind, size]) => {
      const values = { url: escapeHtml(`${path}/files/${id}`), name: escapeHtml(name), size: sizeText(Number(size)) };
      return fillShell(piece, values, new Set([FILE_KINDS.includes(kind) ? kind : "text"]));
    })
    .join("");

const partsOf = (data) => {
  if (data.kind === "recall") return new Set(["recall"]);
  const parts = new Set([data.urgency]);
  if (data.kind === "correction") parts.add("correction");
  if (data.more) parts.add("more");
  if (data.files?.length) parts.add("files");
  return parts;
};

// Schools write Japanese, in whatever language the app speaks; a translated text will say so. The words of a recall are
// the app's own.
const textLanguage = (data) => (data.kind === "recall" ? data.lang : data.text_lang) || "ja";

const messageHtml = (shell, path, data) => {
  const language = data.lang || "ja";
  const recalled = data.kind === "recall";
  let links = "";
  const page = shell.replace(/<!--file-->([\s\S]*?)<!--\/file-->/, (_all, piece) => {
    links = fileLinks(piece, path, data.files ?? []);
    return "[[files]]";
  });
  const values = {
    id: escapeHtml(data.id),
    version: escapeHtml(data.version ?? 1),
    path: escapeHtml(path),
    lang: escapeHtml(textLanguage(data)),
    title: escapeHtml(recalled ? wordsIn(language).recalled : data.title),
    sender: escapeHtml(data.sender),
    iso: escapeHtml(data.sent_at),
    when: escapeHtml(whenText(new Date(data.sent_at), language)),
    text: textHtml(data.text ?? ""),
    files: links,
  };
  return fillShell(page, values, partsOf(data));
};

// Write the page; of a recalled message only that, and why.
const writeMessage = async (path, data) => {
  const cache = await caches.open(PAGES);
  if ((data.version ?? 1) > 1) await cache.delete(CONFIG.calendar); // it may show a day that is off
  if (data.kind === "recall") {
    await drop(path); // whatever happens next, the words are gone
    await hideInList(cache, path, data);
  }
  const shell = await fromShell(CONFIG.messageShell);
  if (!shell.ok) throw new Error("no shell");
  const marks = { [VERSION]: String(data.version ?? 1) };
  if (data.kind === "recall") marks[RECALLED] = "1";
  if (data.more) marks[MORE] = "1";
  await put(path, pageResponse(messageHtml(await shell.text(), path, data), shell, marks));
  await trim(cache);
};

// The kept list shows the title, which may be what must not be read, and how urgent it was.
const hideInList = async (cache, path, data) => {
  const kept = await cache.match(CONFIG.inbox);
  if (!kept) return;
  const title = escapeHtml(wordsIn(data.lang).recalled);
  const begin = `(<a href="${path}">(?:<span class="unread">[^<]*</span> )?)`;
  const line = new RegExp(`${begin}[\\s\\S]*?<span class="message-title-text">[^<]*([\\s\\S]*?</li>)`);
  const hidden = (_all, link, rest) =>
    `${link}<span><span class="message-title-text">${title}${rest.replace(/<p class="message-more">[\s\S]*?<\/p>/, "")}`;
  const html = await kept.text();
  if (html.includes(path) && !line.test(html)) await cache.delete(CONFIG.inbox);
  else await cache.put(CONFIG.inbox, pageResponse(html.replace(line, hidden), kept));
};
