// The last step of joining: who allows notifications sees one at once, and then the end.
const box = document.querySelector("[data-push]");
const ready = box.querySelector('[data-push-state="on"]');
const finished = document.querySelector("[data-join-finished]");
let allowed = false;

box.querySelector("[data-push-allow]").addEventListener("click", () => { allowed = true; });

// Allowing is asking for the test: one tap less. Who comes back with notifications on presses the button.
new MutationObserver(() => {
  if (ready.hidden || !allowed) return;
  allowed = false;
  box.querySelector("[data-push-test]").click();
}).observe(ready, { attributes: true, attributeFilter: ["hidden"] });

navigator.serviceWorker?.addEventListener("message", (event) => {
  if (event.data?.type !== "push" || !finished.hidden) return;
  finished.hidden = false;
  document.querySelector("[data-join-later]").hidden = true;
  finished.querySelector("h2").focus();
});
