// The app on every guardian page: the service worker, receipts, and forgetting when one signs out.
import "./device.js";
import { flush, keep, tellState } from "./queue.js";
import "./reach_report.js";
import { meta, post } from "./send.js";
import { sameKey, subscribeAnew, subscription } from "./subscription.js";

const RECEIPTS = "otayori-receipts"; // where apps of before kept the receipts: message id -> version
const GUARDIAN = "otayori-guardian"; // whose pages are kept on this device
const PUSH = "otayori-push"; // the push address the server knows
const HOUR = 60 * 60 * 1000;

const worker = navigator.serviceWorker;
const served = meta("otayori-served"); // by the "network"; from the "store" of the device; or that because we are "offline"
const fromDevice = served !== "network";

const local = {
  get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
  set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* a private window: for this page alone */ } },
  drop: (name) => { try { localStorage.removeItem(name); } catch { /* there is none */ } },
};

// Nothing is asked of the network before the words are on the screen. (A page in the background is never painted.)
const painted = new Promise((resolve) => {
  setTimeout(resolve, 3000);
  try {
    const seen = new PerformanceObserver((list) => { if (list.getEntriesByName("first-contentful-paint").length) resolve(); });
    seen.observe({ type: "paint", buffered: true });
  } catch {
    resolve();
  }
});

// --- What is shown ------------------------------------------------------------------------------------

const band = document.querySelector("[data-offline]");
const tellOffline = (failed) => {
  if (band) band.hidden = !(failed === true || served === "offline" || (fromDevice && !navigator.onLine));
};
tellOffline();
for (const change of ["online", "offline"]) window.addEventListener(change, tellOffline);

const article = document.querySelector("[data-message]");
const version = Number(article?.dataset.version) || 1;
const onceLookedAt = (work) => {
  if (!document.hidden) work();
  else document.addEventListener("visibilitychange", work, { once: true });
};

// A message that is corrected while it is open is shown anew once somebody looks; a recalled one at once. "rest": the
// whole of a text of which the push carried the beginning. "gone": it is not ours any more.
worker?.addEventListener("message", (event) => {
  const { type, path, kind, version: told = Infinity } = event.data ?? {};
  if (location.pathname !== path && !location.pathname.startsWith(`${path}/files/`)) return;
  if (type === "offline") tellOffline(true);
  if (type !== "push") return;
  if (kind === "recall" && !document.querySelector("[data-recalled]")) location.replace(path);
  if (kind === "gone" && fromDevice) location.reload();
  const isNews = kind === "correction" ? told > version : kind === "rest" && article?.querySelector("[data-more]");
  if (isNews && article) onceLookedAt(() => location.reload());
});

// --- Receipts -----------------------------------------------------------------------------------------

// A page the server sent was marked read by the server; one from the device nobody knows of yet.
const noteOpened = async () => {
  if (!fromDevice) return;
  const id = article?.dataset.message;
  if (id) await keep({ key: `receipt:${id}`, kind: "receipt", data: { id, version } });
  const [, file] = location.pathname.match(/^\/m\/[0-9a-f-]{36}\/files\/([0-9a-f-]{36})$/) ?? [];
  if (file && document.querySelector(".file-page")) await keep({ key: `file:${file}`, kind: "file", data: { id: file } });
};

const takeOver = async () => {
  try {
    const old = JSON.parse(local.get(RECEIPTS)) ?? {};
    const versions = Array.isArray(old) ? Object.fromEntries(old.map((id) => [id, 1])) : old; // once a list of ids
    for (const [id, told] of Object.entries(versions)) {
      await keep({ key: `receipt:${id}`, kind: "receipt", data: { id, version: told } });
    }
  } catch {
    // what can't be read tells nothing
  }
  local.drop(RECEIPTS);
};

// --- Whose device this is -----------------------------------------------------------------------------

const dropPages = async () => {
  local.drop(RECEIPTS);
  await device.dropPages();
};

// What is kept belongs to one guardian. Another's pages, and what waits to be sent in that name, are dropped.
const settle = async () => {
  const me = meta("otayori-guardian");
  if (!me || fromDevice) return;
  const before = [local.get(GUARDIAN), await device.get("guardian")].filter(Boolean);
  if (before.some((one) => one !== me)) {
    for (const name of [PUSH, GUARDIAN]) local.drop(name);
    await device.clear();
    await dropPages().catch(() => {});
  }
  local.set(GUARDIAN, me);
  await device.set("guardian", me);
  await device.set("csrf", meta("csrf"));
  const digest = document.querySelector('meta[name="otayori-digest"]');
  if (digest) await device.set("digest", !["", "0", "false", "off"].includes(digest.content));
};

// The server is told a push address once, again when it changes or another guardian has signed in here. Where the
// subscription was lost, or made with a key that the ward no longer has, a new one is made: nobody has to notice.
const settlePush = async () => {
  const key = meta("otayori-push-key");
  if (!key || fromDevice) return;
  const before = local.get(PUSH);
  let mine = await subscription();
  const isLost = !mine || !sameKey(mine, key);
  if (isLost && (before || mine) && globalThis.Notification?.permission === "granted") mine = await subscribeAnew(key);
  if (!mine || before === mine.endpoint) return;
  const answer = await post("/push/subscribe", JSON.stringify(mine));
  if (answer.ok) local.set(PUSH, mine.endpoint);
};

// Once an hour: the app was opened on this device. Where it is told of messages, what it keeps should stay.
const noteSeen = async () => {
  const mine = await subscription();
  if (!mine) return;
  const isRecent = Math.abs(Date.now() - ((await device.get("seenAt")) ?? 0)) < HOUR; // also where the clock jumps
  if (!isRecent && (await device.set("seenAt", Date.now()))) {
    await keep({ key: "seen", kind: "seen", data: { endpoint: mine.endpoint } });
  }
  const asksFirst = CSS.supports("-moz-appearance", "none"); // Firefox puts a question on the screen
  if (!asksFirst) await navigator.storage?.persist?.();
};

const start = async () => {
  await settle().catch(() => {});
  await takeOver();
  await noteOpened();
  await tellState();
  await painted;
  worker?.register("/sw.js", { scope: "/", updateViaCache: "none" }).catch(() => {});
  // What is kept may be old: the worker looks for newer words, now that there is something to read.
  if (fromDevice) worker?.controller?.postMessage({ type: "shown", path: location.pathname });
  // What is kept speaks the language of the pages; only a page of the server's knows which one was chosen last.
  const told = { type: "language", language: document.documentElement.lang };
  if (!fromDevice) worker?.ready.then(({ active }) => active?.postMessage(told));
  await settlePush().catch(() => {});
  await noteSeen().catch(() => {});
  await flush();
};
start();

// --- Signing out --------------------------------------------------------------------------------------

const forget = async () => {
  const mine = await subscription();
  if (mine) {
    await post("/push/unsubscribe", { endpoint: mine.endpoint });
    await mine.unsubscribe();
  }
};

const patience = () => new Promise((resolve) => { setTimeout(resolve, 4000); });

document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  event.preventDefault();
  await Promise.race([flush(), patience()]); // what was done in this name goes out in it
  await dropPages().catch(() => {});
  for (const name of [GUARDIAN, PUSH]) local.drop(name);
  await Promise.race([forget().catch(() => {}), patience()]);
  await device.clear();
  event.target.submit();
});
