// Small POSTs of the app: see deliver.js.
import "./device.js";
import "./deliver.js";

export const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

// Returns the Response; rejects where there is no network.
export const post = (address, body) => device.post(address, body);
