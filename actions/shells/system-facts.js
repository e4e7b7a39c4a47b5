/* global EVERYWHERE, afterPrefix, isOpen, isOrganization, isPresent, nativeOrganization, own */

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
