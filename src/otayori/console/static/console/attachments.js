// Files of a draft: sent in pieces, gone on with after a break, watched until they are checked.
// Without script the page for files takes them by a form. See messaging/attachments/take_in.py.
"use strict";

{
  const PART = 512 * 1024;
  const MOST_LOOKS = 100; // some quarter of an hour
  const NOBODY = "00000000-0000-0000-0000-000000000000";
  const place = document.querySelector("[data-attachments]");
  const words = place?.dataset;
  const part = (name) => place.querySelector(`[data-${name}]`);
  const active = new Map(); // id of a file that this page is sending -> its row
  const states = new Map(); // id of a file in the list -> its state, to tell what changed
  let messageId = words?.message;

  class Told extends Error {} // a sentence to show: trying again by itself helps nothing
  class Refused extends Told {} // nor does it if somebody asks for it

  const address = (rest) => `${words.url.replace(NOBODY, messageId)}${rest}`;
  const pause = (seconds) => new Promise((go) => {
    setTimeout(go, seconds * 1000);
    window.addEventListener("online", go, { once: true });
  });

  async function ask(rest, how = {}) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { "X-CSRFToken": token, Accept: "application/json" };
    const answer = await fetch(address(rest), { headers, redirect: "manual", ...how });
    if (answer.type === "opaqueredirect" || answer.status === 401) throw new Told(words.wordSignedOut);
    if (answer.status >= 500 || answer.status === 429) throw new TypeError("busy");
    if (answer.ok || answer.status === 409 || answer.status === 422) return answer;
    throw new Told(words.wordGone);
  }

  // Until it is answered, however long the network is away; only a sentence, or giving up, ends it.
  async function insist(row, rest, body) {
    for (let tried = 0; ; tried += 1) {
      if (row.dropped) throw new Told("");
      try {
        const told = await (await ask(rest, { method: "POST", body })).json();
        if (told.sentence) throw new Refused(told.sentence);
        return told;
      } catch (problem) {
        if (problem instanceof Told) throw problem;
        row.say(words.wordOffline);
        await pause(Math.min(15, 2 ** tried));
      }
    }
  }

  function draft() {
    if (messageId) return Promise.resolve();
    return new Promise((go, fail) => {
      const done = (id) => { messageId = id; go(); };
      const failed = () => fail(new Told(words.wordDraft));
      const wanted = new CustomEvent("otayori:need-draft", { bubbles: true, cancelable: true, detail: { done, failed } });
      // Whoever saves drafts takes the event (preventDefault) and calls done with the draft's id, or failed.
      if (place.dispatchEvent(wanted)) failed();
    });
  }

  async function send(row) {
    await draft();
    const { file } = row;
    const begun = new FormData();
    begun.append("name", file.name);
    begun.append("size", file.size);
    begun.append("modified", file.lastModified);
    const { id, received } = await insist(row, "start", begun);
    row.id = id;
    active.set(id, row);
    hideActive();
    for (let offset = received; offset < file.size;) {
      row.show(offset);
      const bytes = await file.slice(offset, offset + PART).arrayBuffer().catch(() => { throw new Told(words.wordUnreadable); });
      offset = (await insist(row, `${id}/append?offset=${offset}`, bytes)).received;
    }
    row.show(file.size);
    await insist(row, `${id}/finish`);
  }

  class Row {
    constructor(file) {
      this.file = file;
      this.element = part("row").content.firstElementChild.cloneNode(true);
      this.bar = this.element.querySelector("progress");
      this.again = this.element.querySelector("[data-again]");
      this.element.querySelector(".attachment-name").textContent = file.name;
      this.element.querySelector("[data-give-up] .visually-hidden").textContent = file.name;
      this.bar.setAttribute("aria-label", file.name);
      this.again.addEventListener("click", () => this.queue());
      this.element.querySelector("[data-give-up]").addEventListener("click", () => this.drop());
      part("uploads").append(this.element);
    }

    say(text) { this.element.querySelector(".attachment-said").textContent = text; }

    show(offset) {
      const percent = Math.floor((offset / this.file.size) * 100);
      this.bar.value = percent;
      this.say(`${words.wordSending} ${percent}%`);
    }

    queue() {
      this.again.hidden = true;
      this.bar.hidden = false;
      this.element.querySelector(".attachment-said").classList.remove("attachment-why");
      this.element.querySelector("[data-give-up-word]").textContent = words.wordGiveUp;
      this.say(words.wordWaiting);
      busy += 1;
      line = line.then(() => this.take()).finally(() => { busy -= 1; });
    }

    async take() {
      if (this.dropped) return;
      try {
        await send(this);
        this.element.remove();
      } catch (problem) {
        if (this.dropped) return;
        this.bar.hidden = true;
        this.again.hidden = problem instanceof Refused;
        this.element.querySelector("[data-give-up-word]").textContent = words.wordClose;
        this.say(problem.message);
        this.element.querySelector(".attachment-said").classList.add("attachment-why");
        announce(`${this.file.name} ${problem.message}`);
      } finally {
        if (this.id) active.delete(this.id);
        await refresh();
      }
    }

    async drop() {
      this.dropped = true;
      this.element.remove();
      if (this.id) await remove(this.id);
    }
  }

  let line = Promise.resolve(); // one file after the other: each is there sooner
  let busy = 0;
  let timer = 0;
  let wait = 1;
  let looks = 0;

  function add(files) {
    for (const file of files) new Row(file).queue();
  }

  async function remove(id) {
    await ask(`${id}/remove`, { method: "POST" }).catch(() => {});
    await refresh();
  }

  function hideActive() {
    for (const id of active.keys()) part("kept").querySelector(`[data-file="${CSS.escape(id)}"]`)?.remove();
  }

  // Say what became of a file, once.
  function tell() {
    for (const file of part("kept").querySelectorAll("[data-file]")) {
      const before = states.get(file.dataset.file);
      if (before && before !== file.dataset.state) announce(file.querySelector(".attachment-main").textContent.replace(/\s+/g, " ").trim());
      states.set(file.dataset.file, file.dataset.state);
    }
  }

  async function refresh() {
    if (!messageId) return;
    clearTimeout(timer);
    const answer = await ask("kept").catch(() => null);
    const focused = document.activeElement?.closest("[data-file]")?.dataset.file;
    if (answer?.ok) {
      part("kept").innerHTML = await answer.text();
      hideActive();
      tell();
      if (focused) part("kept").querySelector(`[data-file="${CSS.escape(focused)}"] a`)?.focus();
    }
    watch();
  }

  function watch() {
    if (!part("kept").querySelector("[data-unsettled]")) {
      wait = 1;
      looks = 0;
      place.dispatchEvent(new CustomEvent("otayori:files-settled", { bubbles: true }));
      return;
    }
    looks += 1;
    if (looks > MOST_LOOKS) return; // an open page must not keep somebody signed in for ever
    timer = setTimeout(refresh, wait * 1000);
    wait = Math.min(10, wait * 1.3);
  }

  if (place) {
    part("drop").hidden = false;
    const plain = part("plain");
    if (plain) plain.hidden = true;
    const input = part("drop").querySelector("input");
    input.addEventListener("change", () => { add(input.files); input.value = ""; });
    const over = (is) => (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      part("drop").classList.toggle("is-over", is);
    };
    place.addEventListener("dragover", over(true));
    place.addEventListener("dragleave", over(false));
    place.addEventListener("drop", (event) => { over(false)(event); add(event.dataTransfer.files); });
    window.addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });

    // Taking a file out asks first; the link asks on a page of its own.
    const dialog = document.getElementById("attachment-remove");
    let removed = null;
    place.addEventListener("click", (event) => {
      const link = event.target.closest("[data-remove]");
      if (link && dialog?.showModal) {
        event.preventDefault();
        removed = link.closest("[data-file]").dataset.file;
        part("removed-name").textContent = link.dataset.remove;
        dialog.showModal();
      }
      if (event.target.closest("[data-remove-now]")) {
        dialog.close();
        remove(removed).then(() => input.focus());
      }
    });
    tell();
    watch();
  }
}
