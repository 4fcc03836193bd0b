// Whether a push subscription was made with the key that the ward has now. A browser that does not tell is believed.
const keyBytes = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
};

export const sameKey = (subscription, key) => {
  const theirs = subscription.options?.applicationServerKey;
  if (!theirs) return true;
  const ours = keyBytes(key);
  const bytes = new Uint8Array(theirs);
  return bytes.length === ours.length && bytes.every((byte, place) => byte === ours[place]);
};
