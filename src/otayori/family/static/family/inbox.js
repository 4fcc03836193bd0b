// The inbox: searching what this device has kept, and keeping what will be looked for later.
import "./device.js";
import { meta } from "./send.js";

// What was opened on this device is read, also while the server has not heard of it.
const showRead = async () => {
  for (const { kind, data } of await device.queue.all()) {
    const line = kind === "receipt" && document.querySelector(`.is-unread a[href="/m/${data.id}"]`)?.closest("li");
    if (!line || data.version < Number(line.dataset.version)) continue;
    line.classList.remove("is-unread");
    line.querySelector(".unread").remove();
  }
};
showRead();
// Back to a list that the browser had put aside: it knows nothing of what was opened from it.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

document.querySelector(".filter[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const opener = document.querySelector("[data-search-open]");
const search = async () => (await import("./search.js")).open(opener);

if ("caches" in window) {
  opener.hidden = false;
  opener.addEventListener("click", search);
  if (history.state?.search) search(); // back from what was found
}

// Rarely, late, and never while many read: see fetch_ahead.js. The server says whether it is a quiet time.
const quiet = document.querySelector("[data-calm]") && meta("otayori-served") === "network";
if (quiet && navigator.serviceWorker?.controller) {
  const idle = window.requestIdleCallback ?? ((work) => work());
  setTimeout(() => idle(() => import("./fetch_ahead.js")), 5000 + Math.random() * 25000);
}
