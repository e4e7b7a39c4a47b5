"""Users of enterprise connections: where they sign in, and what becomes of them when they arrive."""

from urllib.parse import quote, urlencode

from local.tenant.documents import milliseconds
from local.tenant.identities import account_id, profile_of
from local.tenant.logins import Transaction, enabled_connections, is_enterprise
from local.tenant.management.user_creation import gravatar
from local.tenant.state import Document, State

OF_AUTH0 = {
    *("_id", "app_metadata", "blocked", "created_at", "identities", "last_ip", "last_login", "logins_count"),
    *("last_password_reset", "multifactor", "updated_at", "user_id", "user_metadata"),
}
"""What of a profile no identity provider can say."""
VERIFIED_BY_OPTION = ("waad", "adfs")
"""Strategies whose addresses count as verified or not by an option [azuread-adfs-email-verification.mdx]."""
GROUPS_BY_OPTION = ("waad", "google-apps")
"""Strategies that ask for groups only where `ext_groups` is set [OpenAPI]."""
BY_ASSERTION = ("samlp", "adfs")
"""Strategies whose attributes are read from XML [auth0/passport-wsfed-saml2, lib/.../saml.js]."""
BY_SUBJECT_ALONE = ("waad", "google-apps")
"""Strategies whose user ids do not hold the connection's name (reported by users)."""


def identity_provider(connection: Document, transaction: Transaction) -> str:
    """Return where the tenant sends a browser that signs in by an enterprise connection."""
    query = urlencode({"state": transaction.id, "login_hint": transaction.login_hint})
    return f"/_local/idp/{quote(connection['name'])}?{query}"


def home_realm(state: State, transaction: Transaction, email: str) -> Document | None:
    """Return the enabled connection that an address belongs to, by `domain_aliases`: the first (assumed)."""
    domain = email.rpartition("@")[2].lower()
    for connection in enabled_connections(state, transaction.client_id, transaction.connection):
        aliases = connection["options"].get("domain_aliases") or []
        if is_enterprise(connection) and domain in [alias.lower() for alias in aliases]:
            return connection
    return None


def arrived(state: State, connection: Document, claims: Document) -> Document:
    """Return the user whom an identity provider names: made now, or brought up to date, before any Action.

    `claims` has `sub` (of SAML its NameID) and what else is said; that becomes the profile's root attributes.
    """
    identity = _identity(connection, claims)
    attributes = _attributes(connection, claims)
    found = _user_with(state, identity)
    now = milliseconds(state.clock.now())
    if found is None:
        user_id = account_id(identity)
        user = {"created_at": now, "identities": [identity], "updated_at": now, "user_id": user_id}
        state.users[user_id] = user | attributes
        return state.users[user_id]
    user, known = found
    if connection["options"].get("set_user_root_attributes", "on_each_login") == "on_each_login":
        profile = profile_of(user, known)
        for name in set(profile) - OF_AUTH0 - set(attributes):
            del profile[name]
        profile.update(attributes)
        user["updated_at"] = now
    return user


def _identity(connection: Document, claims: Document) -> Document:
    """Return who it is: `oidc|acme|00u1`, `google-apps|ann@acme.example` as user ids [community 182837].

    Assumed of `waad`: the connection's name is in it where users are known by `oid`, not where by `sub`.
    """
    name, strategy, subject = connection["name"], connection["strategy"], str(claims["sub"])
    alone = strategy in BY_SUBJECT_ALONE and connection["options"].get("userid_attribute") != "oid"
    if strategy == "google-apps" and not connection["options"].get("map_user_id_to_id"):
        subject = str(claims.get("email") or subject)
    user_id = subject if alone else f"{name}|{subject}"
    return {"connection": name, "user_id": user_id, "provider": strategy, "isSocial": False}


def _attributes(connection: Document, claims: Document) -> Document:
    """Return the attributes of a profile's root: an address as it was sent, not in small letters."""
    strategy, options = connection["strategy"], connection["options"]
    said = {name: value for name, value in claims.items() if name not in OF_AUTH0 | {"sub"}}
    if strategy in VERIFIED_BY_OPTION:
        trusted = options.get("should_trust_email_verified_connection") == "always_set_emails_as_verified"
        said["email_verified"] = trusted
    if strategy in GROUPS_BY_OPTION and not options.get("ext_groups"):
        said.pop("groups", None)
    if strategy in BY_ASSERTION:
        said = {name: _of_assertion(value) for name, value in said.items() if value != []}
    email = str(said.get("email") or claims["sub"])
    return {"name": email, "nickname": email.partition("@")[0], "picture": gravatar(email), **said}


def _of_assertion(value: object) -> object:
    """Return an attribute as it is read from an assertion: a lone value is no list."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _user_with(state: State, identity: Document) -> tuple[Document, Document] | None:
    account = account_id(identity)
    for user in state.users.values():
        for known in user["identities"]:
            if account_id(known) == account and known["connection"] == identity["connection"]:
                return user, known
    return None
