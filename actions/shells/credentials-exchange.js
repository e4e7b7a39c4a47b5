// Guestlist's door for systems: one that is bound to an organization gets its claim, and never all of them.
// The trigger post-login does not run for client credentials, so this one is bound to credentials-exchange.

// policy:begin
/* global ERRORS, FAILURE, decide, factsOf, settingsIn */
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
