// Says in words why a passkey did not work; allauth's own scripts only tell the console.
const show = (name) => { for (const box of document.querySelectorAll(`[data-passkey-${name}]`)) box.hidden = false; };

if (!window.PublicKeyCredential) show("none");
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  show("failed");
});
