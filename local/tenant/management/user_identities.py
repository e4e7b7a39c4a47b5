"""Linked accounts: two users become one, and two again [user-account-linking.mdx]."""

from local.tenant.documents import milliseconds
from local.tenant.errors import ManagementError, invalid_body
from local.tenant.identities import account_id
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.management.users import forget_account, found
from local.tenant.schema import TEXT, Field, check
from local.tenant.state import Document

LINK = {
    "provider": TEXT,
    "user_id": TEXT,
    "connection_id": Field(str, pattern="^con_[A-Za-z0-9]{16}$"),
    "link_with": TEXT,
}
ATTRIBUTES = ("email", "email_verified", "name", "username", "given_name", "phone_number", "phone_verified")
"""What of a secondary account lives on as `profileData`, with `family_name` [OpenAPI, UserProfileData]."""


def link(call: Call) -> Reply:
    """POST /users/{id}/identities: the secondary account is gone from all lists, its metadata discarded."""
    primary = found(call.state, call.id)
    secondary = _secondary(call, check(call.body, LINK))
    if secondary is primary:
        raise invalid_body("Main identity and the new one are the same.")
    if len(secondary["identities"]) > 1:
        raise invalid_body("Unable to link with the secondary account.")
    [identity] = secondary["identities"]
    forget_account(call.state, secondary["user_id"])
    primary["identities"].append({"profileData": _profile_data(secondary), **identity})
    primary["updated_at"] = milliseconds(call.state.clock.now())
    return Reply(201, primary["identities"])


def unlink(call: Call) -> Reply:
    """DELETE /users/{id}/identities/{provider}/{user_id}: an account of its own again, without metadata."""
    user = found(call.state, call.id)
    asked = f"{call.parameters['provider']}|{call.parameters['user_id']}"
    identity = next((i for i in user["identities"] if account_id(i) == asked), None)
    if identity is None:
        raise ManagementError(404, "The identity does not exist.", "inexistent_identity")
    if identity is user["identities"][0]:
        raise invalid_body("Main identity cannot be removed.")
    now = milliseconds(call.state.clock.now())
    user["identities"].remove(identity)
    user["updated_at"] = now
    profile = identity.pop("profileData")
    call.state.users[asked] = {
        "created_at": now,
        "identities": [identity],
        "updated_at": now,
        "user_id": asked,
        **profile,
    }
    return Reply(200, user["identities"])


def _secondary(call: Call, body: Document) -> Document:
    if "link_with" in body:
        raise invalid_body("Invalid token (link_with).")
    for name in ("provider", "user_id"):
        if name not in body:
            raise invalid_body(f"Missing required property: {name}")
    user_id = body["user_id"]
    if not user_id.startswith(f"{body['provider']}|"):
        user_id = f"{body['provider']}|{user_id}"
    for user in call.state.users.values():
        if any(account_id(identity) == user_id for identity in user["identities"][1:]):
            raise ManagementError(409, "Specified identity already exists.", "identity_conflict")
    if user_id not in call.state.users:
        raise ManagementError(400, "Provided secondary account not found.", "inexistent_user")
    return call.state.users[user_id]


def _profile_data(secondary: Document) -> Document:
    return {name: secondary[name] for name in (*ATTRIBUTES, "family_name") if name in secondary}


SCOPES = ("update:users", "update:current_user_identities")
OPERATIONS = (
    Operation("POST", "/users/{id}/identities", SCOPES, link),
    Operation("DELETE", "/users/{id}/identities/{provider}/{user_id}", SCOPES, unlink),
)
