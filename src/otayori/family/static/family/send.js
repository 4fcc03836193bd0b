// Small POSTs of the app, with the CSRF token of the page or, in a page kept on the device, a fresh one.

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

let csrf = meta("csrf");

const once = (address, body) =>
  fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": csrf },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

// Returns the Response; rejects where there is no network.
export const post = async (address, body) => {
  const answer = await once(address, body);
  if (answer.status !== 403) return answer;
  const fresh = await fetch("/token", { headers: { "Accept": "application/json" } });
  if (!fresh.ok) return fresh;
  csrf = (await fresh.json()).csrf;
  return once(address, body);
};

export { meta };
