// The inbox: searching what this device has kept, and keeping what will be looked for later.
import { meta } from "./send.js";

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
