/* global DIGEST_LENGTH, ENTERPRISE, REFRESH_PROTOCOL, createHash, isPresent, own */

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
