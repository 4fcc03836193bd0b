// Which of the guardian's devices this one is, and a test of it that is told where it arrives.
import "./keep.js"; // the page after a name was changed
import { post } from "./send.js";
import { subscription } from "./subscription.js";

const box = document.querySelector("[data-devices]");
const worker = navigator.serviceWorker;
let here = "";

const mark = async () => {
  const mine = await subscription();
  if (!mine) return;
  const answer = await post(box.dataset.which, { endpoint: mine.endpoint });
  if (!answer.ok) return;
  here = (await answer.json()).id ?? "";
  const card = here && document.querySelector(`[data-device="${here}"]`);
  if (card) card.querySelector("[data-here]").hidden = false;
  if ("lost" in box.dataset) box.elements.here.value = here;
};

// On the page for a lost phone: who picks the phone in hand is told so.
box.addEventListener("change", (event) => {
  const words = box.querySelector("[data-lost-here]");
  if (words) words.hidden = !here || event.target.value !== here;
});

// Only this device can tell that the test arrived: the others are asked to look there.
const trying = async (form) => {
  const told = form.closest("[data-device]").querySelector("[data-told]");
  const body = new FormData(form);
  if (here === form.closest("[data-device]").dataset.device) body.set("here", "1");
  told.textContent = "";
  delete told.dataset.arrived;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "Accept": "application/json" } });
    told.textContent = told.dataset.arrived ?? (await answer.json()).words;
  } catch {
    told.textContent = box.dataset.unreached;
  }
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if ("try" in form.dataset) {
    event.preventDefault();
    await trying(form);
    form.dataset.once = ""; // may be tried again
    form.querySelector("button").removeAttribute("aria-busy");
  }
  if (form.dataset.remove && form.dataset.remove === here && !("gone" in form.dataset)) {
    event.preventDefault(); // else the next page of the app would tell the server of this device again
    form.dataset.gone = "";
    await subscription().then((mine) => mine?.unsubscribe()).catch(() => {});
    localStorage.removeItem("otayori-push");
    form.submit();
  }
});

worker?.addEventListener("message", (event) => {
  const told = event.data?.type === "push" && here && document.querySelector(`[data-device="${here}"] [data-told]`);
  if (!told) return;
  told.dataset.arrived = told.textContent = box.dataset.shown;
});

mark().catch(() => {});
