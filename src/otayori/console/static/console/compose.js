// Compose: the phone and the mail beside the text, quick times, and what Enter does. The page works without it.
"use strict";

const composing = document.querySelector("[data-compose]");

// The mark of urgency on the phone, taken from templates so that it looks as everywhere else.
const phone = document.querySelector(".phone-screen");
composing?.addEventListener("change", (event) => {
  if (event.target.name !== "urgency" || !phone) return;
  phone.querySelector("[data-preview-urgency]")?.remove();
  const mark = document.querySelector(`[data-urgency-mark="${CSS.escape(event.target.value)}"]`);
  if (!mark) return;
  const line = document.createElement("p");
  line.dataset.previewUrgency = "";
  line.append(mark.content.cloneNode(true));
  phone.querySelector(".phone-school").after(line);
});

// Phone or mail: without script the second button leads to a page of its own.
const switches = [...document.querySelectorAll("[data-preview]")];
const shown = () => switches.find((button) => button.getAttribute("aria-pressed") === "true")?.dataset.preview;
const showPreview = (name) => {
  for (const button of switches) {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(button.dataset.preview === name));
  }
  for (const panel of document.querySelectorAll("[data-preview-panel]")) panel.hidden = panel.dataset.previewPanel !== name;
};
if (switches.length) showPreview("phone");
for (const button of switches) button.addEventListener("click", () => showPreview(button.dataset.preview));
composing?.addEventListener("otayori:saved", () => {
  if (shown() === "mail") document.querySelector('[data-preview="mail"]').dispatchEvent(new Event("refresh"));
});

// Deadlines that are usual: today at five, today at all; in the school's time, wherever the PC thinks it is.
const quick = document.querySelector("[data-quick-times]");
if (quick) {
  const tokyo = (options) => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Tokyo", ...options }).format(new Date());
  const [day, time] = [0, 1].map((part) => document.getElementById(`${quick.dataset.quickTimes}_${part}`));
  quick.hidden = false;
  for (const button of quick.querySelectorAll("[data-time]")) {
    const wanted = button.dataset.time;
    button.hidden = Boolean(wanted) && wanted <= tokyo({ hour: "2-digit", minute: "2-digit" });
    button.addEventListener("click", () => {
      day.value = wanted ? tokyo({ year: "numeric", month: "2-digit", day: "2-digit" }) : "";
      time.value = wanted;
      for (const field of [day, time]) field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

// Enter in a search field searches; in any other line it does nothing, for the draft saves itself.
composing?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
  event.preventDefault();
  event.target.closest(".search-row")?.querySelector("button")?.click();
});

// A page of names that was turned is read from its top.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "audience-names") document.getElementById("names")?.focus();
});
