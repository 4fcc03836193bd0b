// What this device remembers by itself: facts, and what waits to be sent. In pages (import) and in the service worker
// (importScripts). It never throws: where the browser gives no storage, or it is full, it works from memory and says so.
"use strict";

(() => {
  const PATIENCE = 2000; // milliseconds: some browsers never answer when storage is in trouble
  const facts = new Map(); // in place of the database, where there is none
  let waiting = [];
  let last = Number.MAX_SAFE_INTEGER; // numbers of what waits in memory count down, those of the database up
  let opening = null;

  const open = () => {
    opening ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open("otayori", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("facts");
        asked.result.createObjectStore("queue", { keyPath: "seq", autoIncrement: true }).createIndex("key", "key", { unique: true });
      };
      asked.onsuccess = () => {
        const database = asked.result;
        // the browser takes the storage back, or a later app changes it
        database.onclose = () => { opening = null; };
        database.onversionchange = () => { opening = null; database.close(); };
        resolve(database);
        opening = Promise.resolve(database); // also where it comes late
      };
      asked.onerror = () => reject(asked.error);
      setTimeout(reject, PATIENCE, new Error("no answer"));
    });
    return opening;
  };

  // One transaction; `work` returns the request whose result is wanted.
  const once = async (store, mode, work) => {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const asked = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  };

  // A database that was deleted under an open connection is opened once more.
  const run = async (store, mode, work) => {
    try {
      return await once(store, mode, work);
    } catch (error) {
      if (error?.name !== "InvalidStateError") throw error;
      opening = null;
      return once(store, mode, work);
    }
  };

  const get = async (name) => {
    if (facts.has(name)) return facts.get(name);
    try {
      return await run("facts", "readonly", (store) => store.get(name));
    } catch {
      return undefined;
    }
  };

  const set = async (name, value) => {
    try {
      await run("facts", "readwrite", (store) => store.put(value, name));
      facts.delete(name);
      return true;
    } catch {
      facts.set(name, value);
      return false;
    }
  };

  const drop = async (name) => {
    facts.delete(name);
    await run("facts", "readwrite", (store) => store.delete(name)).catch(() => {});
  };

  const clear = async () => {
    facts.clear();
    waiting = [];
    await run("facts", "readwrite", (store) => store.clear()).catch(() => {});
    await run("queue", "readwrite", (store) => store.clear()).catch(() => {});
  };

  // What says the same thing later takes the place of the earlier; an older version never that of a newer.
  const isNewer = (entry, before) => !(before?.data?.version > entry.data?.version);

  const keepInMemory = (entry) => {
    const before = waiting.find((one) => one.key === entry.key);
    if (before && !isNewer(entry, before)) return;
    waiting = [...waiting.filter((one) => one !== before), { ...entry, seq: last-- }];
  };

  // Resolves to whether it is kept also when the browser is closed.
  const add = async ({ key, kind, data, guardian }) => {
    const entry = { key, kind, data, guardian: guardian ?? (await get("guardian")) ?? "", at: Date.now() };
    try {
      await run("queue", "readwrite", (store) => {
        store.index("key").get(key).onsuccess = ({ target: { result: before } }) => {
          if (before && !isNewer(entry, before)) return;
          if (before) store.delete(before.seq);
          store.add(entry);
        };
      });
      return true;
    } catch {
      keepInMemory(entry);
      return false;
    }
  };

  // Oldest first.
  const all = async () => {
    try {
      return [...(await run("queue", "readonly", (store) => store.getAll())), ...waiting];
    } catch {
      return [...waiting];
    }
  };

  // Only if it is still what was read: something newer under the same key stays.
  const remove = async (key, seq) => {
    waiting = waiting.filter((one) => one.key !== key || one.seq !== seq);
    await run("queue", "readwrite", (store) => {
      store.get(seq).onsuccess = ({ target: { result: found } }) => { if (found?.key === key) store.delete(seq); };
    }).catch(() => {});
  };

  // What the server will not take stays, with its words, until somebody has seen it; it is not sent again.
  const refuse = async (key, seq, words) => {
    for (const one of waiting) if (one.key === key && one.seq === seq) one.refused = words;
    await run("queue", "readwrite", (store) => {
      store.get(seq).onsuccess = ({ target: { result: found } }) => {
        if (found?.key === key) store.put({ ...found, refused: words });
      };
    }).catch(() => {});
  };

  // The pages of messages go; what waits to be sent stays. For when nobody is signed in here any more, or somebody else is.
  const dropPages = async () => {
    for (const name of await caches.keys()) if (name.startsWith("pages-")) await caches.delete(name);
  };

  globalThis.device = { get, set, drop, clear, dropPages, queue: { add, all, remove, refuse } };
})();
