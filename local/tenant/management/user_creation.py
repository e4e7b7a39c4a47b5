"""The creation of a user in a database connection."""

import hashlib

from local.tenant.documents import milliseconds, new_hex_id
from local.tenant.errors import ManagementError, invalid_body, payload_error
from local.tenant.identities import identity_by_email
from local.tenant.management.user_fields import PROFILE
from local.tenant.passwords import credential, weakness
from local.tenant.state import Document, State, connection_by_name


def create_user(state: State, body: Document) -> Document:
    """Make the user that a checked body asks for.

    Raises:
        ManagementError: 400 for the connection or the password, 409 if the address or the id is taken.
    """
    connection = usable_connection(state, body["connection"])
    _check_credentials(connection, body)
    email = body["email"].lower()
    bare_id = body.get("user_id") or new_hex_id()
    user_id = f"auth0|{bare_id}"
    taken = user_id in state.users or user_id in state.credentials
    if taken or identity_by_email(state, connection["name"], email):
        raise ManagementError(409, "The user already exists.", "auth0_idp_error")
    user = _document(body, email, bare_id, milliseconds(state.clock.now()))
    state.users[user_id] = user
    state.credentials[user_id] = credential(body["password"])
    return user


def usable_connection(state: State, name: str) -> Document:
    """Return a database connection that is enabled for at least one client."""
    connection = connection_by_name(state, name)
    if connection is None:
        raise ManagementError(400, "Connection does not exist.", "inexistent_connection")
    if connection["strategy"] != "auth0":
        kinds = "It must either be a database or passwordless connection."
        raise invalid_body(f"Connection does not support user creation through the API. {kinds}")
    if not state.connection_clients.get(connection["id"]):
        raise invalid_body("Connection is disabled.")
    return connection


def check_password(connection: Document, password: str) -> None:
    """Refuse a password that the connection's policy finds too weak."""
    if weakness(password, connection) is not None:
        raise ManagementError(400, "PasswordStrengthError: Password is too weak", "invalid_body")


def _check_credentials(connection: Document, body: Document) -> None:
    for name in ("email", "password"):
        if name not in body:
            raise payload_error(f"'Missing required property: {name}'")
    if "username" in body and not connection["options"].get("requires_username"):
        raise invalid_body("Cannot set username for connection without requires_username.")
    check_password(connection, body["password"])


def _document(body: Document, email: str, bare_id: str, now: str) -> Document:
    identity = {"connection": body["connection"], "user_id": bare_id, "provider": "auth0", "isSocial": False}
    given = (*PROFILE, "blocked", "user_metadata", "phone_number", "phone_verified")
    more = {name: body[name] for name in given if name in body}
    if "username" in body:
        more["username"] = body["username"].lower()
    if body.get("app_metadata"):
        more["app_metadata"] = body["app_metadata"]
    return {
        "created_at": now,
        "email": email,
        "email_verified": body.get("email_verified", False),
        "identities": [identity],
        "name": email,
        "nickname": email.partition("@")[0],
        "picture": gravatar(email),
        "updated_at": now,
        "user_id": f"auth0|{bare_id}",
        **more,
    }


def gravatar(email: str) -> str:
    """Return the picture of a user who has none."""
    digest = hashlib.md5(email.encode(), usedforsecurity=False).hexdigest()
    initials = email[:2]
    return f"https://s.gravatar.com/avatar/{digest}?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2F{initials}.png"
