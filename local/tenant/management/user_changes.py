"""Changes of a user: the whole of PATCH /users/{id} but for its scopes."""

from local.tenant.documents import merged, milliseconds
from local.tenant.errors import ManagementError, invalid_body
from local.tenant.identities import account_id, end_sessions, identity_by_email, identity_in, profile_of
from local.tenant.management.user_creation import check_password
from local.tenant.management.user_fields import PROFILE
from local.tenant.passwords import credential
from local.tenant.state import Document, State, connection_by_name

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
    """Apply a checked body: nothing of it, if any of it is refused. `connection` names a linked identity.

    Raises:
        ManagementError: 400, in the words of the operation's description.
    """
    _check_combination(body)
    identity = _identity(state, user, body)
    if any(body.get(name) is not None for name in CREDENTIALS):
        _check_credentials(state, identity, body)
    now = milliseconds(state.clock.now())
    signed_out = _apply_contact(profile_of(user, identity), body)
    _apply_profile(user, body)
    if body.get("password") is not None:
        _set_password(state, user, identity, body["password"], now)
        signed_out = True
    if signed_out:
        end_sessions(state, user["user_id"])
    if "blocked" in body:
        user["blocked"] = body["blocked"]
    _apply_metadata(user, body)
    user["updated_at"] = now


def _set_password(state: State, user: Document, identity: Document, password: str, now: str) -> None:
    """Set a password: it stamps `last_password_reset` and lifts an administrator's block."""
    state.credentials[account_id(identity)] = credential(password)
    user["last_password_reset"] = now
    if user.get("blocked"):
        user["blocked"] = False


def _check_combination(body: Document) -> None:
    given = {name for name, value in body.items() if value is not None}
    for first, second in EXCLUSIVE:
        if {first, second} <= given:
            raise invalid_body(f"Cannot update {first} and {second} simultaneously")


def _identity(state: State, user: Document, body: Document) -> Document:
    """Return the identity that a body is about: the main one, or that of the connection it names."""
    main: Document = user["identities"][0]
    name = str(body.get("connection", main["connection"]))
    if connection_by_name(state, name) is None and "connection" in body:
        raise ManagementError(400, "Connection does not exist.", "inexistent_connection")
    identity = identity_in(user, name)
    if identity is None:
        raise invalid_body("The specified connection does not match any of the user's identities.")
    if identity is not main and set(PROFILE) & set(body):
        raise invalid_body(
            f"The following user attributes cannot be updated: {', '.join(sorted(set(PROFILE) & set(body)))}."
            " The specified connection belongs to a secondary identity."
        )
    return identity


def _check_credentials(state: State, identity: Document, body: Document) -> None:
    connection = connection_by_name(state, identity["connection"])
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
        holder = identity_by_email(state, connection["name"], body["email"].lower())
        if holder is not None and holder[1] is not identity:
            raise ManagementError(400, "The specified new email already exists", "auth0_idp_error")


def _apply_contact(profile: Document, body: Document) -> bool:
    """Apply addresses and what is proved of them; return whether that ends the user's sessions.

    It does where an address or a number really changes or an address is verified no more [session logout;
    migration "unwarranted session removal", August 2025].
    """
    before = {name: profile.get(name) for name in ("email", "email_verified", "phone_number")}
    if body.get("email") is not None and body["email"].lower() != profile.get("email"):
        profile.update(email=body["email"].lower(), email_verified=False)
    if body.get("username") is not None:
        profile["username"] = body["username"].lower()
    for name in ("email_verified", "phone_number", "phone_verified"):
        if name in body:
            profile[name] = body[name]
    moved = any(profile.get(name) != before[name] for name in ("email", "phone_number"))
    return moved or (before["email_verified"] is True and profile["email_verified"] is False)


def _apply_profile(user: Document, body: Document) -> None:
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
