"""Sessions and refresh tokens of a user. On plans below Enterprise these operations are refused."""

from local.tenant.documents import checkpointed, milliseconds
from local.tenant.errors import ManagementError
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.management.users import found
from local.tenant.schema import FLAG, TEXT, check
from local.tenant.state import Document, RefreshToken, Session

WITHOUT_SESSIONS = ("free", "essentials")
"""Sessions by the Management API are Enterprise's [manage-user-sessions-...mdx]; refresh tokens: assumed."""


def read_sessions(call: Call) -> Reply:
    """GET /users/{id}/sessions."""
    _check_feature(call)
    held = [_session(s) for s in call.state.sessions.values() if s.user_id == call.id]
    return Reply(200, checkpointed("sessions", held, call.query))


def delete_sessions(call: Call) -> Reply:
    """DELETE /users/{id}/sessions: 202, done at once here."""
    _check_feature(call)
    _end_sessions(call, None)
    return Reply(202, {})


def read_refresh_tokens(call: Call) -> Reply:
    """GET /users/{id}/refresh-tokens: never the secrets."""
    _check_feature(call)
    held = [t for t in call.state.refresh_tokens.values() if t.user_id == call.id and t.replaced_by is None]
    documents = [_refresh_token(token, call) for token in held]
    total = {"total": len(documents)} if call.query.get("include_totals") == "true" else {}
    return Reply(200, {**checkpointed("tokens", documents, call.query), **total})


def delete_refresh_tokens(call: Call) -> Reply:
    """DELETE /users/{id}/refresh-tokens: 202, done at once here."""
    _check_feature(call)
    _end_refresh_tokens(call, None)
    return Reply(202, {})


def revoke_access(call: Call) -> Reply:
    """POST /users/{id}/revoke-access: sessions (or one) and, unless preserved, refresh tokens."""
    _check_feature(call)
    body = check(call.body, {"session_id": TEXT, "preserve_refresh_tokens": FLAG})
    session_id = body.get("session_id")
    _end_sessions(call, session_id)
    if not body.get("preserve_refresh_tokens"):
        _end_refresh_tokens(call, session_id)
    return Reply(202)


def _check_feature(call: Call) -> None:
    if call.state.plan in WITHOUT_SESSIONS:
        message = "The account is not allowed to perform this operation."
        raise ManagementError(403, message, "operation_not_supported")
    found(call.state, call.id)


def _end_sessions(call: Call, session_id: str | None) -> None:
    for key, session in list(call.state.sessions.items()):
        if session.user_id == call.id and session_id in {None, session.id}:
            del call.state.sessions[key]


def _end_refresh_tokens(call: Call, session_id: str | None) -> None:
    for key, token in list(call.state.refresh_tokens.items()):
        if token.user_id == call.id and session_id in {None, token.session_id}:
            del call.state.refresh_tokens[key]


def _session(session: Session) -> Document:
    at = milliseconds(session.created_at)
    return {
        "id": session.id,
        "user_id": session.user_id,
        "created_at": at,
        "updated_at": at,
        "authenticated_at": at,
        "clients": [{"client_id": client_id} for client_id in sorted(session.client_ids)],
    }


def _refresh_token(token: RefreshToken, call: Call) -> Document:
    settings = call.state.clients.get(token.client_id, {}).get("refresh_token") or {}
    return {
        "id": token.id,
        "user_id": token.user_id,
        "created_at": milliseconds(token.created_at),
        "idle_expires_at": None,
        "expires_at": None,
        "client_id": token.client_id,
        "session_id": token.session_id,
        "rotating": settings.get("rotation_type") == "rotating",
        "resource_servers": [{"audience": token.audience, "scopes": token.scope}],
    }


REVOCATION = ("delete:sessions", "delete:refresh_tokens")
OPERATIONS = (
    Operation("GET", "/users/{id}/sessions", ("read:sessions",), read_sessions),
    Operation("DELETE", "/users/{id}/sessions", ("delete:sessions",), delete_sessions),
    Operation("GET", "/users/{id}/refresh-tokens", ("read:refresh_tokens",), read_refresh_tokens),
    Operation("DELETE", "/users/{id}/refresh-tokens", ("delete:refresh_tokens",), delete_refresh_tokens),
    Operation("POST", "/users/{id}/revoke-access", REVOCATION, revoke_access, every_scope=True),
)
