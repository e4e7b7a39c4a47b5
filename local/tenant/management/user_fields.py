"""The properties of a user that a caller may set."""

from local.tenant.errors import payload_error
from local.tenant.schema import EMAIL_ADDRESS, FLAG, OBJECT, TEXT, Field
from local.tenant.state import Document

NEW_USER = {
    "connection": TEXT,
    "email": EMAIL_ADDRESS,
    "phone_number": Field(str, pattern=r"^\+[0-9]{1,15}$"),
    "user_metadata": OBJECT,
    "app_metadata": OBJECT,
    "blocked": FLAG,
    "email_verified": FLAG,
    "phone_verified": FLAG,
    "given_name": Field(str, max_length=150),
    "family_name": Field(str, max_length=150),
    "name": Field(str, max_length=300),
    "nickname": Field(str, max_length=300),
    "picture": TEXT,
    "user_id": Field(str, pattern=r"^\S*$", max_length=255),
    "password": TEXT,
    "verify_email": FLAG,
    "username": Field(str, max_length=128),
}
"""POST /users: nothing else is allowed [OpenAPI]."""

USER_CHANGE = {
    **{name: field for name, field in NEW_USER.items() if name != "user_id"},
    "email": Field(str, format="email", nullable=True),
    "given_name": Field(str, max_length=150, nullable=True),
    "family_name": Field(str, max_length=150, nullable=True),
    "name": Field(str, max_length=300, nullable=True),
    "nickname": Field(str, max_length=300, nullable=True),
    "picture": Field(str, nullable=True),
    "password": Field(str, nullable=True),
    "username": Field(str, max_length=128, nullable=True),
    "client_id": TEXT,
}
"""PATCH /users/{id}: other properties pass and change nothing [OpenAPI: allowed; assumed: without effect]."""

PROFILE = ("given_name", "family_name", "name", "nickname", "picture")

FORBIDDEN_METADATA = {
    *("__tenant", "_id", "blocked", "clientID", "created_at", "email", "email_verified", "globalClientID"),
    *("global_client_id", "identities", "lastIP", "lastLogin", "loginsCount", "metadata", "multifactor"),
    *("multifactor_last_modified", "updated_at", "user_id"),
}
"""Names that app_metadata may not have, since it is merged onto the profile [metadata-fields-data.mdx]."""


def check_app_metadata(body: Document) -> None:
    """Refuse names that app_metadata must not have.

    Raises:
        ManagementError: 400 `invalid_body` (the text is assumed).
    """
    for name in body.get("app_metadata") or {}:
        if name in FORBIDDEN_METADATA or "." in name or "$" in name:
            raise payload_error(f"'Property not allowed: {name}' on property app_metadata")
