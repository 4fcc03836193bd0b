// Small POSTs to the server, and sending what waits on the device. In pages (import) and in the service worker.
"use strict";

(() => {
  const MOST = 200; // things in a batch, as family/queue.py takes
  const PATIENCE = 20000; // milliseconds: a request that hangs must not keep others from sending

  const inPage = (name) => globalThis.document?.querySelector(`meta[name="${name}"]`)?.content ?? "";

  // A page kept on the device has the token of an earlier session; the newest one that came is a fact of the device.
  let csrf = inPage("otayori-served") === "network" ? inPage("csrf") : "";

  const patience = () => (AbortSignal.timeout ? { signal: AbortSignal.timeout(PATIENCE) } : {});

  const once = (address, body) =>
    fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": csrf },
      body: typeof body === "string" ? body : JSON.stringify(body),
      ...patience(),
    });

  const ask = async (address, body) => {
    csrf ||= (await device.get("csrf")) || inPage("csrf");
    const answer = csrf ? await once(address, body) : null;
    if (answer && answer.status !== 403) return answer;
    const fresh = await fetch("/token", { headers: { "Accept": "application/json" }, ...patience() });
    if (!fresh.ok) return fresh;
    ({ csrf } = await fresh.json());
    await device.set("csrf", csrf);
    return once(address, body);
  };

  // Resolves to the Response; rejects where there is no network. A kept message opens without asking anybody: that the
  // session is over (the owner has reported the device lost) shows when the opening is told.
  const post = async (address, body) => {
    const answer = await ask(address, body);
    if (answer.status === 401) await device.dropPages().catch(() => {});
    return answer;
  };

  // One at a time over all tabs and the worker. Without locks two may send the same, which the server takes twice.
  const alone = (work) => (navigator.locks ? navigator.locks.request("otayori-queue", work) : work());

  const settle = async (batch, { done, refused }) => {
    const words = new Map(refused.map((one) => [one.key, one.words]));
    for (const { key, seq, kind } of batch) {
      if (done.includes(key) || (words.has(key) && device.queue.quiet.has(kind))) await device.queue.remove(key, seq);
      else if (words.has(key)) await device.queue.refuse(key, seq, words.get(key));
    }
  };

  // What the app sends of itself: nobody typed it, so nobody is told how it goes.
  device.queue.quiet = new Set(["receipt", "file", "seen", "arrived"]);

  // Send what waits, oldest first; resolves to whether the server has answered for everything.
  // Each batch names whose things it holds: the server takes none in the name of somebody else (409).
  device.queue.deliver = () => alone(async () => {
    const tried = new Set();
    let answered = true;
    for (;;) {
      const waiting = (await device.queue.all()).filter((one) => one.refused === undefined && !tried.has(one.seq));
      if (!waiting.length) return answered;
      const { guardian } = waiting[0];
      const batch = waiting.filter((one) => one.guardian === guardian).slice(0, MOST);
      for (const { seq } of batch) tried.add(seq);
      const items = batch.map(({ key, kind, data }) => ({ key, kind, data }));
      const answer = await post("/queue", { guardian, items }).catch(() => null);
      if (answer?.ok) await settle(batch, await answer.json());
      else answered = false;
      if (!answer?.ok && answer?.status !== 409) return false;
    }
  });

  device.post = post;
})();
