"""The Authentication API: its routes, and the short answers that are not a flow of their own."""

from urllib.parse import urlsplit

import jwt
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from local.tenant import pages
from local.tenant.actions import ActionRunner
from local.tenant.asked import Asked, endpoint, text
from local.tenant.dbconnections import DatabaseConnections
from local.tenant.identifier_page import IdentifierPage
from local.tenant.login_flow import COOKIE, LoginFlow
from local.tenant.login_pages import LoginPages
from local.tenant.logins import Logins
from local.tenant.oauth_errors import PageError
from local.tenant.self_service_page import SelfServicePage
from local.tenant.state import State
from local.tenant.ticket_page import TicketPage
from local.tenant.token_claims import EMAIL, OIDC_SCOPES, PROFILE, user_claims, userinfo_audience
from local.tenant.token_endpoint import TokenEndpoint


def routes(state: State, runner: ActionRunner, logins: Logins) -> list[Route]:
    """Return the routes of the Authentication API and its pages."""
    flow = LoginFlow(state, runner, logins)
    login, identifier, ticket = LoginPages(flow), IdentifierPage(flow), TicketPage(state)
    self_service = SelfServicePage(state)
    tokens, databases = TokenEndpoint(state, runner, logins), DatabaseConnections(state)
    discovery = Discovery(state)
    table = [
        ("GET", "/.well-known/openid-configuration", discovery.configuration),
        ("GET", "/.well-known/jwks.json", discovery.jwks),
        ("GET", "/authorize", flow.authorize),
        ("POST", "/authorize", flow.authorize),
        ("GET", "/login/callback", identifier.called_back),
        ("GET", "/u/login/identifier", identifier.show),
        ("POST", "/u/login/identifier", identifier.identify),
        ("GET", "/u/login", login.show_login),
        ("POST", "/u/login", login.log_in),
        ("GET", "/u/signup", login.show_signup),
        ("POST", "/u/signup", login.sign_up),
        ("GET", "/u/reset-password/request", login.show_reset_request),
        ("POST", "/u/reset-password/request", login.request_reset),
        ("GET", "/u/reset-password", ticket.show),
        ("POST", "/u/reset-password", ticket.set_password),
        ("GET", "/self-service/connections-flow", self_service.show),
        ("POST", "/self-service/connections-flow", self_service.set_up),
        ("POST", "/oauth/token", tokens.token),
        ("POST", "/oauth/revoke", tokens.revoke),
        ("GET", "/userinfo", discovery.userinfo),
        ("GET", "/v2/logout", discovery.logout),
        ("POST", "/dbconnections/change_password", databases.change_password),
        ("POST", "/dbconnections/signup", databases.signup),
    ]
    answered = [Route(path, endpoint(handle), methods=[method]) for method, path, handle in table]
    return [*answered, Route(pages.STYLE, pages.style)]


class Discovery:
    """What the tenant says of itself, of the bearer of a token, and at the end of a session."""

    def __init__(self, state: State) -> None:
        self._state = state

    def configuration(self, _: Asked) -> Response:
        """GET /.well-known/openid-configuration."""
        url = self._state.url
        endpoints = {
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/oauth/token",
            "userinfo_endpoint": "/userinfo",
            "jwks_uri": "/.well-known/jwks.json",
            "revocation_endpoint": "/oauth/revoke",
        }
        return JSONResponse(
            {
                "issuer": self._state.keys.issuer,
                **{name: url + path for name, path in endpoints.items()},
                "scopes_supported": OIDC_SCOPES,
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "code_challenge_methods_supported": ["S256"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                    "none",
                ],
                "claims_supported": ["aud", "auth_time", "exp", "iat", "iss", "sub", *EMAIL, *PROFILE],
                "request_uri_parameter_supported": False,
                "request_parameter_supported": False,
            }
        )

    def jwks(self, _: Asked) -> Response:
        """GET /.well-known/jwks.json."""
        return JSONResponse(self._state.keys.jwks())

    def userinfo(self, asked: Asked) -> Response:
        """GET /userinfo: the claims that the token's scopes ask for."""
        kind, _, token = asked.request.headers.get("authorization", "").partition(" ")
        try:
            claims = self._state.keys.verify(
                token if kind.lower() == "bearer" else "", userinfo_audience(self._state)
            )
        except jwt.InvalidTokenError:
            return _unauthorized()
        with self._state.lock:
            user = self._state.users.get(claims["sub"])
            if user is None:
                return _unauthorized()
            return JSONResponse({"sub": claims["sub"], **user_claims(user, claims["scope"].split())})

    def logout(self, asked: Asked) -> Response:
        """GET /v2/logout: ends the browser's session; `returnTo` is one of the client's, query aside."""
        return_to = text(asked.query, "returnTo")
        with self._state.lock:
            if return_to is not None:
                self._check_return(text(asked.query, "client_id"), return_to)
            self._state.sessions.pop(asked.request.cookies.get(COOKIE, ""), None)
        response = PlainTextResponse("OK") if return_to is None else RedirectResponse(return_to, 302)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return response

    def _check_return(self, client_id: str | None, return_to: str) -> None:
        client = self._state.clients.get(client_id or "", {})
        if _place(return_to) not in map(_place, client.get("allowed_logout_urls", [])):
            message = 'The "returnTo" querystring parameter is not among the "Allowed Logout URLs".'
            raise PageError(400, "Oops!, something went wrong", message)


def _place(url: str) -> tuple[str, str, str]:
    """Return what of an address is compared: query strings and fragments are not [logout documentation]."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc, parts.path or "/"


def _unauthorized() -> Response:
    return PlainTextResponse(
        "Unauthorized", 401, headers={"www-authenticate": 'Bearer error="invalid_token"'}
    )
