// Back from a file that was opened, or while one is being checked: look again. Without script one reloads.
"use strict";

const gate = document.querySelector("[data-look-again]");
const isTyping = () => [...document.querySelectorAll("textarea, #id_note")].some((field) => field.value.trim());
const lookAgain = () => {
  if (gate && document.visibilityState === "visible" && !isTyping()) window.location.reload();
};
document.addEventListener("visibilitychange", lookAgain);
window.addEventListener("pageshow", (event) => { if (event.persisted) lookAgain(); });
if (Number(gate?.dataset.lookAgain)) setTimeout(lookAgain, Number(gate.dataset.lookAgain) * 1000);
