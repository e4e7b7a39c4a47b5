"""Refresh tokens: issued, found, rotated, and revoked with their family."""

import secrets

from local.tenant.documents import new_hex_id
from local.tenant.logins import Grant
from local.tenant.oauth_errors import invalid_grant
from local.tenant.state import Document, RefreshToken, State


def issue_refresh_token(state: State, grant: Grant, scope: list[str]) -> RefreshToken:
    """Return a new token, with the metadata that the login's Actions set."""
    metadata = {k: v for k, v in grant.outcome.refresh_token_metadata.items() if v is not None}
    session = state.sessions.get(grant.session_id or "")
    token = RefreshToken(
        id=new_hex_id(),
        secret=_new_secret(),
        user_id=grant.user_id,
        client_id=grant.client_id,
        audience=grant.audience,
        scope=" ".join(scope),
        session_id=grant.session_id,
        created_at=state.clock.now(),
        metadata=metadata,
        connection=session.connection if session else None,
    )
    state.refresh_tokens[token.id] = token
    return token


def find_refresh_token(state: State, secret: str, client: Document) -> RefreshToken:
    """Return the client's live token with this secret.

    Raises:
        OAuthError: 403 `invalid_grant`. A token that was rotated already takes its family with it.
    """
    token = _by_secret(state, secret)
    if token is None or token.client_id != client["client_id"] or _expired(state, token, client):
        raise _unknown()
    if token.replaced_by is not None:
        revoke_family(state, token)
        raise _unknown()
    return token


def rotated(state: State, token: RefreshToken) -> RefreshToken:
    """Return the token's successor, which lives no longer than it would have (absolute lifetime)."""
    successor = RefreshToken(
        id=new_hex_id(),
        secret=_new_secret(),
        user_id=token.user_id,
        client_id=token.client_id,
        audience=token.audience,
        scope=token.scope,
        session_id=token.session_id,
        created_at=token.created_at,
        metadata=token.metadata,
        connection=token.connection,
    )
    state.refresh_tokens[successor.id] = successor
    token.replaced_by = successor.id
    return successor


def revoke_family(state: State, token: RefreshToken) -> None:
    """Remove a token and all that came of it; what it came of is spent."""
    doomed: RefreshToken | None = token
    while doomed is not None:
        state.refresh_tokens.pop(doomed.id, None)
        doomed = state.refresh_tokens.get(doomed.replaced_by or "")


def revoke_secret(state: State, secret: str, client: Document) -> None:
    """Revoke the client's token with this secret, if it has one (RFC 7009: no error if not)."""
    token = _by_secret(state, secret)
    if token is not None and token.client_id == client["client_id"]:
        revoke_family(state, token)


def settings(client: Document) -> Document:
    """Return a client's `refresh_token` settings."""
    return client.get("refresh_token") or {}


def _by_secret(state: State, secret: str) -> RefreshToken | None:
    return next((t for t in state.refresh_tokens.values() if t.secret == secret), None)


def _expired(state: State, token: RefreshToken, client: Document) -> bool:
    configured = settings(client)
    if configured.get("expiration_type") != "expiring":
        return False
    life = float(configured.get("token_lifetime", 31557600))
    return token.created_at + life <= state.clock.now()


def _new_secret() -> str:
    return "v1." + secrets.token_urlsafe(48)


def _unknown() -> Exception:
    return invalid_grant("Unknown or invalid refresh token.")
