"""What tokens say: scopes and permissions by the API's settings, claims by scope, and Actions' own claims."""

from urllib.parse import urlsplit

from local.tenant.logins import Grant
from local.tenant.state import Document, State, resource_server_by_identifier

OIDC_SCOPES = ("openid", "profile", "email", "address", "phone", "offline_access")
PROFILE = ("name", "nickname", "given_name", "family_name", "picture", "updated_at")
EMAIL = ("email", "email_verified")
ID_TOKEN_LIFE = 36000
ACCESS_TOKEN_LIFE = 86400
DIALECTS_WITH_PERMISSIONS = ("access_token_authz", "rfc9068_profile_authz")
RESTRICTED = {
    *("acr", "act", "active", "amr", "at_hash", "ath", "attest", "aud", "auth_time"),
    *("authorization_details", "azp", "c_hash", "client_id", "cnf", "cty", "dest", "entitlements"),
    *("events", "exp", "groups", "gty", "htm", "htu", "iat", "internalService", "iss", "jcard", "jku"),
    *("jti", "jwe", "jwk", "kid", "may_act", "mky", "nbf", "nonce", "object_id", "org_id", "org_name"),
    *("orig", "origid", "permissions", "roles", "rph", "s_hash", "scope", "sid", "sip_callid"),
    *("sip_cseq_num", "sip_date", "sip_from_tag", "sip_via_branch", "sub", "sub_jwk", "toe", "txn"),
    *("typ", "uuid", "vot", "vtm", "x5t#S256"),
}
"""Names that an Action cannot give a claim [create-custom-claims.mdx; `scope` is assumed]."""
RESTRICTED_HOSTS = ("auth0.com", "webtask.io", "webtask.run")


def custom_claims(claims: Document) -> Document:
    """Return the claims that an Action may set; the others are dropped without a word."""
    return {name: value for name, value in claims.items() if not _restricted(name)}


def permissions_of(state: State, user_id: str, audience: str) -> set[str]:
    """Return what a user may do at an API: by their roles and directly."""
    held = list(state.user_permissions.get(user_id, []))
    for role in state.user_roles.get(user_id, []):
        held += state.role_permissions.get(role, [])
    return {p["permission_name"] for p in held if p["resource_server_identifier"] == audience}


def granted_scope(state: State, grant: Grant) -> list[str]:
    """Return the scopes of a user's token, in the order asked; what Actions changed has the last word.

    With RBAC they are what was asked and is permitted, without it what was asked and the API defines.
    """
    server = resource_server_by_identifier(state, grant.audience)
    allowed = set(OIDC_SCOPES)
    if not _offers_refresh(state, grant.client_id, server):
        allowed.discard("offline_access")
    if server is not None:
        defined = {scope["value"] for scope in server["scopes"]}
        may = permissions_of(state, grant.user_id, grant.audience)
        allowed |= defined & may if server["enforce_policies"] else defined
    outcome = grant.outcome
    scopes = [scope for scope in grant.scope if scope in allowed] + outcome.added_scopes
    return list(dict.fromkeys(scope for scope in scopes if scope not in outcome.removed_scopes))


def access_token(state: State, grant: Grant, scope: list[str]) -> tuple[str, int]:
    """Return a user's access token and its life in seconds.

    Without an audience it is for `/userinfo` alone; Auth0's is opaque then, ours is not.
    """
    server = resource_server_by_identifier(state, grant.audience)
    life = int(server["token_lifetime"]) if server else ACCESS_TOKEN_LIFE
    userinfo = userinfo_audience(state)
    audiences = [grant.audience, userinfo] if "openid" in scope else [grant.audience]
    now = int(state.clock.now())
    claims = {
        **custom_claims(grant.outcome.access_token_claims),
        "iss": state.keys.issuer,
        "sub": grant.user_id,
        "aud": audiences if server and len(audiences) > 1 else grant.audience or userinfo,
        "iat": now,
        "exp": now + life,
        "scope": " ".join(scope),
        "azp": grant.client_id,
    }
    if server and shows_permissions(server):
        claims["permissions"] = sorted(permissions_of(state, grant.user_id, grant.audience))
    return state.keys.sign(claims), life


def id_token(state: State, grant: Grant, scope: list[str]) -> str:
    """Return the ID token; the client's `jwt_configuration.lifetime_in_seconds` is its life."""
    settings = state.clients[grant.client_id].get("jwt_configuration") or {}
    now = int(state.clock.now())
    claims = {
        **user_claims(state.users[grant.user_id], scope),
        **custom_claims(grant.outcome.id_token_claims),
        "iss": state.keys.issuer,
        "sub": grant.user_id,
        "aud": grant.client_id,
        "iat": now,
        "exp": now + int(settings.get("lifetime_in_seconds", ID_TOKEN_LIFE)),
    }
    more = {"sid": grant.session_id, "nonce": grant.nonce, "auth_time": grant.auth_time}
    return state.keys.sign({**claims, **{name: value for name, value in more.items() if value is not None}})


def user_claims(user: Document, scope: list[str]) -> Document:
    """Return the standard claims that `profile` and `email` ask for."""
    names = (*PROFILE * ("profile" in scope), *EMAIL * ("email" in scope))
    return {name: user[name] for name in names if name in user}


def shows_permissions(server: Document) -> bool:
    """Return whether an API's tokens carry `permissions`."""
    return bool(server["enforce_policies"]) and server["token_dialect"] in DIALECTS_WITH_PERMISSIONS


def userinfo_audience(state: State) -> str:
    """Return the audience of tokens for `/userinfo`."""
    return state.url + "/userinfo"


def _offers_refresh(state: State, client_id: str, server: Document | None) -> bool:
    by_client = "refresh_token" in state.clients[client_id]["grant_types"]
    return by_client and (server is None or bool(server["allow_offline_access"]))


def _restricted(name: str) -> bool:
    host = urlsplit(name).hostname or ""
    by_host = any(host == other or host.endswith("." + other) for other in RESTRICTED_HOSTS)
    return name in RESTRICTED or by_host or name.startswith("urn:auth0")
