// Guestlist's door: admits a user only to an organization named in app_metadata.organizations.
// Bind it first to the trigger post-login: a later Action may see another event.request.

// policy:begin
/* global FAILURE, RESOLVE_FAILED, SIGNED_IN, decide, factsOf, hasOtherGroups, isNew, resolvedProfile, rolesIn, settingsIn, signedInAt */
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
