// The seconds until it goes out. The server's own time stands above them, for a page without script.
"use strict";

let endsAt = 0;
const start = () => {
  const place = document.querySelector("[data-countdown]");
  if (!place) return;
  endsAt = performance.now() + Number(place.dataset.countdown) * 1000;
  place.hidden = false;
  tick();
};
const tick = () => {
  const number = document.querySelector("[data-countdown] .countdown-number");
  if (number) number.textContent = String(Math.max(0, Math.ceil((endsAt - performance.now()) / 1000)));
};
start();
setInterval(tick, 250);
document.addEventListener("htmx:afterSwap", start);
