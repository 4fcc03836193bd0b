// What is typed into a form with data-keep outlives a lost network: kept in this tab until an answer came.
// Passwords, codes and files are never kept.

const PREFIX = "otayori-typed ";
const SECRET = /password|code|csrf|owner/i;
const place = (form) => `${PREFIX}${location.pathname} ${form.dataset.keep}`;

const fields = (form) => [...form.elements].filter((field) =>
  field.name && !["password", "file", "hidden", "submit", "button"].includes(field.type)
  && !SECRET.test(field.name) && field.autocomplete !== "one-time-code");

const isChoice = (field) => field.type === "checkbox" || field.type === "radio";

const keep = (form, sent) => {
  const typed = fields(form).map((field) => [field.name, field.value, !isChoice(field) || field.checked]);
  try {
    sessionStorage.setItem(place(form), JSON.stringify({ sent, typed }));
  } catch {
    // no room: the page still holds it
  }
};

const read = (key) => {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
};

const put = (form, typed) => {
  for (const [name, value, on] of typed) {
    for (const field of fields(form)) {
      if (field.name !== name) continue;
      if (!isChoice(field)) field.value = value;
      else if (field.value === value) field.checked = on;
    }
  }
};

// This page is the answer to a form of the page before: it arrived, and the server shows what it made of it.
// (Coming back from the browser's page for a lost network is "back_forward" or starts from elsewhere.)
const came = performance.getEntriesByType("navigation")[0]?.type;
const before = document.referrer && new URL(document.referrer).pathname;
for (const key of Object.keys(sessionStorage)) {
  const answered = key.startsWith(`${PREFIX}${before} `) && came === "navigate";
  if (answered && read(key)?.sent) sessionStorage.removeItem(key);
}

for (const form of document.querySelectorAll("form[data-keep]")) {
  const words = form.querySelector("[data-keep-words]");
  const kept = read(place(form));
  if (kept) put(form, kept.typed);
  form.addEventListener("input", () => keep(form, false));
  form.addEventListener("submit", (event) => {
    keep(form, navigator.onLine);
    if (words) words.hidden = navigator.onLine;
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // not sent: ui.js (data-once) must not take it for sent
  });
  window.addEventListener("online", () => { if (words) words.hidden = true; });
}
