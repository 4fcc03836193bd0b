// Joining on a shaky network: nothing typed is lost, the password can be looked at, another app is left in time.
import { standalone, thisDevice } from "./which_device.js";

const store = (() => {
  try {
    return window.sessionStorage;
  } catch {
    return null; // forbidden in the browser's settings: then only the page itself remembers
  }
})();
const slot = (name) => `otayori-typed-${name}`;

// --- What was typed stays until the end, in this tab alone; passwords and codes never -----------------------

const fieldsOf = (form) =>
  [...form.elements].filter((one) => one.name && !["hidden", "password", "submit", "button"].includes(one.type));

const restore = (form) => {
  const kept = JSON.parse(store?.getItem(slot(form.dataset.keep)) ?? "{}");
  for (const field of fieldsOf(form)) {
    if (!(field.name in kept)) continue;
    if (field.type === "radio") field.checked = field.value === kept[field.name];
    else field.value = kept[field.name];
  }
};

const keep = (form, but = "") => {
  const typed = fieldsOf(form).filter((one) => (one.type !== "radio" || one.checked) && one.name !== but);
  try {
    store?.setItem(slot(form.dataset.keep), JSON.stringify(Object.fromEntries(typed.map((one) => [one.name, one.value]))));
  } catch {
    // full: as without it
  }
};

for (const form of document.querySelectorAll("form[data-keep]")) {
  restore(form);
  form.addEventListener("input", () => keep(form));
  form.addEventListener("submit", (event) => keep(form, event.submitter?.name === "email_choice" ? "email" : ""));
}
for (const done of document.querySelectorAll("[data-forget]")) store?.removeItem(slot(done.dataset.forget));

// --- A page is left only for a server that answers: the browser's own error page would lose what was typed ---

const unreached = document.querySelector("[data-unreached]");

const answers = async () => {
  const patience = AbortSignal.timeout?.(8000);
  const answer = await fetch("/health", { cache: "no-store", signal: patience });
  return answer.ok;
};

const ask = async (form, button) => {
  form.dataset.asking = "";
  button?.setAttribute("aria-busy", "true");
  const reached = await answers().catch(() => false);
  delete form.dataset.asking;
  button?.removeAttribute("aria-busy");
  if (unreached) unreached.hidden = reached;
  if (!reached) return unreached?.scrollIntoView({ block: "nearest" });
  form.dataset.reached = "";
  if (button) form.requestSubmit(button);
  else form.requestSubmit();
};

for (const form of unreached ? document.querySelectorAll("main form") : []) {
  form.addEventListener("submit", (event) => {
    if ("reached" in form.dataset) {
      delete form.dataset.reached;
      return;
    }
    event.preventDefault();
    event.stopPropagation(); // not sent yet: `data-once` must not count it
    if (!("asking" in form.dataset)) ask(form, event.submitter);
  });
}

// --- Looking at the password that is being chosen -----------------------------------------------------------

for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = !field;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
}

// --- Inside LINE and the like there is no way to be notified ------------------------------------------------

const { os, inApp } = thisDevice();
const leave = inApp && document.querySelector("[data-in-app]");
if (leave) {
  leave.hidden = false;
  const words = inApp === "line" ? "line" : "other";
  for (const part of leave.querySelectorAll("[data-in-app-way]")) part.hidden = part.dataset.inAppWay !== words;
  // 「ブラウザーで開く」 of the other apps opens the address that is shown
  history.replaceState(null, "", new URL(leave.dataset.inApp, location.href).pathname);
}
for (const part of document.querySelectorAll("[data-for-os]")) {
  part.hidden = part.dataset.forOs !== os || Boolean(inApp) || standalone();
}
