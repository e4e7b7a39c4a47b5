"""GET and POST `/authorize`: what is asked, and whether this client may ask it."""

import secrets

from local.tenant.asked import Asked, text
from local.tenant.client_proof import is_public
from local.tenant.logins import TRANSACTION_LIFE, Transaction, enabled_connections
from local.tenant.oauth_errors import PageError, RedirectedError
from local.tenant.state import Document, State, connection_by_name, resource_server_by_identifier

PROMPTS = ("none", "login", "consent", "select_account")


def trusted_client(state: State, parameters: Document) -> tuple[Document, str]:
    """Return the client and its callback.

    Raises:
        PageError: either is unknown, so nobody but the person may be told (statuses assumed).
    """
    client = state.clients.get(text(parameters, "client_id") or "")
    if client is None:
        raise PageError(400, "Oops!, something went wrong", "invalid_request: Unknown client.")
    redirect_uri = text(parameters, "redirect_uri")
    if redirect_uri is None:
        message = "invalid_request: Missing required parameter: redirect_uri"
        raise PageError(400, "Oops!, something went wrong", message)
    if redirect_uri not in client.get("callbacks", []):
        message = "The provided redirect_uri is not in the list of allowed callback URLs."
        raise PageError(403, "Callback URL mismatch.", message)
    return client, redirect_uri


def check_request(state: State, client: Document, parameters: Document) -> None:
    """Refuse what this client may not ask, or nobody.

    Raises:
        RedirectedError: the callback is told (texts as reported where known, else assumed).
    """
    _check_protocol(client, parameters)
    _check_pkce(client, parameters)
    _check_organization(client, parameters)
    audience = text(parameters, "audience")
    if audience and resource_server_by_identifier(state, audience) is None:
        raise RedirectedError("access_denied", f"Service not found: {audience}")
    _check_connection(state, client, text(parameters, "connection"))


def new_transaction(state: State, client: Document, redirect_uri: str, asked: Asked) -> Transaction:
    """Return the transaction of a request that was found good."""
    parameters = asked.parameters
    max_age = text(parameters, "max_age")
    return Transaction(
        id=secrets.token_urlsafe(24),
        method=asked.request.method,
        asked=parameters,
        client_id=client["client_id"],
        redirect_uri=redirect_uri,
        scope=tuple(dict.fromkeys((text(parameters, "scope") or "").split())),
        audience=text(parameters, "audience") or "",
        connection=text(parameters, "connection"),
        state=text(parameters, "state"),
        nonce=text(parameters, "nonce"),
        code_challenge=text(parameters, "code_challenge"),
        prompt=text(parameters, "prompt"),
        max_age=None if max_age is None else int(max_age),
        login_hint=text(parameters, "login_hint") or "",
        expires_at=state.clock.now() + TRANSACTION_LIFE,
    )


def _check_protocol(client: Document, parameters: Document) -> None:
    response_type = text(parameters, "response_type")
    if response_type is None:
        raise RedirectedError("invalid_request", "Missing required parameter: response_type")
    if response_type != "code":
        raise RedirectedError("unsupported_response_type", f"Unsupported response type: {response_type}")
    if text(parameters, "response_mode") not in {None, "query"}:
        raise RedirectedError("invalid_request", "Unsupported response mode")
    if "authorization_code" not in client["grant_types"]:
        told = "Grant type 'authorization_code' not allowed for the client."
        raise RedirectedError("unauthorized_client", told)
    if not set((text(parameters, "prompt") or "").split()) <= set(PROMPTS):
        raise RedirectedError("invalid_request", "Invalid value for parameter prompt")
    max_age = text(parameters, "max_age")
    if max_age is not None and not (max_age.isascii() and max_age.isdigit()):
        raise RedirectedError("invalid_request", "Invalid value for parameter max_age")


def _check_pkce(client: Document, parameters: Document) -> None:
    challenge = text(parameters, "code_challenge")
    if challenge is None and is_public(client):
        raise RedirectedError("invalid_request", "Missing required parameter: code_challenge")
    if challenge is not None and text(parameters, "code_challenge_method") != "S256":
        raise RedirectedError("invalid_request", "Unsupported code_challenge_method, S256 is required")


def _check_organization(client: Document, parameters: Document) -> None:
    """Refuse Auth0's own organizations, of which this tenant has none."""
    usage = client.get("organization_usage", "deny")
    if usage == "require":
        raise RedirectedError("invalid_request", "parameter organization is required for this client")
    if "organization" in parameters:
        none = "parameter organization is invalid: the organization does not exist"
        refused = "parameter organization is not allowed for this client"
        raise RedirectedError("invalid_request", none if usage == "allow" else refused)


def _check_connection(state: State, client: Document, name: str | None) -> None:
    if name is not None and connection_by_name(state, name) is None:
        raise RedirectedError("invalid_request", "the connection was not found")
    if not enabled_connections(state, client["client_id"], name):
        told = "no connections enabled for the client" if name is None else "the connection is not enabled"
        raise RedirectedError("invalid_request", told)
