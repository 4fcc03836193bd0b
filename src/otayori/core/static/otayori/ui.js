// Small helps on every page; each page works without them. No inline script: the content policy forbids it.
"use strict";

const announce = (text) => {
  const place = document.getElementById("announcer");
  if (place) place.textContent = text;
};

// Error summary: where the eye and the screen reader begin after a refused form.
document.querySelector("[data-focus]")?.focus();

// Links with data-dialog-open="id" open the <dialog>; without it (or on an old browser) they are followed.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  const dialog = opener && document.getElementById(opener.dataset.dialogOpen);
  if (dialog?.showModal) {
    event.preventDefault();
    dialog.showModal();
  }
  if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
  if (event.target.closest("[data-print]")) window.print();
});

for (const button of document.querySelectorAll("[data-print][hidden]")) button.hidden = false;

// Copy: hidden until we know that the browser can.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    announce(button.dataset.copied);
    const label = button.querySelector("span");
    const before = label.textContent;
    label.textContent = button.dataset.copied;
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}

// File field: names and sizes of what was chosen.
for (const control of document.querySelectorAll("[data-file]")) {
  const input = control.querySelector("input[type=file]");
  const list = document.createElement("ul");
  list.className = "file-picked";
  list.setAttribute("aria-live", "polite");
  control.append(list);
  input?.addEventListener("change", () => {
    list.replaceChildren(...[...input.files].map((file) => {
      const line = document.createElement("li");
      line.textContent = `${file.name} (${Math.max(1, Math.round(file.size / 1024)).toLocaleString()} KB)`;
      return line;
    }));
  });
}

// A form with data-once is sent once, however often the button is pressed; its button says what it does.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("once" in form.dataset)) return;
  if (form.dataset.once === "sent") {
    event.preventDefault();
    return;
  }
  form.dataset.once = "sent";
  const button = event.submitter;
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  if (button.dataset.busy) button.textContent = button.dataset.busy;
});
// Coming back by the browser's cache must not leave a form that cannot be sent.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll('form[data-once="sent"]').forEach((form) => { form.dataset.once = ""; });
});

// A menu (the signed-in person's, the languages) closes when one clicks elsewhere or presses Escape.
for (const menu of document.querySelectorAll("details.who, details.language-switch")) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// Offline band.
const band = document.querySelector("[data-offline]");
const showBand = () => { if (band) band.hidden = navigator.onLine; };
window.addEventListener("online", showBand);
window.addEventListener("offline", showBand);
showBand();

// 「今日」 beside a date is of the day on which the device kept the page.
if ((document.querySelector('meta[name="otayori-served"]')?.content ?? "network") !== "network") {
  for (const word of document.querySelectorAll(".when-beside")) word.remove();
}

// Text size: kept in a cookie, so the server draws the next page in it from the start. A page that the device has
// kept may be of before the last change; and some browsers forget such a cookie after a week, if it is not renewed.
const keptSize = () => /(?:^|; )text_size=(large|largest)(?:;|$)/.exec(document.cookie)?.[1] ?? "";
const useSize = (size) => {
  if (size) document.documentElement.dataset.text = size;
  else delete document.documentElement.dataset.text;
};
const keepSize = (size) => { document.cookie = `text_size=${size};path=/;max-age=${size ? 31536000 : 0};SameSite=Lax`; };
if (keptSize() !== (document.documentElement.dataset.text ?? "")) useSize(keptSize());
if (keptSize()) keepSize(keptSize());
for (const box of document.querySelectorAll("[data-text-size-box]")) box.hidden = false;
const sizes = document.querySelector("[data-text-size-switch]");
if (sizes) {
  const mark = () => {
    for (const button of sizes.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.textSize === (document.documentElement.dataset.text ?? "")));
    }
  };
  sizes.hidden = false;
  sizes.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const size = button.dataset.textSize;
    keepSize(size);
    useSize(size);
    mark();
  });
  mark();
}
