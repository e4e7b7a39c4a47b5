/* global FEDERATED, MAX_SESSION, PROTOCOLS, REFRESH_PROTOCOL, ROLE, SIGNED_IN, afterPrefix, isOpen, isOrganization, isPresent, isTexts, nativeOrganization, own */

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
