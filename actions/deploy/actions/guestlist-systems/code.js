// Guestlist's door for systems: one that is bound to an organization gets its claim, and never all of them.
// The trigger post-login does not run for client credentials, so this one is bound to credentials-exchange.

// policy:begin
// Rendered by `python -m actions.generate` from the policy and the shells: change it there.
const ORGANIZATION = new RegExp("^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$");
const NAMESPACE = new RegExp("^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)*$");
const RESOLVE_URL = new RegExp("^(https://[A-Za-z0-9.-]+(:[0-9]+)?|http://127\\.0\\.0\\.1:[0-9]+)(/[A-Za-z0-9._~-]+)+$");
const SOURCES = ["organization", "client", "audience", "connection", "query"];
const NO_ORGANIZATION = ["deny", "admit", "only"];
const REFRESH_ORGANIZATION = ["stored", "requested"];
const CLOSED = "GUESTLIST_CLOSED_";
const MARK_LENGTH = 12;
const EVERYWHERE = "all:organizations";
const ERRORS = {
  "door_not_configured": "server_error",
  "organization_malformed": "invalid_request",
  "organizations_disagree": "invalid_request",
  "system_everywhere": "invalid_scope",
  "organization_suspended": "invalid_request",
  "door_failed": "server_error"
};
const FAILURE = deny("door_failed", "Your sign-in could not be checked.");

// A row that denies holds unless its facts are surely otherwise; one that admits, if they are so.
function decide(facts) {
  if (facts.bound === false) {
    return letIn("without", "system_not_bound", "");
  }
  if (facts.configured !== true) {
    return deny("door_not_configured", "Sign-in is not set up correctly.");
  }
  if (facts.sources_sound !== true) {
    return deny("organization_malformed", "The requested organization is not valid.");
  }
  if (facts.sources_agree !== true) {
    return deny("organizations_disagree", "The request names more than one organization.");
  }
  if (facts.everywhere !== false) {
    return deny("system_everywhere", "A system of one organization cannot have all:organizations.");
  }
  if (facts.bound === true && facts.open === true) {
    return letIn("admit", "system_bound", facts.organization);
  }
  return deny("organization_suspended", "This organization is suspended.");
}

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

// Scopes that are not the documented array might be any.
const reachesEverywhere = (scopes) => isPresent(scopes) && (!Array.isArray(scopes) || scopes.includes(EVERYWHERE));

function factsOf(system, settings) {
  const bound = own(system.clientMetadata, "organization");
  if (!isPresent(bound)) return { bound: false };
  if (settings === null) return { bound: true, configured: false };
  const on = (source) => settings.sources.includes(source);
  const named = [
    bound,
    nativeOrganization(system.organization, on("organization")),
    on("audience") ? afterPrefix(system.audience, settings.audience_prefix) : undefined,
  ].filter(isPresent);
  return {
    bound: true,
    configured: true,
    sources_sound: named.every(isOrganization),
    sources_agree: new Set(named).size <= 1,
    everywhere: reachesEverywhere(system.requestedScopes) || reachesEverywhere(system.tokenScopes),
    open: isOpen(bound, settings),
    organization: bound,
  };
}
// policy:end

function systemOf(event) {
  return {
    clientMetadata: event.client?.metadata,
    organization: event.organization,
    audience: event.resource_server?.identifier,
    requestedScopes: event.transaction?.requested_scopes,
    tokenScopes: event.accessToken?.scope,
  };
}

// The denial, or undefined if the token may be issued.
function check(event, api) {
  const settings = settingsIn(event.secrets);
  const decision = decide(factsOf(systemOf(event), settings));
  if (decision.outcome === "deny") return decision;
  if (decision.outcome === "admit") {
    api.accessToken.setCustomClaim(`${settings.namespace}/organization`, decision.organization);
  }
  return undefined;
}

exports.onExecuteCredentialsExchange = async (event, api) => {
  let denial = FAILURE;
  try {
    denial = check(event, api);
  } catch {
    denial = FAILURE; // the exception's own text would be shown
  }
  return denial && api.access.deny(ERRORS[denial.code], denial.reason);
};
