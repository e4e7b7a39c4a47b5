// Guestlist's door: admits a user only to an organization named in app_metadata.organizations.
// Bind it first to the trigger post-login: a later Action may see another event.request.

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
const PROTOCOLS = [
  "oidc-basic-profile",
  "oidc-ciba",
  "oidc-ciba-web-link",
  "oidc-hybrid-profile",
  "oidc-implicit-profile",
  "oauth2-access-token",
  "oauth2-device-code",
  "oauth2-password",
  "oauth2-refresh-token",
  "oauth2-resource-owner",
  "oauth2-resource-owner-jwt-bearer",
  "oauth2-token-exchange",
  "oauth2-webauthn",
  "samlp",
  "wsfed",
  "wstrust-usernamemixed"
];
const REFRESH_PROTOCOL = "oauth2-refresh-token";
const MAX_SESSION = "guestlist_max_session";
const SIGNED_IN = "signed_in_at";
const FEDERATED = "federated";
const ROLE = "^[a-z0-9][a-z0-9_-]{0,39}$";
const ENTERPRISE = [
  "ad",
  "adfs",
  "google-apps",
  "ip",
  "office365",
  "oidc",
  "okta",
  "pingfederate",
  "samlp",
  "sharepoint",
  "waad"
];
const NOBODY_YET = [
  "no_organizations",
  "not_member"
];
const RESOLVER_SECRET = "GUESTLIST_RESOLVER";
const RESOLVE_SECONDS = 5;
const DIGEST_LENGTH = 12;
const FAILURE = deny("door_failed", "Your sign-in could not be checked.");
const RESOLVE_FAILED = deny("resolve_failed", "Your organizations could not be looked up. Please try again.");

