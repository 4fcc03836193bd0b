// The messages whose pages this device has kept: read from those pages, and shown as lines of a list.

const PAGES = "pages-1"; // as worker/pages.js
const MESSAGE = /^\/m\/[0-9a-f-]{36}$/;

const words = (place) => place?.textContent.trim() ?? "";

const read = (path, html) => {
  const page = new DOMParser().parseFromString(html, "text/html").querySelector("[data-message]:not([data-recalled])");
  if (!page) return null; // of a recalled one nothing is left that could be read or looked for
  const important = page.querySelector(".urgency-important") ? "important" : "";
  return {
    path,
    title: words(page.querySelector("h1")),
    sender: words(page.querySelector(".message-sender")),
    when: page.querySelector(".message-from time"),
    children: [...page.querySelectorAll(".message-who .child")],
    urgency: page.querySelector(".banner-emergency") ? "emergency" : important,
    text: words(page.querySelector(".message-text")),
  };
};

// Newest first. Where the browser keeps nothing for us there are none.
export const keptMessages = async () => {
  const found = [];
  try {
    const cache = await caches.open(PAGES);
    for (const request of await cache.keys()) {
      const path = new URL(request.url).pathname;
      const page = MESSAGE.test(path) && (await cache.match(request));
      const message = page && read(path, await page.text());
      if (message) found.push(message);
    }
  } catch {
    // cleared or closed by the browser in the middle: what was read so far
  }
  const at = (message) => Date.parse(message.when?.dateTime) || 0;
  return found.sort((one, other) => at(other) - at(one));
};

// `title` and `snippet` are nodes or strings; a string is never read as HTML.
export const line = (message, title = message.title, snippet = "") => {
  const item = document.querySelector("[data-kept-item]").content.firstElementChild.cloneNode(true);
  const [link, who, more] = ["a", ".message-who", ".message-snippet"].map((name) => item.querySelector(name));
  item.className = "message-item";
  link.href = message.path;
  for (const mark of link.querySelectorAll(".urgency")) {
    if (!mark.classList.contains(`urgency-${message.urgency}`)) mark.remove();
  }
  link.querySelector(".message-title-text").replaceChildren(title);
  who.querySelector(".message-school").textContent = message.sender;
  who.prepend(...message.children.map((child) => document.importNode(child, true)));
  if (message.when) {
    const when = document.importNode(message.when, true);
    when.querySelector(".when-beside")?.remove(); // 「今日」 of the day on which it was kept
    item.querySelector(".message-when").replaceChildren(when);
  }
  if (snippet) more.replaceChildren(snippet);
  else more.remove();
  return item;
};
