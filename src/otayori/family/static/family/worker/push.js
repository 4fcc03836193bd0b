// A push carries the page: store it, then show the notification. Format: delivery/channels/webpush/payload.py.
"use strict";

const JITTER = 20000; // milliseconds over which the phones of a ward spread their fetches of long texts

const unpack = async (bytes) => {
  if (bytes[0] !== 1) throw new Error("unknown format");
  const stream = new Blob([bytes.slice(1)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).json();
};

const wordsIn = (language) => CONFIG.words[language] ?? CONFIG.words[String(language).split("-")[0]] ?? CONFIG.words.ja;

// Whether what takes the place of an earlier notification is heard: an emergency, also when it is corrected (the
// place to fetch a child was another), and a reminder of what can't wait. What is recalled changes in silence.
const isHeard = (data) => {
  if (data.kind === "recall") return false;
  return data.urgency === "emergency" || (data.kind === "reminder" && data.urgency === "important");
};

// On a lock screen: who and what about, never the text (design.md 4).
const notify = (data, path) => {
  const words = wordsIn(data.lang);
  const recalled = data.kind === "recall";
  const marks = [recalled ? "" : words[data.urgency], words[data.kind]].filter(Boolean);
  return self.registration.showNotification(marks.map((mark) => `【${mark}】`).join("") + data.sender, {
    body: recalled ? words.recalled : data.title,
    tag: data.id,
    renotify: isHeard(data),
    requireInteraction: data.urgency === "emergency" && !recalled,
    lang: data.lang,
    icon: CONFIG.icon,
    badge: CONFIG.badge,
    timestamp: Date.parse(data.sent_at),
    data: { path },
  });
};

// A push that was overtaken by a correction or a recall has to show something; it shows nothing of its own.
const notifyOvertaken = async (data, path) => {
  const [shown] = await self.registration.getNotifications({ tag: data.id });
  return self.registration.showNotification(shown?.title ?? data.sender, {
    body: shown?.body ?? wordsIn(data.lang).overtaken,
    tag: data.id,
    renotify: false,
    lang: data.lang,
    icon: CONFIG.icon,
    badge: CONFIG.badge,
    data: { path },
  });
};

const notifyUnreadable = () =>
  self.registration.showNotification(wordsIn("ja").app, {
    body: wordsIn(self.navigator.language).unreadable,
    icon: CONFIG.icon,
    badge: CONFIG.badge,
    data: { path: CONFIG.inbox },
  });

const fetchRest = async (path) => {
  await new Promise((resolve) => { setTimeout(resolve, Math.random() * JITTER); });
  // The header says that nobody is reading yet: the server does not mark the message read.
  const response = await fetch(path, { headers: { "Otayori-Purpose": "store" } });
  if (response.ok && !response.redirected) await keepPage(path, response);
};

const receive = async (message) => {
  let data;
  try {
    data = await unpack(new Uint8Array(await message.arrayBuffer()));
  } catch {
    await notifyUnreadable(); // browsers take the subscription away from who shows nothing
    return;
  }
  const path = new URL(data.url, self.location.origin).pathname; // never another site
  const told = { recalled: data.kind === "recall", version: data.version ?? 1 };
  if (MESSAGE.test(path) && (await isOutdated(path, told).catch(() => false))) {
    await notifyOvertaken(data, path);
    return;
  }
  const stored = MESSAGE.test(path) ? writeMessage(path, data) : Promise.resolve();
  await Promise.allSettled([notify(data, path), stored]);
  await tellPages({ type: "push", path, kind: data.kind ?? "message" });
  if (data.more && MESSAGE.test(path)) await fetchRest(path).catch(() => {});
};

self.addEventListener("push", (event) => {
  event.waitUntil(event.data ? receive(event.data) : notifyUnreadable());
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path = event.notification.data?.path ?? CONFIG.inbox;
  event.waitUntil((async () => {
    const windows = await self.clients.matchAll({ type: "window" });
    const there = windows.find((client) => new URL(client.url).pathname === path);
    if (there) return there.focus();
    return self.clients.openWindow(path);
  })());
});

// The browser has replaced the subscription: tell the server the new one.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil((async () => {
    const old = event.oldSubscription ?? (await self.registration.pushManager.getSubscription());
    const subscription = event.newSubscription ?? (old && (await self.registration.pushManager.subscribe(old.options)));
    if (!subscription) return;
    const answer = await fetch(CONFIG.token, { headers: { "Accept": "application/json" } });
    if (!answer.ok) return; // signed out: the page subscribes anew after signing in
    const { csrf } = await answer.json();
    await fetch(CONFIG.subscribe, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify(subscription),
    });
  })());
});
