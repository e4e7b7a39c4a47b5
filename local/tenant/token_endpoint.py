"""POST `/oauth/token` and `/oauth/revoke`."""

import base64
import hashlib
import hmac
from dataclasses import replace

from starlette.responses import JSONResponse, Response

from local.tenant.actions import ActionRunner, Outcome
from local.tenant.asked import Asked, required, text
from local.tenant.client_credentials import ClientCredentials
from local.tenant.client_proof import check_grant_type, proved_client
from local.tenant.events import WITHOUT_REFRESH_TOKEN, refresh_event
from local.tenant.logins import Code, Grant, Logins
from local.tenant.oauth_errors import NO_STORE, OAuthError, invalid_grant
from local.tenant.refresh_tokens import (
    find_refresh_token,
    issue_refresh_token,
    revoke_family,
    revoke_secret,
    rotated,
    settings,
)
from local.tenant.state import Document, RefreshToken, State
from local.tenant.token_claims import access_token, granted_scope, id_token
from local.tenant.triggers import POST_LOGIN, bound_actions, keep_metadata


class TokenEndpoint:
    """The handlers, and a method per grant type."""

    def __init__(self, state: State, runner: ActionRunner, logins: Logins) -> None:
        self._state = state
        self._runner = runner
        self._logins = logins
        self._grants = {
            "authorization_code": self._exchange_code,
            "refresh_token": self._refresh,
            "client_credentials": ClientCredentials(state, runner).exchange,
        }

    def token(self, asked: Asked) -> Response:
        """POST /oauth/token, form or JSON."""
        grant_type = required(asked.body, "grant_type")
        with self._state.lock:
            client = proved_client(self._state, asked)
        if grant_type not in self._grants:
            raise OAuthError(403, "unsupported_grant_type", f"Unsupported grant type: {grant_type}")
        check_grant_type(client, grant_type)
        return JSONResponse(self._grants[grant_type](client, asked), headers=NO_STORE)

    def revoke(self, asked: Asked) -> Response:
        """POST /oauth/revoke: 200, also for a token that is none."""
        with self._state.lock:
            client = proved_client(self._state, asked)
            revoke_secret(self._state, required(asked.body, "token"), client)
        return Response()

    def _exchange_code(self, client: Document, asked: Asked) -> Document:
        name = required(asked.body, "code")
        with self._state.lock:
            code = self._logins.codes.get(name)
            if code is None or code.grant.client_id != client["client_id"] or self._is_late(code):
                raise invalid_grant("Invalid authorization code")
            del self._logins.codes[name]
            _check_exchange(code, asked)
            _check_user(self._state, code.grant.user_id, "Invalid authorization code")
            scope = granted_scope(self._state, code.grant)
            answer = _tokens(self._state, code.grant, scope)
            if "offline_access" in scope:
                answer["refresh_token"] = self._new_refresh_token(code.grant, scope).secret
            return answer

    def _refresh(self, client: Document, asked: Asked) -> Document:
        secret = required(asked.body, "refresh_token")
        with self._state.lock:
            token = find_refresh_token(self._state, secret, client)
            gone = "The refresh_token was generated for a user who doesn't exist anymore."
            _check_user(self._state, token.user_id, gone)
            scope = _narrowed(token, text(asked.body, "scope"))
            event = refresh_event(self._state, self._state.users[token.user_id], token, scope, asked)
            actions = bound_actions(self._state, POST_LOGIN)
        outcome = self._runner.run(POST_LOGIN, actions, event)
        with self._state.lock:
            return self._refreshed(find_refresh_token(self._state, secret, client), scope, outcome)

    def _refreshed(self, token: RefreshToken, scope: tuple[str, ...], outcome: Outcome) -> Document:
        """Return the answer to a refresh after its Actions ran; meanwhile nobody may have used the token."""
        state = self._state
        keep_metadata(state, token.user_id, outcome)
        if outcome.session_revoked is not None:
            state.sessions.pop(token.session_id or "", None)
        if outcome.refresh_token_revoked is not None:
            revoke_family(state, token)
        if outcome.denied is not None:
            raise OAuthError(403, outcome.error, outcome.denied)
        _check_user(state, token.user_id, "Unknown or invalid refresh token.")
        if state.plan not in WITHOUT_REFRESH_TOKEN:
            changed = {**token.metadata, **outcome.refresh_token_metadata}
            token.metadata = {name: value for name, value in changed.items() if value is not None}
        grant = Grant(token.user_id, token.client_id, token.audience, scope, token.session_id, outcome)
        answer = _tokens(state, grant, granted_scope(state, grant))
        if settings(state.clients[token.client_id]).get("rotation_type") == "rotating":
            answer["refresh_token"] = rotated(state, token).secret
        return answer

    def _new_refresh_token(self, grant: Grant, scope: list[str]) -> RefreshToken:
        if self._state.plan in WITHOUT_REFRESH_TOKEN:
            grant = replace(grant, outcome=replace(grant.outcome, refresh_token_metadata={}))
        return issue_refresh_token(self._state, grant, scope)

    def _is_late(self, code: Code) -> bool:
        return code.expires_at <= self._state.clock.now()


def _check_exchange(code: Code, asked: Asked) -> None:
    """Hold an exchange to the request to `/authorize`: same callback, and who has the verifier."""
    sent = text(asked.body, "redirect_uri")
    if sent != code.redirect_uri:
        told = f"The redirect URI is wrong. You sent {sent or ''}, and we expected {code.redirect_uri}"
        raise OAuthError(403, "unauthorized_client", told)
    verifier = text(asked.body, "code_verifier")
    if verifier is None and code.code_challenge is None:
        return
    digest = hashlib.sha256((verifier or "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=")
    if not hmac.compare_digest(challenge, (code.code_challenge or "").encode()):
        raise invalid_grant("Failed to verify code verifier")


def _check_user(state: State, user_id: str, gone: str) -> None:
    """Refuse tokens for a user who was deleted, or who is blocked (auth0-spa-js#1525)."""
    user = state.users.get(user_id)
    if user is None:
        raise invalid_grant(gone)
    if user.get("blocked"):
        raise invalid_grant("user is blocked")


def _narrowed(token: RefreshToken, asked: str | None) -> tuple[str, ...]:
    """Return the token's scopes, or those of them that are asked; `offline_access` stays (recorded)."""
    held = token.scope.split()
    if asked is None:
        return tuple(held)
    kept = {*asked.split(), "offline_access"}
    return tuple(scope for scope in held if scope in kept)


def _tokens(state: State, grant: Grant, scope: list[str]) -> Document:
    token, life = access_token(state, grant, scope)
    answer = {"access_token": token, "scope": " ".join(scope), "expires_in": life, "token_type": "Bearer"}
    return {**answer, "id_token": id_token(state, grant, scope)} if "openid" in scope else answer
