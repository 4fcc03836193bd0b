// Tell the server at once when this device shows no notifications any more; and the guardian, once, on the list.
import "./device.js";
import { meta, post } from "./send.js";
import { subscription } from "./subscription.js";

const PUSH = "otayori-push"; // the push address the server knows: only who had notifications here can lose them

const known = () => { try { return localStorage.getItem(PUSH); } catch { return null; } };

// "on"; "permission": taken away; "gone": the browser has lost the subscription; "never": there were none here.
export const stateOf = ({ before, permission, subscribed }) => {
  if (permission === "granted" && subscribed) return "on";
  if (!before) return "never";
  return permission === "granted" ? "gone" : "permission";
};

export const lookHere = async () => {
  const mine = await subscription();
  const permission = globalThis.Notification?.permission ?? "none";
  return { mine, before: known(), state: stateOf({ before: known(), permission, subscribed: Boolean(mine) }) };
};

const report = async () => {
  if (!meta("otayori-guardian") || meta("otayori-served") !== "network") return;
  let found = await lookHere();
  if (found.state === "gone") { // the app may be subscribing anew just now (app.js)
    await new Promise((resolve) => { setTimeout(resolve, 5000); });
    found = await lookHere();
  }
  const { mine, before, state } = found;
  const told = await device.get("reach");
  const band = document.querySelector("[data-reach-off]");
  if (band) band.hidden = !["permission", "gone"].includes(state) || (await device.get("reachSeen")) === state;
  if (state === "never" || state === (told ?? "on")) return;
  const answer = state === "on"
    ? await post("/push/subscribe", JSON.stringify(mine)) // it was told off: alive again
    : await post("/reach/report", { endpoint: before, why: state });
  if (!answer.ok) return;
  await device.set("reach", state);
  if (state === "on") await device.drop("reachSeen");
};

const later = () => report().catch(() => {}); // no network: at the next start
if (document.readyState === "complete") later();
else addEventListener("load", later, { once: true });