// A row that denies holds unless its facts are surely otherwise; one that admits, if they are so.
function decide(facts) {
  if (facts.configured !== true) {
    return deny("door_not_configured", "Sign-in is not set up correctly.");
  }
  if (facts.exempt === true) {
    return letIn("exempt", "exempt_client", "");
  }
  if (facts.protocol_known !== true) {
    return deny("protocol_unknown", "This way of signing in is not supported.");
  }
  if (facts.sources_sound !== true) {
    return deny("organization_malformed", "The requested organization is not valid.");
  }
  if (facts.sources_agree !== true) {
    return deny("organizations_disagree", "The request names more than one organization.");
  }
  if (facts.listed !== true) {
    return deny("no_organizations", "You are not a member of any organization.");
  }
  if (facts.refresh !== false && facts.named !== true) {
    return deny("refresh_without_organization", "Please sign in again.");
  }
  if (facts.connection_admits !== true) {
    return deny("connection_elsewhere", "This sign-in belongs to another organization.");
  }
  if (facts.named === false && facts.given === false && facts.without === true) {
    return letIn("without", "no_organization_needed", "");
  }
  if (facts.named !== true && facts.given !== true) {
    return deny("organization_not_named", "Please choose an organization.");
  }
  if (facts.member === true && facts.open === true && facts.dated === true && facts.fresh === true) {
    return letIn("admit", "member", facts.organization);
  }
  if (facts.member !== true) {
    return deny("not_member", "You are not a member of this organization.");
  }
  if (facts.dated !== true && facts.open !== false) {
    return deny("sign_in_unknown", "Please sign in again.");
  }
  if (facts.fresh !== true && facts.open !== false) {
    return deny("sign_in_too_old", "Please sign in again at your organization.");
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

// The organizations that the sources name: some supply one, the others may only contradict.
function namedOrganizations(login, settings, refresh) {
  const on = (source) => settings.sources.includes(source);
  const stored = refresh ? own(login.refreshMetadata, "organization") : undefined;
  const requested = refresh ? own(login.body, "ext-organization") : undefined;
  const inOrder = settings.refresh_organization === "stored" ? [stored, requested] : [requested, stored];
  const suppliers = [
    nativeOrganization(login.organization, on("organization")),
    on("client") ? own(login.clientMetadata, "organization") : undefined,
    on("audience") ? afterPrefix(login.audience, settings.audience_prefix) : undefined,
    on("connection") ? own(login.connectionMetadata, "organization") : undefined,
    on("query") && !refresh ? own(login.query, "ext-organization") : undefined,
    inOrder[0],
  ].filter(isPresent);
  return { suppliers, all: [...suppliers, inOrder[1]].filter(isPresent) };
}

// What the profile lists; null if it is not of the shape that Guestlist writes.
function membershipsOf(profile) {
  const organizations = own(profile, "organizations");
  const guestlist = own(profile, "guestlist") ?? {};
  const roles = own(guestlist, "roles") ?? [];
  const sound = isTexts(organizations) && isTexts(roles);
  return sound && !Array.isArray(guestlist) && typeof guestlist === "object" ? { organizations, roles } : null;
}

// API Gateway hands an array over as text with blanks between: `viewer admin` would pass for two roles.
const A_ROLE = new RegExp(ROLE);

// The roles in an organization that the decision admits to; it has found the profile to be sound.
// What begins with `clinicA:` lies between it and `clinicA;`: half the time of startsWith on a long list.
function rolesIn(organization, profile) {
  const [begin, end] = [`${organization}:`, `${organization};`];
  const roles = own(own(profile, "guestlist"), "roles") ?? [];
  const given = roles.filter((role) => role >= begin && role < end).map((role) => role.slice(begin.length));
  return given.filter((role) => A_ROLE.test(role));
}

// When the user last signed in at the identity provider, in milliseconds: by the session, or by the login that the
// refresh token is of. -Infinity if nobody says so.
function signedInAt(login) {
  const methods = own(login.authentication, "methods");
  const there = Array.isArray(methods) ? methods.filter((method) => own(method, "name") === FEDERATED) : [];
  const told = [...there.map((method) => own(method, "timestamp")), own(login.refreshMetadata, SIGNED_IN)];
  const moments = told.filter(isPresent).map((moment) => new Date(moment).getTime());
  return Math.max(...moments.filter(Number.isFinite));
}

// Whether it is known when the user signed in, and whether that is recent enough, where the connection bounds it.
function freshnessOf(login) {
  const seconds = own(login.connectionMetadata, MAX_SESSION);
  if (!isPresent(seconds)) return { dated: true, fresh: true };
  const at = signedInAt(login);
  return { dated: Number.isFinite(at), fresh: Date.now() - at <= Number.parseInt(seconds, 10) * 1000 };
}

function factsOf(login, settings) {
  if (settings === null) return { configured: false };
  const refresh = login.protocol === REFRESH_PROTOCOL;
  const { suppliers, all } = namedOrganizations(login, settings, refresh);
  const organizations = membershipsOf(login.profile)?.organizations ?? [];
  const named = suppliers.length > 0;
  const only = settings.no_organization === "only" && organizations.length === 1 && isOrganization(organizations[0]);
  const given = !named && only;
  const organization = named ? suppliers[0] : given ? organizations[0] : "";
  const isolatedTo = own(login.connectionMetadata, "organization");
  return {
    configured: true,
    exempt: settings.exempt_clients.includes(login.clientId),
    protocol_known: PROTOCOLS.includes(login.protocol),
    refresh,
    sources_sound: all.every(isOrganization),
    sources_agree: new Set(all).size <= 1,
    listed: organizations.length > 0,
    named,
    given,
    without: settings.no_organization === "admit",
    connection_admits: !isPresent(isolatedTo) || isolatedTo === organization,
    member: organizations.includes(organization),
    open: isOpen(organization, settings),
    ...freshnessOf(login),
    organization,
  };
}

// Where Auth0 puts what an identity provider says: a lone group of SAML as a text. What is no list of texts is no groups.
function groupsIn(user) {
  const found = own(user, "groups");
  const groups = typeof found === "string" ? [found] : found;
  return Array.isArray(groups) && groups.every((group) => typeof group === "string") ? [...new Set(groups)].sort() : [];
}

// What Guestlist wrote of the groups that the profile's roles rest on, computed of these.
function digestOf(groups) {
  const told = groups.map((group) => `${group.length}:${group}`).join("");
  return createHash("sha256").update(told, "utf16le").digest("base64url").slice(0, DIGEST_LENGTH);
}

// A member came with other groups than the profile's roles rest on. At a refresh nobody came: the groups are the last login's.
function hasOtherGroups(event, { outcome }) {
  const resting = own(own(event.user?.app_metadata, "guestlist"), "groups");
  if (outcome !== "admit" || !isPresent(resting) || event.transaction?.protocol === REFRESH_PROTOCOL) return false;
  return ENTERPRISE.includes(event.connection?.strategy) && resting !== digestOf(groupsIn(event.user));
}

const TOKEN = "guestlist-resolver";
const TOKEN_MARGIN = 30; // seconds before its end at which the token is renewed

// Auth0 makes an enterprise user's profile as they arrive: what Guestlist knows of them is not in it yet.
function isNew(event, decision, settings) {
  if (!NOBODY_YET.includes(decision.code) || !isPresent(settings.resolve)) return false;
  return ENTERPRISE.includes(event.connection?.strategy) && !isPresent(own(event.user?.app_metadata, "guestlist"));
}

async function post(url, body, headers, signal) {
  const sent = { "Content-Type": "application/json", ...headers };
  const response = await fetch(url, { method: "POST", headers: sent, body: JSON.stringify(body), redirect: "manual", signal });
  return { status: response.status, body: response.ok ? await response.json() : null };
}

async function ask(event, api, { resolve }, signal) {
  let token = api.cache.get(TOKEN)?.value;
  if (!isText(token)) {
    const { token_url: url, audience, client_id: id } = resolve;
    const grant = { grant_type: "client_credentials", client_id: id, client_secret: event.secrets[RESOLVER_SECRET], audience };
    const given = await post(url, grant, {}, signal);
    if (given.body === null) return given;
    token = given.body.access_token;
    const seconds = given.body.expires_in - TOKEN_MARGIN;
    if (seconds > 0) api.cache.set(TOKEN, token, { ttl: seconds * 1000 });
  }
  const answer = await post(resolve.url, { user: event.user.user_id }, { Authorization: `Bearer ${token}` }, signal);
  if (answer.status === 401) api.cache.delete(TOKEN);
  return answer;
}

// The profile as Guestlist will write it. Throws if it does not say so in time, asked once more at the most.
async function resolvedProfile(event, api, settings) {
  const signal = AbortSignal.timeout(RESOLVE_SECONDS * 1000);
  const first = await ask(event, api, settings, signal).catch(() => null);
  const again = !signal.aborted && (first === null || first.status === 401 || first.status >= 500);
  const { body } = again ? await ask(event, api, settings, signal) : first;
  const { organizations, roles } = body;
  if (!isTexts(organizations) || !isTexts(roles)) throw new Error("not an answer of Guestlist's");
  return { organizations, guestlist: { roles } };
}
// policy:end

// Module-level state is shared between users (Node 22): nothing but the settings, and the secrets they were read from.
let read = { secrets: {}, settings: null };

function settingsFrom(secrets) {
  const names = Object.keys(secrets);
  const same = names.length === Object.keys(read.secrets).length && names.every((name) => secrets[name] === read.secrets[name]);
  if (!same || read.settings === null) read = { secrets: { ...secrets }, settings: settingsIn(secrets) };
  return read.settings;
}

function loginOf(event) {
  return {
    clientId: event.client?.client_id,
    clientMetadata: event.client?.metadata,
    connectionMetadata: event.connection?.metadata,
    organization: event.organization,
    audience: event.resource_server?.identifier,
    protocol: event.transaction?.protocol,
    query: event.request?.query,
    body: event.request?.body,
    authentication: event.authentication,
    refreshMetadata: event.refresh_token?.metadata,
    profile: event.user?.app_metadata,
  };
}

function admit(organization, login, namespace, event, api) {
  const roles = rolesIn(organization, login.profile);
  for (const token of [api.idToken, api.accessToken]) {
    token.setCustomClaim(`${namespace}/organization`, organization);
    token.setCustomClaim(`${namespace}/roles`, roles);
  }
  api.transaction?.setMetadata?.("organization", organization);
  // At a refresh event.refresh_token is there, and what was stored at login stays as it is.
  if (event.refresh_token === undefined && event.transaction.requested_scopes?.includes("offline_access")) {
    api.refreshToken?.setMetadata?.("organization", organization);
    const at = signedInAt(login);
    if (Number.isFinite(at)) api.refreshToken?.setMetadata?.(SIGNED_IN, new Date(at).toISOString());
  }
}

// The reason for a denial, or "" if the login may go on.
async function check(event, api) {
  const settings = settingsFrom(event.secrets);
  const login = loginOf(event);
  let decision = decide(factsOf(login, settings));
  if (isNew(event, decision, settings) || hasOtherGroups(event, decision)) {
    try {
      login.profile = await resolvedProfile(event, api, settings);
    } catch {
      return RESOLVE_FAILED.reason;
    }
    decision = decide(factsOf(login, settings));
  }
  if (decision.outcome === "admit") admit(decision.organization, login, settings.namespace, event, api);
  return decision.reason;
}

exports.onExecutePostLogin = async (event, api) => {
  let reason = FAILURE.reason;
  try {
    reason = await check(event, api);
  } catch {
    reason = FAILURE.reason; // the exception's own text would end up in a URL
  }
  return reason === "" ? undefined : api.access.deny(reason);
};
