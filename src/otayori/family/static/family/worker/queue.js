// Sending what waits on the device while the app is closed: the browser wakes us once there is a network.
"use strict";

// Resolves to whether the server has answered for everything.
const deliverQueue = async () => {
  const answered = await device.queue.deliver();
  await tellPages({ type: "queue" });
  return answered;
};

self.addEventListener("sync", (event) => {
  if (event.tag !== "queue") return;
  // what fails is tried again by the browser
  event.waitUntil(deliverQueue().then((answered) => { if (!answered) throw new Error("things wait"); }));
});
