// Back from a file that was opened, or while one is being checked: look again. What was typed beside the files
// (a note, a comment, a reason) stays in this tab until it is posted. Without script one reloads.
"use strict";

const gate = document.querySelector("[data-look-again]");
const typed = [...document.querySelectorAll("textarea[name], #id_note")];
const keyOf = (field) => `otayori-typed:${window.location.pathname}:${field.name}`;
const store = (work) => { try { work(sessionStorage); } catch { /* full, or forbidden */ } };

for (const field of typed) {
  store((kept) => { field.value ||= kept.getItem(keyOf(field)) ?? ""; });
  field.addEventListener("input", () => store((kept) => kept.setItem(keyOf(field), field.value)));
  field.form?.addEventListener("submit", () => store((kept) => kept.removeItem(keyOf(field))));
}

const isTyping = () => typed.includes(document.activeElement);
const lookAgain = () => {
  if (gate && document.visibilityState === "visible" && !isTyping()) window.location.reload();
};
document.addEventListener("visibilitychange", lookAgain);
window.addEventListener("pageshow", (event) => { if (event.persisted) lookAgain(); });
if (Number(gate?.dataset.lookAgain)) setTimeout(lookAgain, Number(gate.dataset.lookAgain) * 1000);
