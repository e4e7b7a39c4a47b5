// The check in its shortest form, which the door is compared with: no roles, no refresh, no malformed request.
exports.onExecutePostLogin = async (event, api) => {
  const organization = event.request.query["ext-organization"];
  if (!event.user.app_metadata.organizations.includes(organization)) {
    api.access.deny("Not a member.");
    return;
  }
  api.idToken.setCustomClaim("https://guestlist.example/claims/organization", organization);
  api.accessToken.setCustomClaim("https://guestlist.example/claims/organization", organization);
};
