// The push subscription of this device, made with the key that the ward has now.

// The one there is, or null.
export const subscription = async () =>
  (await (await navigator.serviceWorker?.getRegistration())?.pushManager?.getSubscription()) ?? null;

const keyBytes = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
};

// Where the browser does not tell its key, it is taken for ours.
export const sameKey = (mine, key) => {
  const theirs = mine.options?.applicationServerKey;
  if (!theirs) return true;
  const ours = keyBytes(key);
  const bytes = new Uint8Array(theirs);
  return bytes.length === ours.length && bytes.every((byte, place) => byte === ours[place]);
};

// The subscription there is, or a new one where there is none or it was made with a key that the ward no longer has.
export const subscribeAnew = async (key) => {
  const { pushManager } = await navigator.serviceWorker.ready;
  const before = await pushManager.getSubscription();
  if (before && sameKey(before, key)) return before;
  await before?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: keyBytes(key) });
};
