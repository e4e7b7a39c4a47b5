/* global ENTERPRISE, NOBODY_YET, RESOLVER_SECRET, RESOLVE_SECONDS, isPresent, isText, isTexts, own */

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
