// What a link means inside the chat page.

const TELEGRAM_HOSTS = new Set(["t.me", "telegram.me", "telegram.dog"]);

/**
 * Tell what following a link does here: {kind: "start", payload} (our bot), {kind: "share", url, text},
 * {kind: "outside", url} (asked about first), or {kind: "dead"} (a scheme that we do not follow).
 */
export function meaning(url, botUsername) {
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    return { kind: "dead" };
  }
  if (parsed.protocol === "tg:") return telegramScheme(parsed, botUsername);
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return { kind: "dead" };
  if (!TELEGRAM_HOSTS.has(parsed.hostname)) return { kind: "outside", url: parsed.href };
  const name = parsed.pathname.slice(1);
  if (name === "share/url" || name === "share") return share(parsed.searchParams);
  if (name.toLowerCase() === botUsername.toLowerCase()) return start(parsed.searchParams);
  return { kind: "outside", url: parsed.href };
}

function telegramScheme(parsed, botUsername) {
  // "tg://resolve" parses as host "resolve" in some browsers, as path "//resolve" in others.
  const command = (parsed.host || parsed.pathname.replace(/^\/+/, "")).toLowerCase();
  const about = parsed.searchParams;
  if (command === "resolve" && about.get("domain")?.toLowerCase() === botUsername.toLowerCase()) return start(about);
  if (command === "msg_url") return share(about);
  return { kind: "dead" };
}

function start(about) {
  return { kind: "start", payload: about.get("start") ?? "" };
}

function share(about) {
  return { kind: "share", url: about.get("url") ?? "", text: about.get("text") ?? "" };
}

/** Write what a person sends who follows a start link. */
export function startText(payload) {
  return payload ? `/start ${payload}` : "/start";
}
