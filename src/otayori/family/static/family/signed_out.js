// On the page for signing in: nobody is signed in on this device any more (its owner has said from elsewhere that
// it is lost, or half a year has passed). The pages kept on it go, and what still stands on the lock screen. What
// waits to be sent stays: it is sent for whoever wrote it once they have signed in again.
import "./device.js";

await device.dropPages().catch(() => {}); // no caches: nothing was kept
const registration = await navigator.serviceWorker?.getRegistration();
for (const shown of (await registration?.getNotifications?.()) ?? []) shown.close();
