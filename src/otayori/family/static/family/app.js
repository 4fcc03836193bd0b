// The app on every guardian page: the service worker, receipts, and forgetting when one signs out.
import "./device.js";
import { meta, post } from "./send.js";

const RECEIPTS = "otayori-receipts"; // messages opened from the device, not yet told to the server: id -> version
const GUARDIAN = "otayori-guardian"; // whose pages are kept on this device
const PUSH = "otayori-push"; // the push address the server knows

const worker = navigator.serviceWorker;
worker?.register("/sw.js", { scope: "/", updateViaCache: "none" }).catch(() => {});

// --- Receipts -----------------------------------------------------------------------------------------

const queued = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(RECEIPTS)) ?? {};
    return Array.isArray(kept) ? Object.fromEntries(kept.map((id) => [id, 1])) : kept; // once a list of ids
  } catch {
    return {};
  }
};

const keep = (versions) => {
  if (Object.keys(versions).length) localStorage.setItem(RECEIPTS, JSON.stringify(versions));
  else localStorage.removeItem(RECEIPTS);
};

let sending = false;
const sendReceipts = async () => {
  const told = Object.entries(queued()).slice(0, 200);
  if (!told.length || sending || !navigator.onLine) return;
  sending = true;
  try {
    const answer = await post("/receipts", { ids: told.map(([id]) => id), versions: Object.fromEntries(told) });
    // What the server can't read it never will; anything else (signed out, restarting) is tried again later.
    if (answer.ok || answer.status === 400) {
      const sent = new Map(told);
      keep(Object.fromEntries(Object.entries(queued()).filter(([id, version]) => sent.get(id) !== version)));
    }
  } catch {
    // no network: they stay in the queue
  } finally {
    sending = false;
  }
};

const article = document.querySelector("[data-message]");
const opened = article?.dataset.message;
const fromDevice = meta("otayori-served") === "store";
if (fromDevice) {
  const band = document.querySelector("[data-offline]");
  if (band) band.hidden = false;
  // A page the server sent was marked read by the server; this one nobody knows of yet.
  if (opened) keep({ ...queued(), [opened]: Number(article.dataset.version) || 1 });
}
window.addEventListener("online", sendReceipts);
document.addEventListener("visibilitychange", () => { if (!document.hidden) sendReceipts(); });
sendReceipts();

// --- What is shown while it changes ------------------------------------------------------------------

// A message that is corrected while it is open is shown anew once somebody looks; a recalled one at once.
worker?.addEventListener("message", (event) => {
  const { type, path, kind } = event.data ?? {};
  const shown = location.pathname === path || location.pathname.startsWith(`${path}/files/`);
  if (type !== "push" || !shown) return;
  if (kind === "recall" && !document.querySelector("[data-recalled]")) location.replace(path);
  if (kind !== "correction") return;
  if (!document.hidden) location.reload();
  else document.addEventListener("visibilitychange", () => location.reload(), { once: true });
});

// --- Whose device this is -----------------------------------------------------------------------------

const dropPages = async () => {
  for (const name of await caches.keys()) if (name.startsWith("pages-")) await caches.delete(name);
  localStorage.removeItem(RECEIPTS);
};

const subscription = async () => (await (await worker?.getRegistration())?.pushManager?.getSubscription()) ?? null;

// The server is told a push address once, again when it changes or another guardian has signed in here.
const settle = async () => {
  const me = meta("otayori-guardian");
  if (!me || fromDevice) return;
  const before = localStorage.getItem(GUARDIAN);
  if (before && before !== me) {
    await dropPages();
    localStorage.removeItem(PUSH);
  }
  localStorage.setItem(GUARDIAN, me);
  const mine = await subscription();
  if (mine && localStorage.getItem(PUSH) !== mine.endpoint) {
    const answer = await post("/push/subscribe", JSON.stringify(mine));
    if (answer.ok) localStorage.setItem(PUSH, mine.endpoint);
  }
};
if ("caches" in window) settle().catch(() => {});

// The kept shells speak the language of the pages.
worker?.ready.then((registration) => {
  registration.active?.postMessage({ type: "language", language: document.documentElement.lang });
});

// --- Signing out --------------------------------------------------------------------------------------

const forget = async () => {
  const mine = await subscription();
  if (mine) {
    await post("/push/unsubscribe", { endpoint: mine.endpoint });
    await mine.unsubscribe();
  }
};

document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  event.preventDefault();
  const patience = new Promise((resolve) => { setTimeout(resolve, 4000); });
  await dropPages();
  for (const name of [GUARDIAN, PUSH]) localStorage.removeItem(name);
  await Promise.race([forget().catch(() => {}), patience]);
  event.target.submit();
});
