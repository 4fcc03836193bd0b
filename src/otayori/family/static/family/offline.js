// A page that is not on the device while there is no network: what can be read instead.
import { keptMessages, line } from "./kept.js";

window.addEventListener("online", () => location.reload());

const MOST = 30;
const place = document.querySelector("[data-kept]");

const messages = await keptMessages();
place.querySelector("ul").append(...messages.slice(0, MOST).map((message) => line(message)));
place.hidden = !messages.length;
document.querySelector("[data-kept-none]").hidden = messages.length > 0;
