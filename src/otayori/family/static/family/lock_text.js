// Whether the text stands on the lock screen of this device: kept on the device, read by the service worker.
import "./device.js";

const box = document.querySelector("[data-lock-text]");
const told = box.querySelector("[data-lock-told]");
const choice = box.querySelector("input");

if ("Notification" in window && "PushManager" in window) {
  globalThis.device.get("lockText").then((wanted) => {
    choice.checked = wanted === true;
    box.hidden = false;
  });
  choice.addEventListener("change", async () => {
    told.textContent = "";
    if (await globalThis.device.set("lockText", choice.checked)) return;
    choice.checked = !choice.checked;
    told.textContent = box.dataset.unkept;
  });
}
