"""The client credentials grant: a token for a system, within its client grant."""

from local.tenant.actions import ActionRunner, Outcome
from local.tenant.asked import Asked, text
from local.tenant.events import credentials_event
from local.tenant.oauth_errors import OAuthError, access_denied
from local.tenant.state import Document, State, resource_server_by_identifier
from local.tenant.token_claims import custom_claims, shows_permissions
from local.tenant.triggers import CREDENTIALS_EXCHANGE, bound_actions

STATUSES = {"invalid_request": 400, "invalid_scope": 400, "server_error": 500}
"""Of a denial, by the code that the Action gave [credentials-exchange api object]; else 403."""


class ClientCredentials:
    """The grant type's method."""

    def __init__(self, state: State, runner: ActionRunner) -> None:
        self._state = state
        self._runner = runner

    def exchange(self, client: Document, asked: Asked) -> Document:
        """Return the token's answer, after the credentials-exchange Actions ran without the lock."""
        audience = text(asked.body, "audience")
        if audience is None:
            raise access_denied(
                "No audience parameter was provided, and no default audience has been configured"
            )
        with self._state.lock:
            server, granted = self._granted(client, audience)
            scope = _scope(granted, text(asked.body, "scope"))
            event = credentials_event(client, audience, scope, asked)
            actions = bound_actions(self._state, CREDENTIALS_EXCHANGE)
        outcome = self._runner.run(CREDENTIALS_EXCHANGE, actions, event)
        if outcome.denied is not None:
            raise OAuthError(STATUSES.get(outcome.error, 403), outcome.error, outcome.denied)
        return self._answer(client, server, scope, granted, outcome)

    def _granted(self, client: Document, audience: str) -> tuple[Document, list[str]]:
        server = resource_server_by_identifier(self._state, audience)
        if server is None:
            raise access_denied(f"Service not found: {audience}")
        for grant in self._state.client_grants.values():
            if grant["client_id"] == client["client_id"] and grant["audience"] == audience:
                return server, list(grant["scope"])
        raise access_denied(
            f'Client "{client["client_id"]}" is not authorized to access resource server "{audience}". '
            'You need to create a "client-grant" associated to this API.'
        )

    def _answer(
        self, client: Document, server: Document, scope: list[str], granted: list[str], outcome: Outcome
    ) -> Document:
        now = int(self._state.clock.now())
        life = int(server["token_lifetime"])
        claims = {
            **custom_claims(outcome.access_token_claims),
            "iss": self._state.keys.issuer,
            "sub": f"{client['client_id']}@clients",
            "aud": server["identifier"],
            "iat": now,
            "exp": now + life,
            "gty": "client-credentials",
            "azp": client["client_id"],
        }
        answer = {"expires_in": life, "token_type": "Bearer"}
        if scope:
            claims["scope"] = answer["scope"] = " ".join(scope)
        if shows_permissions(server):
            claims["permissions"] = granted
        return {"access_token": self._state.keys.sign(claims), **answer}


def _scope(granted: list[str], asked: str | None) -> list[str]:
    """Return what is asked, or all that is granted.

    Raises:
        OAuthError: more is asked than is granted (reported; Auth0 refuses rather than cuts down).
    """
    if asked is None:
        return granted
    wanted = list(dict.fromkeys(asked.split()))
    missing = [scope for scope in wanted if scope not in granted]
    if missing:
        raise access_denied(f"Client has not been granted scopes: {' '.join(missing)}")
    return wanted
