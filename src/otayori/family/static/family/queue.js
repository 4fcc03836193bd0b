// What waits on this device to be sent: adding to it, sending it, and saying honestly how it stands.
import "./device.js";
import "./deliver.js";
import { meta } from "./send.js";

const DAY = 24 * 60 * 60 * 1000;

const band = document.querySelector("[data-queue-state]");
const problem = document.querySelector("[data-queue-refused]");
const worker = navigator.serviceWorker;

// Things to say nothing of until a day has passed: the app sends them by itself.
const isTold = ({ kind, at }) => !device.queue.quiet.has(kind) || Date.now() - at > DAY;

// Say what waits and what was refused. Pages listen to "otayori-queue" on the document:
// detail.waiting and detail.refused are entries { key, kind, data, refused: the server's words }.
export const tellState = async () => {
  const all = await device.queue.all();
  const waiting = all.filter((one) => one.refused === undefined);
  const refused = all.filter((one) => one.refused !== undefined);
  const told = waiting.filter(isTold).length;
  if (band) {
    const words = (told === 1 ? band.dataset.one : band.dataset.other).replace("{n}", told);
    if (told && band.lastElementChild.textContent !== words) band.lastElementChild.textContent = words;
    band.hidden = !told;
  }
  if (problem) {
    const words = [...new Set(refused.map((one) => one.refused))].join("\n");
    problem.querySelector("[data-queue-words]").textContent = words;
    problem.hidden = !refused.length;
  }
  document.dispatchEvent(new CustomEvent("otayori-queue", { detail: { waiting, refused } }));
};

problem?.querySelector("button").addEventListener("click", async () => {
  for (const one of await device.queue.all()) if (one.refused !== undefined) await device.queue.remove(one.key, one.seq);
  await tellState();
});

// Where the browser can, it wakes the worker once there is a network again, also when the app is closed.
const askForSync = () => worker?.ready.then((registration) => registration.sync?.register("queue")).catch(() => {});

let turn = Promise.resolve();
let sending = 0;

const go = async () => {
  sending += 1;
  try {
    if (!(await device.queue.deliver().catch(() => false))) askForSync();
  } finally {
    sending -= 1;
    await tellState();
  }
};

// Send what waits; nothing is asked of the network where nothing does.
export const flush = () => {
  turn = turn.then(go, go);
  return turn;
};

// Keep a thing to be sent with the next flush. Resolves to whether it is safe when the app is closed.
export const keep = (item) => device.queue.add({ guardian: meta("otayori-guardian") || undefined, ...item });

// Send { key, kind, data } now or as soon as there is a network; the same key again takes the earlier one's place.
// Resolves to how it stands, for the page to say so:
// "sent": the server has it. "kept": it is safe on this device and goes by itself.
// "refused": the server won't take it; its words are on the page, and in "otayori-queue".
// "failed": neither sent nor safe (no network, and no room on the device): leave the form as it is.
export const send = async (item) => {
  const isSafe = await keep(item);
  await tellState();
  await flush();
  const mine = (await device.queue.all()).find((one) => one.key === item.key);
  if (!mine) return "sent";
  if (mine.refused !== undefined) return "refused";
  if (isSafe) return "kept";
  await device.queue.remove(mine.key, mine.seq);
  return "failed";
};

window.addEventListener("pagehide", () => { if (sending) askForSync(); });
window.addEventListener("online", flush);
document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
worker?.addEventListener("message", (event) => { if (event.data?.type === "queue") tellState(); });
