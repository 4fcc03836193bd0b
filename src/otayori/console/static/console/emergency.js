// The emergency page: what the button says is what is sent. Works without it, by the confirm page.
"use strict";

const emergency = document.querySelector("[data-emergency]");
const counted = emergency?.querySelector("[data-recount]");
const live = document.getElementById("emergency-live");
let typedSince = false; // something was typed that the button does not know yet
let pressed = null; // what the button said when it was pressed too early

const recount = () => counted.dispatchEvent(new Event("recount"));

emergency?.addEventListener("input", () => {
  typedSince = true;
  pressed = null; // who goes on typing after the press has not seen the end of it
});
document.addEventListener("htmx:beforeRequest", (event) => { if (event.target === counted) typedSince = false; });

// Pressed before the count came back: count, and send if it still says the same.
emergency?.addEventListener("submit", (event) => {
  const button = event.submitter;
  const waits = typedSince || counted.classList.contains("htmx-request");
  if (button?.value !== "send" || !waits) return;
  event.preventDefault();
  event.stopPropagation(); // ui.js would take it for sent
  pressed = button.dataset.people;
  button.setAttribute("aria-busy", "true");
  recount();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target !== live || pressed === null || typedSince) return;
  const button = live.querySelector('[value="send"]');
  const same = button?.dataset.people === pressed;
  pressed = null;
  if (same) emergency.requestSubmit(button);
  else live.querySelector("button")?.focus();
});

// No answer: what is on the screen was not counted, so it is not sent; the words stay.
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (event.target !== counted) return;
    typedSince = true;
    pressed = null;
    document.querySelector("[data-no-answer]").hidden = false;
  });
}
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target === live) document.querySelector("[data-no-answer]").hidden = true;
});

// "All of a kind" ticks its schools.
const members = (key) => [...emergency.querySelectorAll(`[data-member-of="${CSS.escape(key)}"]`)];
emergency?.addEventListener("change", (event) => {
  const box = event.target;
  if (box.name !== "to") return;
  if (box.value.startsWith("kind:")) {
    for (const school of members(box.value)) school.checked = box.checked;
  } else if (box.dataset.memberOf?.startsWith("kind:")) {
    const all = emergency.querySelector(`[value="${CSS.escape(box.dataset.memberOf)}"]`);
    if (all) all.checked = members(box.dataset.memberOf).every((school) => school.checked);
  }
});

// Schools by a part of their name.
const search = document.querySelector("[data-school-search]");
if (search) {
  search.hidden = false;
  search.addEventListener("input", (event) => {
    event.stopPropagation(); // nothing of the message changed
    const wanted = event.target.value.trim();
    for (const row of emergency.querySelectorAll(".toggle-row")) {
      const schools = [...row.querySelectorAll(".toggles .toggle")];
      for (const school of schools) school.hidden = !school.textContent.includes(wanted);
      row.hidden = schools.every((school) => school.hidden);
    }
  });
  search.addEventListener("change", (event) => event.stopPropagation());
}

// A draft, a form that came back, or ticks that the browser kept over a reload.
if (emergency?.querySelector('[name="to"]:checked')) window.addEventListener("load", recount);
