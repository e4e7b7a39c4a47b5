// RETIRED: Guestlist's door as a Rule. Auth0 retired Rules on 2026-11-18 and runs them no more; the Action that
// took its place is guestlist-door. Kept to compare an old tenant's Rule with; do not deploy it.
// `configuration` and `UnauthorizedError` are the Rules runtime's own; a refresh has no stored metadata here.
/* global configuration, UnauthorizedError */
// eslint-disable-next-line no-unused-vars -- a Rule is one function expression
function guestlistDoor(user, context, callback) {
  // policy:begin
  /* global FAILURE, decide, factsOf, rolesIn, settingsIn */
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
