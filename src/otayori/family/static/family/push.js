// Notifications on this device, step by step: what can be done here, asking, subscribing, trying.
import "./device.js";
import { post } from "./send.js";
import { subscribeAnew } from "./subscription.js";
import { standalone, thisDevice } from "./which_device.js";

const box = document.querySelector("[data-push]");
const told = box.querySelector("[data-push-told]");
const worker = navigator.serviceWorker;
let endpointId = "";

const show = (state) => {
  for (const part of box.querySelectorAll("[data-push-state]")) part.hidden = part.dataset.pushState !== state;
};
const tell = (words) => { told.textContent = words; };

const canPush = worker && "PushManager" in window && "Notification" in window;

// Returns what the server said: { id } or { words }.
const register = async () => {
  const mine = await subscribeAnew(box.dataset.key);
  const answer = await post(box.dataset.subscribe, JSON.stringify(mine));
  if (answer.ok) localStorage.setItem("otayori-push", mine.endpoint);
  return answer.json();
};

const subscribe = async () => {
  try {
    const said = await register();
    endpointId = said.id ?? "";
    show(endpointId ? "on" : "asking");
    tell(said.words ?? "");
  } catch (error) {
    show("asking");
    tell(error instanceof TypeError ? box.dataset.unreached : box.dataset.refused);
  }
};

const look = async () => {
  tell("");
  if (!canPush) return show(thisDevice().os === "ios" && !standalone() ? "ios" : "unsupported");
  if (Notification.permission === "denied") return show("denied");
  if (Notification.permission === "granted" && (await (await worker.ready).pushManager.getSubscription())) return subscribe();
  return show("asking");
};

const busy = async (button, work) => {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    await work();
  } finally {
    button.ariaBusy = "false";
  }
};

box.querySelector("[data-push-allow]").addEventListener("click", (event) => busy(event.currentTarget, async () => {
  const answer = await Notification.requestPermission();
  if (answer === "denied") show("denied");
  if (answer === "granted") await subscribe();
}));

box.querySelector("[data-push-again]").addEventListener("click", look);

box.querySelector("[data-push-test]").addEventListener("click", (event) => busy(event.currentTarget, async () => {
  tell("");
  try {
    const said = await (await post(box.dataset.test, { id: endpointId })).json();
    tell(said.words ?? box.dataset.unreached);
    if (said.gone) show("asking");
  } catch {
    tell(box.dataset.unreached);
  }
}));

worker?.addEventListener("message", (event) => {
  if (event.data?.type === "push") tell(box.dataset.shown);
});

// Android and desktop browsers offer to install; iOS has its own steps above.
const install = box.querySelector("[data-install]");
window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  install.hidden = false;
  install.addEventListener("click", async () => {
    install.hidden = true;
    await event.prompt();
  }, { once: true });
});

// Who has allowed the text on this lock screen is not told that it stays away.
device.get("lockText").then((isShown) => { box.querySelector("[data-no-text]").hidden = isShown === true; });

look();
