"""Changes of a user: the whole of PATCH /users/{id} but for its scopes."""

from local.tenant.documents import merged, milliseconds
from local.tenant.errors import ManagementError, invalid_body
from local.tenant.management.user_creation import check_password
from local.tenant.management.user_fields import PROFILE
from local.tenant.passwords import credential
from local.tenant.state import Document, State, connection_by_name, user_id_by_email

EXCLUSIVE = (
    ("password", "email"),
    ("password", "email_verified"),
    ("username", "email"),
    ("username", "email_verified"),
    ("username", "password"),
)
"""What one call cannot change together [OpenAPI]."""
CREDENTIALS = ("email", "email_verified", "password", "username")


def change_user(state: State, user: Document, body: Document) -> None:
    """Apply a checked body: nothing of it, if any of it is refused.

    Raises:
        ManagementError: 400, in the words of the operation's description.
    """
    _check_combination(body)
    if any(body.get(name) is not None for name in CREDENTIALS):
        _check_credentials(state, user, body)
    _apply_profile(user, body)
    if body.get("password") is not None:
        set_password(state, user, body["password"])
    if "blocked" in body:
        user["blocked"] = body["blocked"]
    _apply_metadata(user, body)
    user["updated_at"] = milliseconds(state.clock.now())


def set_password(state: State, user: Document, password: str) -> None:
    """Set a password: it stamps `last_password_reset`, lifts an administrator's block, ends sessions."""
    user_id = user["user_id"]
    state.credentials[user_id] = credential(password)
    user["last_password_reset"] = milliseconds(state.clock.now())
    if user.get("blocked"):
        user["blocked"] = False
    for key in [key for key, session in state.sessions.items() if session.user_id == user_id]:
        del state.sessions[key]


def _check_combination(body: Document) -> None:
    given = {name for name, value in body.items() if value is not None}
    for first, second in EXCLUSIVE:
        if {first, second} <= given:
            raise invalid_body(f"Cannot update {first} and {second} simultaneously")


def _check_credentials(state: State, user: Document, body: Document) -> None:
    connection = connection_by_name(state, body.get("connection") or user["identities"][0]["connection"])
    if connection is None:
        raise ManagementError(400, "Connection does not exist.", "inexistent_connection")
    if connection["strategy"] != "auth0":
        refused = "Cannot update email for non-database user."
        raise invalid_body(refused if "email" in body else "Connection is not supported for this operation.")
    if not state.connection_clients.get(connection["id"]):
        raise invalid_body("Cannot change email or password for users in a disabled connection.")
    if body.get("password") is not None:
        check_password(connection, body["password"])
    if body.get("email") is not None:
        taken_by = user_id_by_email(state, connection["name"], body["email"].lower())
        if taken_by not in {None, user["user_id"]}:
            raise ManagementError(400, "The specified new email already exists", "auth0_idp_error")


def _apply_profile(user: Document, body: Document) -> None:
    if body.get("email") is not None:
        user["email"] = body["email"].lower()
        user["email_verified"] = False
    if body.get("username") is not None:
        user["username"] = body["username"].lower()
    for name in ("email_verified", "phone_number", "phone_verified"):
        if name in body:
            user[name] = body[name]
    for name in PROFILE:
        if name in body and body[name] is None:
            user.pop(name, None)
        elif name in body:
            user[name] = body[name]


def _apply_metadata(user: Document, body: Document) -> None:
    if "user_metadata" in body:
        user["user_metadata"] = merged(user.get("user_metadata"), body["user_metadata"])
    if "app_metadata" in body:
        metadata = merged(user.pop("app_metadata", None), body["app_metadata"])
        if metadata:
            user["app_metadata"] = metadata
