// Which device and browser this is, as far as the ways to install the app or to leave another app differ. Pure.

const IN_APP = [
  ["line", /\bLine\//], ["instagram", /Instagram/], ["facebook", /FBAN|FBAV|FB_IAB/], ["yahoo", /YJApp|Y!J-/],
  ["other", /; wv\)|MicroMessenger|KAKAOTALK|Twitter|TikTok|musical_ly|GSA\//],
];

const BROWSERS = [
  ["edge", /Edg(A|iOS)?\//], ["samsung", /SamsungBrowser/], ["firefox", /Firefox|FxiOS/], ["chrome", /Chrome|CriOS/],
  ["safari", /Safari/],
];

const first = (pairs, text) => pairs.find(([, pattern]) => pattern.test(text))?.[0] ?? "";

// Returns { os: ios | android | mac | desktop, browser, inApp: "" or the app in which the page stands }.
export const whichDevice = ({ userAgent, touchPoints = 0, standalone = false }) => {
  const apple = /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1);
  const others = /Android/.test(userAgent) ? "android" : /Macintosh/.test(userAgent) ? "mac" : "desktop";
  const os = apple ? "ios" : others;
  const browser = first(BROWSERS, userAgent);
  const bare = os === "ios" && !browser; // a view of some app; so is an app on the home screen
  const inApp = standalone ? "" : first(IN_APP, userAgent) || (bare ? "other" : "");
  return { os, browser, inApp };
};

// Returns the name of the steps that fit, as in install_steps.html; "" where the browser has no way to install.
export const wayToInstall = ({ os, browser }) => {
  if (os === "ios") return browser === "safari" || !browser ? "ios" : "ios-other";
  if (os === "android") return "android";
  if (os === "mac" && browser === "safari") return "mac";
  return browser === "chrome" || browser === "edge" ? "desktop" : "";
};

export const standalone = () => matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;

export const thisDevice = () => whichDevice({
  userAgent: navigator.userAgent, touchPoints: navigator.maxTouchPoints, standalone: standalone(),
});
