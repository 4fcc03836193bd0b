// Look for words in the messages this device has kept. Works without network; nothing is sent anywhere.
import { keptMessages, line } from "./kept.js";

const MOST = 50; // results
const PAUSE = 150; // milliseconds without a key before it looks
const BEFORE = 15; // characters of a snippet before and after what was found
const AFTER = 60;

const form = document.querySelector("[data-search]");
const list = document.querySelector("[data-list]");
const field = form.querySelector("input");
const place = (name) => form.querySelector(`[data-search-${name}]`);
const say = (name, n) => { place(name).textContent = place(name).getAttribute(`data-search-${name}`).replace("{n}", n); };

// --- Words as they are meant: ｸﾞﾗｳﾝﾄﾞ, グラウンド and ぐらうんど are one ---------------------------------

const LETTER = /\P{M}[\p{M}\uff9e\uff9f]*|\p{M}+/gu; // with the marks that belong to it
const foldLetter = (letter) =>
  letter.normalize("NFKC").toLowerCase().replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));

// `from`: where in the text each unit of the folded words stands.
const fold = (text) => {
  const from = [];
  let folded = "";
  for (const match of text.matchAll(LETTER)) {
    const letter = foldLetter(match[0]);
    for (let unit = 0; unit < letter.length; unit += 1) from.push(match.index);
    folded += letter;
  }
  return { folded, from: [...from, text.length] };
};

// The stretches of a text that match one of the words: [[start, end], ...] in order, none over another.
const stretches = (text, wanted) => {
  const { folded, from } = fold(text);
  const found = [];
  for (const word of wanted) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
      let end = at + word.length;
      while (from[end] === from[end - 1]) end += 1; // the whole letter, also where it folds to several
      found.push([from[at], from[end]]);
    }
  }
  found.sort(([one], [other]) => one - other);
  return found.filter(([start], n) => n === 0 || start >= Math.max(...found.slice(0, n).map(([, end]) => end)));
};

const marked = (text, wanted) => {
  const nodes = document.createDocumentFragment();
  let start = 0;
  for (const [from, to] of stretches(text, wanted)) {
    const mark = document.createElement("mark");
    mark.textContent = text.slice(from, to);
    nodes.append(text.slice(start, from), mark);
    start = to;
  }
  nodes.append(text.slice(start));
  return nodes;
};

const snippet = (text, wanted) => {
  const flat = text.replace(/\s+/g, " ");
  const [first] = stretches(flat, wanted);
  const start = Math.max(0, (first?.[0] ?? 0) - BEFORE);
  const end = (first?.[1] ?? 0) + AFTER;
  return marked(`${start ? "…" : ""}${flat.slice(start, end)}${end < flat.length ? "…" : ""}`, wanted);
};

// --- The field and what it finds -----------------------------------------------------------------------

let kept = null;

const load = async () => {
  kept ??= (await keptMessages()).map((message) => ({ ...message, folded: fold(`${message.title}\n${message.text}`).folded }));
  say("about", kept.length);
};

const look = async () => {
  await load();
  const wanted = fold(field.value).folded.split(/\s+/u).filter(Boolean);
  const found = wanted.length ? kept.filter((message) => wanted.every((word) => message.folded.includes(word))) : [];
  const lines = found.slice(0, MOST).map((one) => line(one, marked(one.title, wanted), snippet(one.text, wanted)));
  place("found").replaceChildren(...lines);
  place("found").hidden = !lines.length;
  place("none").hidden = !wanted.length || lines.length > 0;
  list.hidden = wanted.length > 0;
  if (wanted.length) say("count", found.length);
  else place("count").textContent = "";
  history.replaceState(wanted.length ? { search: field.value } : null, "");
};

let opener;
const close = () => {
  form.hidden = true;
  list.hidden = false;
  kept = null;
  history.replaceState(null, "");
  opener.hidden = false;
  opener.focus();
};

export const open = async (button) => {
  opener = button;
  opener.hidden = true; // the form has a button of its own that closes it
  form.hidden = false;
  field.value = history.state?.search ?? "";
  field.focus();
  return look();
};

let timer;
field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  field.blur(); // the phone's keyboard goes, and the results are seen
  look();
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) close();
});
place("close").addEventListener("click", close);
