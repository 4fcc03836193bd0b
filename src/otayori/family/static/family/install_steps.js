// Pictures of how to install the app: those for this device are open, the others go. Without script all are there.
import { standalone, thisDevice, wayToInstall } from "./which_device.js";

for (const box of document.querySelectorAll("[data-install-steps]")) {
  const way = wayToInstall(thisDevice());
  const mine = box.querySelector(`[data-install-way="${way}"]`);
  if (standalone()) box.hidden = true; // installed already
  if (!mine) continue;
  for (const part of box.querySelectorAll("[data-install-way]")) part.hidden = part !== mine;
  mine.open = true;
}
