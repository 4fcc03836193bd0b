// A push carries the page: store it, then show the notification. Format: delivery/channels/webpush/payload.py.
"use strict";

// Milliseconds over which the phones of a ward spread their fetches, so that 20,000 do not come at once (design.md 6).
// Most emergencies fit into the push whole; who gets a long one may stand at the school gate with it, and the
// server is warned: 1,300 requests a second for a quarter of a minute. Who opens it sooner has it at once (fetch.js).
const JITTER = { emergency: 15000 };
const LONG_JITTER = 60000;
const SMALL_FILES = 2 * 1024 * 1024; // bytes of all files of an emergency that are fetched ahead
const MOST_PICTURES = 20; // pages of one file
const LOCK_LETTERS = 120; // of the text on a lock screen
const DIGEST = "digest"; // the tag of the one notification of what can wait
const DIGEST_LINES = 5;
const DIGEST_MOST = 50;

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

const looks = (data, path) => ({ icon: CONFIG.icon, badge: CONFIG.badge, lang: data.lang, data: { path } });

// On a lock screen: who and what about; the text only where the guardian wants it there, on this device (design.md 4).
const bodyOf = async (data) => {
  if (data.kind === "recall") return wordsIn(data.lang).recalled;
  if (!data.text || !(await device.get("lockText"))) return data.title;
  const letters = [...data.text.replace(/\s+/g, " ").trim()];
  const text = letters.slice(0, LOCK_LETTERS).join("");
  return `${data.title}\n${text}${letters.length > LOCK_LETTERS || data.more ? "…" : ""}`;
};

const notify = async (data, path) => {
  const words = wordsIn(data.lang);
  const recalled = data.kind === "recall";
  const marks = [recalled ? "" : words[data.urgency], words[data.kind]].filter(Boolean);
  return self.registration.showNotification(marks.map((mark) => `【${mark}】`).join("") + data.sender, {
    ...looks(data, path),
    body: await bodyOf(data),
    tag: data.id,
    renotify: isHeard(data),
    requireInteraction: data.urgency === "emergency" && !recalled,
    timestamp: Date.parse(data.sent_at),
  });
};

// What can wait comes as one notification where the guardian wants that: how many, and the newest titles.
const digestOf = async () => {
  const [shown] = await self.registration.getNotifications({ tag: DIGEST }).catch(() => []);
  return shown?.data?.lines ?? [];
};

const showDigest = (lines, data) => {
  const { app, digest } = wordsIn(data.lang);
  const told = digest[lines.length === 1 ? 0 : 1].replace("{n}", lines.length);
  return self.registration.showNotification(app, {
    ...looks(data, CONFIG.inbox),
    body: [told, ...lines.slice(0, DIGEST_LINES).map((line) => line.title)].join("\n"),
    tag: DIGEST,
    renotify: false,
    data: { path: CONFIG.inbox, lines },
  });
};

// Show a push in the way this device wants it. A title that was recalled goes from the digest too.
const show = async (data, path) => {
  const lines = await digestOf();
  const others = lines.filter((line) => line.id !== data.id);
  if (data.kind === "recall") {
    if (others.length === lines.length) return notify(data, path);
    return showDigest([{ id: data.id, title: wordsIn(data.lang).recalled }, ...others], data);
  }
  const canWait = MESSAGE.test(path) && (data.urgency === "normal" || data.urgency === "leaflet");
  if (!canWait || !(await device.get("digest"))) return notify(data, path);
  return showDigest([{ id: data.id, title: data.title }, ...others].slice(0, DIGEST_MOST), data);
};

// A push that was overtaken by a correction or a recall has to show something; it shows nothing of its own.
const showOvertaken = async (data, path) => {
  const lines = await digestOf();
  if (lines.some((line) => line.id === data.id)) return showDigest(lines, data);
  const [shown] = await self.registration.getNotifications({ tag: data.id });
  return self.registration.showNotification(shown?.title ?? data.sender, {
    ...looks(data, path),
    body: shown?.body ?? wordsIn(data.lang).overtaken,
    tag: data.id,
    renotify: false,
  });
};

