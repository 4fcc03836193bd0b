// Compose: "all of a kind" ticks its schools, and the phone shows the urgency. The page works without it.
"use strict";

const form = document.querySelector("[data-compose]");
const members = (key) => [...form.querySelectorAll(`[data-member-of="${CSS.escape(key)}"]`)];

form?.addEventListener("change", (event) => {
  const box = event.target;
  if (box.name !== "to") return;
  if (box.value.startsWith("kind:")) {
    for (const school of members(box.value)) school.checked = box.checked;
  } else if (box.dataset.memberOf) {
    const all = form.querySelector(`[value="${CSS.escape(box.dataset.memberOf)}"]`);
    all.checked = members(box.dataset.memberOf).every((school) => school.checked);
  }
});

// The mark of urgency on the phone, taken from templates so that it looks as everywhere else.
const screen = document.querySelector(".phone-screen");
form?.addEventListener("change", (event) => {
  if (event.target.name !== "urgency" || !screen) return;
  screen.querySelector("[data-preview-urgency]")?.remove();
  const mark = document.querySelector(`[data-urgency-mark="${CSS.escape(event.target.value)}"]`);
  if (!mark) return;
  const line = document.createElement("p");
  line.dataset.previewUrgency = "";
  line.append(mark.content.cloneNode(true));
  screen.querySelector(".phone-school").after(line);
});

// The browser keeps ticks over a reload: the count must not speak of the page as it was sent.
if (form?.querySelector('[name="to"]:checked')) document.querySelector("[data-targets]")?.dispatchEvent(new Event("targets"));
