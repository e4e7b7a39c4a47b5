"""Which client calls, and its proof: `client_secret_post`, `client_secret_basic`; a public one has none."""

import base64
import binascii
import hmac
from urllib.parse import unquote_plus

from local.tenant.asked import Asked, text
from local.tenant.oauth_errors import OAuthError, invalid_request, unauthorized
from local.tenant.state import Document, State

PUBLIC = "none"


def proved_client(state: State, asked: Asked) -> Document:
    """Return the client; a confidential one may send its secret either way, whichever method it has.

    Raises:
        OAuthError: 400 if none is named, 401 if it is unknown or its secret is wrong or absent.
    """
    client_id, secret = _credentials(asked)
    if client_id is None:
        raise invalid_request("Missing required parameter: client_id")
    asked.request.scope["client_id"] = client_id
    client = state.clients.get(client_id)
    if client is None:
        raise unauthorized()
    if not is_public(client) and not hmac.compare_digest(
        client["client_secret"].encode(), (secret or "").encode()
    ):
        raise unauthorized()
    return client


def is_public(client: Document) -> bool:
    """Return whether a client has no secret to keep, so that it must use PKCE."""
    return bool(client["token_endpoint_auth_method"] == PUBLIC)


def check_grant_type(client: Document, grant_type: str) -> None:
    """Refuse a grant type that the client does not have (reported)."""
    if grant_type not in client["grant_types"]:
        told = f"Grant type '{grant_type}' not allowed for the client."
        raise OAuthError(403, "unauthorized_client", told)


def _credentials(asked: Asked) -> tuple[str | None, str | None]:
    kind, _, encoded = asked.request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return text(asked.body, "client_id"), text(asked.body, "client_secret")
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise unauthorized() from error
    return unquote_plus(client_id) or None, unquote_plus(secret)
