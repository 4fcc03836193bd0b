// Keep messages of the list that this device has not yet, so that search and a day without network find them.
//
// 20,000 phones have this script. If 12,000 of them open the list within one evening hour and lack all they may ask
// for, that is 12,000 x 10 / 3,600 s = 33 small pages a second, and mostly they lack nothing: a push has brought the
// page. It never adds to a rush: not within ten minutes after a message came, not in the morning hours (the server
// tells, in data-calm), once a day, slowly, and the first answer that is no page ends it for the day.
import "./device.js";

const MOST = 10; // a day
const CALM = 10 * 60 * 1000; // after a push
const EVERY = 2000; // milliseconds, and up to as much again

const later = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const isGood = () => {
  const { saveData, effectiveType } = navigator.connection ?? {};
  return navigator.onLine && !saveData && !/2g|3g/.test(effectiveType ?? "");
};

// The worker fetches and keeps: it knows which words are newer. Tells whether it got a page.
const keep = (path) =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => resolve(event.data);
    navigator.serviceWorker.controller.postMessage({ type: "keep", path }, [port2]);
  });

const run = async () => {
  const { device } = globalThis;
  const today = new Date().toDateString();
  const pushed = (await device.get("lastPush"))?.at ?? 0;
  if ((await device.get("keptOn")) === today || Math.abs(Date.now() - pushed) < CALM) return;
  // Only where the device remembers: one that can't write this down would ask each time.
  if (!(await device.set("keptOn", today))) return;
  const cache = await caches.open("pages-1");
  const paths = [...document.querySelectorAll("[data-list] .message-title a")].map((link) => link.pathname);
  let left = MOST;
  for (const path of paths) {
    if (!left || document.hidden || !isGood()) return;
    if (await cache.match(path)) continue;
    if (!(await keep(path))) return;
    left -= 1;
    await later(EVERY * (1 + Math.random()));
  }
};

if (isGood()) run().catch(() => {});
