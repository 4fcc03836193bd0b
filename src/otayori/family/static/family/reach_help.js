// Which help fits this very device. Pure.

// Returns the name of a part of reach_help.html; "" where nothing has to be done.
export const helpFor = ({ os, browser, inApp, standalone, canPush, permission }) => {
  if (inApp) return "in-app";
  if (os === "ios" && !standalone) return "ios-home";
  if (!canPush) return "unsupported";
  if (permission === "granted") return "";
  if (permission !== "denied") return "ask";
  if (os === "ios" || os === "android") return `${os}-denied`;
  return os === "mac" && browser === "safari" ? "mac-denied" : "desktop-denied";
};

// Where a test was sent and nothing came.
export const silenceFor = ({ os }) => (os === "desktop" ? "desktop-silent" : `${os}-silent`);

// Which sentence stands on top.
export const overall = ({ here, others, mail }) => {
  if (here) return mail ? "here-mail" : "here";
  if (others) return mail ? "others-mail" : "others";
  return mail ? "mail" : "nothing";
};
