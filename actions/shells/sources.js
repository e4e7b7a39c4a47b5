/* global require, ORGANIZATION, NAMESPACE, RESOLVE_URL, SOURCES, NO_ORGANIZATION, REFRESH_ORGANIZATION, CLOSED, MARK_LENGTH */

const { createHash } = require("crypto");

function deny(code, text) {
  return { outcome: "deny", code, reason: `${code}: ${text}`, organization: "" };
}

function letIn(outcome, code, organization) {
  return { outcome, code, reason: "", organization };
}

// Own properties only: names such as `constructor` must find nothing on a prototype.
function own(object, key) {
  return object !== null && typeof object === "object" && Object.hasOwn(object, key) ? object[key] : undefined;
}

const isPresent = (value) => value !== undefined && value !== null;
const isText = (value) => typeof value === "string" && value !== "";
const isTexts = (value) => Array.isArray(value) && value.every(isText);
const isOrganization = (value) => typeof value === "string" && ORGANIZATION.test(value);

// How Guestlist is asked about new enterprise users.
function isResolution(value) {
  const urls = [own(value, "url"), own(value, "token_url")];
  if (!urls.every((url) => isText(url) && RESOLVE_URL.test(url))) return false;
  const known = Object.keys(value).every((key) => ["url", "token_url", "audience", "client_id"].includes(key));
  return known && isText(value.audience) && isText(value.client_id);
}

// The settings in the secret, or null if one of them is missing, unknown or not as documented.
function parseSettings(text) {
  let settings;
  try {
    settings = JSON.parse(text);
  } catch {
    return null;
  }
  const checks = {
    sources: (value) => isTexts(value) && value.length > 0 && value.every((source) => SOURCES.includes(source)),
    audience_prefix: (value) => typeof value === "string" && isText(value) === settings.sources.includes("audience"),
    namespace: (value) => typeof value === "string" && NAMESPACE.test(value),
    no_organization: (value) => NO_ORGANIZATION.includes(value),
    refresh_organization: (value) => REFRESH_ORGANIZATION.includes(value),
    exempt_clients: isTexts,
    resolve: (value) => value === undefined || isResolution(value),
  };
  const known = isPresent(settings) && Object.keys(settings).every((key) => Object.hasOwn(checks, key));
  return known && Object.keys(checks).every((key) => checks[key](own(settings, key))) ? settings : null;
}

// The settings in the secrets, with the marks of the closed organizations; null if any of them is not as documented.
function settingsIn(secrets) {
  const settings = parseSettings(secrets.GUESTLIST_DOOR);
  const texts = Object.keys(secrets).filter((name) => name.startsWith(CLOSED)).map((name) => secrets[name]);
  if (settings === null || !texts.every((text) => isText(text) && text.length % MARK_LENGTH === 0)) return null;
  const marks = new RegExp(`.{${MARK_LENGTH}}`, "g");
  return { ...settings, closed: new Set(texts.flatMap((text) => text.match(marks))) };
}

// Every closed organization is on the list by its mark.
function isOpen(organization, settings) {
  if (settings.closed.size === 0) return true;
  return !settings.closed.has(createHash("sha256").update(String(organization)).digest("base64url").slice(0, MARK_LENGTH));
}

// What follows the prefix; an audience that is no string is passed on, and found malformed.
function afterPrefix(audience, prefix) {
  if (typeof audience !== "string") return audience;
  return audience.startsWith(prefix) ? audience.slice(prefix.length) : undefined;
}

// A native organization that is none of ours, or that we were not told to heed, must not fall back to the query.
function nativeOrganization(organization, heeded) {
  if (!isPresent(organization)) return undefined;
  return (heeded ? own(own(organization, "metadata"), "organization") : undefined) ?? "";
}