const showUnreadable = () =>
  self.registration.showNotification(wordsIn("ja").app, {
    ...looks({}, CONFIG.inbox),
    body: wordsIn(self.navigator.language).unreadable,
  });

// Some time in the next `most` milliseconds. A browser that stops the worker before lets the rest wait for the opening.
const later = (most) => new Promise((resolve) => { setTimeout(resolve, Math.random() * most); });

const fetchRest = async (path, data) => {
  await later(JITTER[data.urgency] ?? LONG_JITTER);
  if ((await lookUp(path))?.headers.has(MORE)) await refresh(path);
};

// The header says that nobody is reading: the server does not count the file as opened (queue.js tells when it is).
const fetchAhead = (path) => fetch(path, { headers: { "Otayori-Purpose": "store" } });

const fetchFile = async (path) => {
  if (await lookUp(path)) return;
  const response = await fetchAhead(path);
  if (!isOurs(response)) return;
  const html = await response.clone().text();
  await keepPage(path, response);
  const pictures = [...html.matchAll(/src="([^"]+)"/g)].map(([, address]) => address).filter((one) => PICTURE.test(one));
  for (const picture of pictures.slice(0, MOST_PICTURES)) {
    const answer = await fetchAhead(picture);
    if (!(await lookUp(path))) return; // recalled meanwhile
    if (isOurs(answer)) await put(picture, answer);
  }
};

// The files of an emergency, where they are small: the map of the place to fetch a child has to open without network.
const fetchFiles = async (path, data) => {
  const files = data.files ?? [];
  const size = files.reduce((sum, [, , , bytes]) => sum + Number(bytes), 0);
  if (data.urgency !== "emergency" || data.kind === "recall" || !files.length) return;
  if (size > SMALL_FILES || self.navigator.connection?.saveData) return;
  await later(LONG_JITTER);
  for (const [id] of files) await fetchFile(`${path}/files/${id}`);
};

// This device shows pushes: it remembers when, and tells the server with what it sends next, once an hour at most.
// Who tries it (a push about no message) waits for the answer: that is told at once.
const noteArrival = async (data, path) => {
  await device.set("lastPush", { at: Date.now(), id: data.id });
  const isTrial = !MESSAGE.test(path);
  const isRecent = Math.abs(Date.now() - ((await device.get("arrivedAt")) ?? 0)) < 60 * 60 * 1000;
  if (isRecent && !isTrial) return;
  const mine = await self.registration.pushManager?.getSubscription();
  if (!mine) return;
  await device.set("arrivedAt", Date.now());
  await device.queue.add({ key: "arrived", kind: "arrived", data: { endpoint: mine.endpoint } });
  if (isTrial) await deliverQueue();
};

const receive = async (message) => {
  let data;
  try {
    data = await unpack(new Uint8Array(await message.arrayBuffer()));
  } catch {
    await showUnreadable(); // browsers take the subscription away from who shows nothing
    return;
  }
  const path = new URL(data.url, self.location.origin).pathname; // never another site
  const isMessage = MESSAGE.test(path);
  const told = { recalled: data.kind === "recall", version: data.version ?? 1 };
  if (isMessage && (await isOutdated(path, told))) {
    await showOvertaken(data, path);
    await noteArrival(data, path);
    return;
  }
  await Promise.allSettled([show(data, path), isMessage ? writeMessage(path, data) : null]);
  await tellPages({ type: "push", path, kind: data.kind ?? "message", version: told.version });
  const rest = isMessage ? [data.more ? fetchRest(path, data) : null, fetchFiles(path, data)] : [];
  await Promise.allSettled([noteArrival(data, path), ...rest]);
};

self.addEventListener("push", (event) => {
  event.waitUntil(event.data ? receive(event.data) : showUnreadable());
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

// The browser has replaced the subscription, or lost it: tell the server the new one.
const subscribeAgain = async (event) => {
  const { pushManager } = self.registration;
  const there = event.newSubscription ?? (await pushManager.getSubscription());
  const key = Uint8Array.from(atob(CONFIG.pushKey.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const mine = there ?? (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  await device.post(CONFIG.subscribe, JSON.stringify(mine)); // signed out: the next page of the app does it
};

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAgain(event)));
