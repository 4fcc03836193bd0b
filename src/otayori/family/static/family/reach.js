// "Can I be reached?": what this device finds out about itself, and a test that counts when it has arrived here.
import "./device.js";
import { helpFor, overall, silenceFor } from "./reach_help.js";
import { lookHere } from "./reach_report.js";
import { post } from "./send.js";
import { sameKey } from "./subscription.js";
import { standalone, thisDevice } from "./which_device.js";

const PATIENCE = 15000; // milliseconds in which a test should be here
const box = document.querySelector("[data-reach]");
const { os, browser, inApp } = thisDevice();
const onScreen = standalone();
const worker = navigator.serviceWorker;
let mine = { id: "", state: "unknown", others: box.dataset.others === "1" };

// Of a check, show the part of this state.
const show = (name, state) => {
  const check = box.querySelector(`[data-check="${name}"]`);
  check.hidden = !state;
  for (const part of check.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== state;
};
const help = (name) => {
  for (const part of box.querySelectorAll("[data-help]")) part.hidden = part.dataset.help !== name;
};
const sayOverall = (here) => {
  const said = overall({ here, others: mine.others, mail: box.dataset.mail === "1" });
  for (const part of box.querySelectorAll("[data-overall]")) part.hidden = part.dataset.overall !== said;
};

const canPush = Boolean(worker && "PushManager" in window && "Notification" in window);

const lookAtPermission = () => {
  const permission = canPush ? Notification.permission : "impossible";
  show("permission", permission);
  help(helpFor({ os, browser, inApp, standalone: onScreen, canPush, permission }));
  return permission === "granted";
};

const lookAtDevice = async (subscription) => {
  if (!subscription) return show("device", "missing");
  if (!sameKey(subscription, box.dataset.key)) return show("device", "old-key");
  const answer = await post(box.dataset.device, { endpoint: subscription.endpoint }).catch(() => null);
  if (!answer?.ok) return show("device", "unasked");
  mine = await answer.json();
  return show("device", mine.state);
};

const lookAtLast = async () => {
  const last = await device.get("lastPush");
  const language = document.documentElement.lang;
  const when = last && new Intl.DateTimeFormat(language, { numberingSystem: "latn", timeZone: "Asia/Tokyo", month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(last.at);
  box.querySelector("[data-last]").textContent = when || mine.arrived || "";
  show("last", when || mine.arrived ? "some" : "none");
};

const look = async () => {
  const allowed = lookAtPermission();
  const { mine: subscription, state } = await lookHere();
  await device.set("reachSeen", state); // read here: the list need not say it again
  if (allowed) await lookAtDevice(subscription);
  else show("device", "");
  const works = allowed && mine.state === "active";
  await lookAtLast();
  box.querySelector("[data-try]").hidden = !works;
  show("installed", os === "ios" ? String(onScreen) : "");
  const persisted = await navigator.storage?.persisted?.();
  show("kept", persisted === undefined ? "" : String(persisted));
  sayOverall(works);
};

const told = box.querySelector("[data-told]");
const say = (name) => { told.textContent = name ? told.dataset[name] : ""; };
let waiting = 0;

const arrived = async () => {
  clearTimeout(waiting);
  waiting = 0;
  help("");
  say("arrived");
  await lookAtLast();
};

box.querySelector("[data-try] button").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  say("sending");
  waiting = setTimeout(() => { say("silent"); help(silenceFor({ os })); }, PATIENCE);
  try {
    const answer = await (await post(box.dataset.test, { id: mine.id })).json();
    if (!answer.ok) {
      clearTimeout(waiting);
      told.textContent = answer.words ?? told.dataset.unreached;
      if (answer.gone) await look();
    }
  } catch {
    clearTimeout(waiting);
    say("unreached");
  } finally {
    button.ariaBusy = "false";
  }
});
worker?.addEventListener("message", (event) => { if (event.data?.type === "push") arrived(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden && !waiting) look(); }); // back from the settings of the phone
box.querySelector("[data-again]").addEventListener("click", look);
look();
