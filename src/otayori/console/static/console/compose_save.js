// Autosave: keeps the draft while it is typed. It never writes over what somebody else saved: then it stops and says so.
"use strict";

(() => {
  const form = document.querySelector("[data-compose]");
  const state = document.querySelector("[data-save-state]");
  if (!form || !state) return;

  const WAIT = 2000; // ms after the last change
  const PATIENCE = 15000; // ms for an answer
  const SLOWEST = 30000; // ms between two tries
  const KEEPALIVE_LIMIT = 60000; // bytes; browsers refuse more than 64 KiB on leaving
  // What is no part of the draft: search fields, and the name of an audience to be saved.
  const PASSING = new Set(["student", "student_not", "saved", "saved_name", "saved_shared", "opened", "their_revision"]);
  const FRAME = new Set(["csrfmiddlewaretoken", "owner", "sender", "draft", "revision"]);

  let exists = "exists" in form.dataset;
  let stopped = "conflict" in form.dataset;
  let unanswered = null; // sent, and nobody knows whether it arrived: sent again as it was, so that it counts once
  let busy = null;
  let timer = 0;
  let tries = 0;
  let submitting = false;
  let offered = false; // what an earlier page could not save waits for an answer

  const entries = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !PASSING.has(name));
  const content = (all) => JSON.stringify(all.filter(([name]) => !FRAME.has(name)));
  let kept = "unsaved" in form.dataset ? null : content(entries());
  const isChanged = () => content(entries()) !== kept;
  const field = (name) => form.elements.namedItem(name);
  const say = (words) => { state.textContent = words; };

  // A copy in this tab until it is saved; of this person alone, for another may sign in here.
  const key = () => `otayori-draft:${form.dataset.user}:${exists ? field("draft").value : `new:${form.dataset.sender}`}`;
  const remember = () => { try { sessionStorage.setItem(key(), JSON.stringify(entries())); } catch { /* full, or forbidden */ } };
  const forget = () => { try { sessionStorage.removeItem(key()); } catch { /* forbidden */ } };
  const remembered = () => { try { return JSON.parse(sessionStorage.getItem(key())); } catch { return null; } };

  const post = async (sent, leaving) => {
    const body = new URLSearchParams(sent).toString();
    return fetch(form.dataset.autosave, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
      body,
      redirect: "manual",
      keepalive: leaving && body.length < KEEPALIVE_LIMIT,
      signal: AbortSignal.timeout?.(PATIENCE),
    });
  };

  const saved = (answer, sent) => {
    const wasNew = !exists;
    if (wasNew) forget();
    exists = true;
    field("draft").value = answer.id;
    field("revision").value = answer.revision;
    kept = content(sent);
    tries = 0;
    if (wasNew) history.replaceState(null, "", answer.url);
    if (isChanged()) remember(); else forget();
    const partly = answer.unsaved.length ? `（${state.dataset.partly}${answer.unsaved.join("、")}）` : "";
    say(`${state.dataset.saved} ${answer.saved_at}${partly}`);
    form.dispatchEvent(new CustomEvent("otayori:saved", { detail: { id: answer.id } }));
  };

  const conflict = (words) => {
    stopped = true;
    say(state.dataset.stopped);
    const note = form.querySelector("[data-conflict-note]").content.cloneNode(true);
    note.querySelector("[data-said]").textContent = words;
    form.prepend(note);
    form.firstElementChild.scrollIntoView({ block: "center" });
  };

  const failed = () => {
    say(state.dataset.failed);
    tries += 1;
    later(Math.min(SLOWEST, WAIT * 2 ** tries));
  };

  // True when it is settled and one may go on with what was typed since.
  const settle = async (response, sent) => {
    if (response.type === "opaqueredirect" || response.status === 401) {
      say(state.dataset.signedOut);
      return false;
    }
    if (response.status >= 500) {
      unanswered = sent;
      failed();
      return false;
    }
    const answer = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
    if (response.ok) {
      saved(answer, sent);
      return true;
    }
    if (response.status === 409) conflict(answer.conflict);
    else say(answer.said ?? state.dataset.gone);
    if (response.status === 404 || response.status === 410) stopped = true;
    kept = response.status === 422 ? content(sent) : kept; // refused: tried again when something changes
    return false;
  };

  const work = async (leaving, forced) => {
    let must = forced && !exists;
    while (!stopped && (must || unanswered || isChanged())) {
      must = false;
      const sent = unanswered ?? entries();
      if (!leaving) say(state.dataset.saving);
      let response;
      try {
        unanswered = sent;
        response = await post(sent, leaving);
      } catch {
        failed();
        return;
      }
      unanswered = null;
      if (!(await settle(response, sent))) return;
    }
  };

  const save = async ({ leaving = false, forced = false } = {}) => {
    clearTimeout(timer);
    while (busy) await busy;
    busy = work(leaving, forced).finally(() => { busy = null; });
    return busy;
  };
  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };

  const changed = () => {
    if (!isChanged()) {
      if (!unanswered && !offered) forget(); // typed, and taken back
      return;
    }
    remember();
    if (!stopped) later(WAIT);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  document.addEventListener("htmx:afterSettle", changed);
  document.addEventListener("visibilitychange", () => {
    if (submitting) return;
    if (document.visibilityState === "hidden") { if (isChanged()) save({ leaving: true }); } else if (isChanged() && !stopped) later(0);
  });
  window.addEventListener("pagehide", () => { if (!submitting && isChanged()) save({ leaving: true }); });
  window.addEventListener("online", () => { if (unanswered || isChanged()) later(0); });
  window.addEventListener("pageshow", () => { submitting = false; });

  // A save that is under way ends first: else the form would come with a revision that is old by its own hand.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (busy) {
      event.preventDefault();
      const button = event.submitter;
      busy.finally(() => form.requestSubmit(button));
      return;
    }
    submitting = true;
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-drop-typed]")) { forget(); submitting = true; } });

  // Files need a draft to hang on: attachments.js asks for one.
  form.addEventListener("otayori:need-draft", async (event) => {
    event.preventDefault();
    await save({ forced: true });
    if (exists) event.detail.done?.(field("draft").value);
    else event.detail.failed?.();
  });

  // What could not be saved before this page was opened is offered, never put back by itself.
  const before = remembered();
  if (before && !("unsaved" in form.dataset) && content(before) !== kept) {
    offered = true;
    const note = document.querySelector("[data-unsaved-note]").content.cloneNode(true);
    const frame = document.createElement("div");
    frame.append(note);
    document.querySelector(".compose").before(frame);
    frame.querySelector("[data-forget]").addEventListener("click", () => { offered = false; forget(); frame.remove(); });
    frame.querySelector("[data-restore]").addEventListener("click", () => {
      const again = document.createElement("form");
      again.method = "post";
      again.hidden = true;
      const fresh = new Map([["csrfmiddlewaretoken", field("csrfmiddlewaretoken").value], ["owner", field("owner").value], ["action", "restore"]]);
      for (const [name, value] of [...before.filter(([one]) => !fresh.has(one)), ...fresh]) {
        const hidden = document.createElement("input");
        [hidden.type, hidden.name, hidden.value] = ["hidden", name, value];
        again.append(hidden);
      }
      document.body.append(again);
      forget();
      submitting = true;
      again.submit();
    });
  } else if ("unsaved" in form.dataset && !stopped) {
    changed();
  }
})();
