// RETIRED: Guestlist's door as a Rule. Auth0 retired Rules on 2026-11-18 and runs them no more; the Action that
// took its place is guestlist-door. Kept to compare an old tenant's Rule with; do not deploy it.
// `configuration` and `UnauthorizedError` are the Rules runtime's own; a refresh has no stored metadata here.
/* global configuration, UnauthorizedError */
// eslint-disable-next-line no-unused-vars -- a Rule is one function expression
function guestlistDoor(user, context, callback) {
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
  const FAILURE = deny("door_failed", "Your sign-in could not be checked.");

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
  // policy:end

  function loginOf() {
    return {
      clientId: context.clientID,
      clientMetadata: context.clientMetadata,
      connectionMetadata: context.connectionMetadata,
      organization: context.organization,
      audience: context.request?.query?.audience,
      protocol: context.protocol,
      query: context.request?.query,
      body: context.request?.body,
      authentication: context.authentication,
      refreshMetadata: undefined,
      profile: user.app_metadata,
    };
  }

  function admit(organization, namespace) {
    const roles = rolesIn(organization, user.app_metadata);
    for (const token of [context.idToken, context.accessToken]) {
      token[`${namespace}/organization`] = organization;
      token[`${namespace}/roles`] = roles;
    }
  }

  // The reason for a denial, or "" if the login may go on.
  function check() {
    const settings = settingsIn(configuration);
    const decision = decide(factsOf(loginOf(), settings));
    if (decision.outcome === "admit") admit(decision.organization, settings.namespace);
    return decision.reason;
  }

  let reason = FAILURE.reason;
  try {
    reason = check();
  } catch {
    reason = FAILURE.reason; // the exception's own text would end up in a URL
  }
  return reason === "" ? callback(null, user, context) : callback(new UnauthorizedError(reason));
}
