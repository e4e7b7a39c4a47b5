"""A tenant's Authentication API with one API, one application and one user, and a browser for tests."""

import base64
import hashlib
import html
import re
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt

from local.tenant.app import Tenant
from local.tenant.documents import nanoseconds
from local.tenant.management.client_fields import defaults
from local.tenant.management.resource_servers import new_resource_server
from local.tenant.management.user_creation import create_user
from local.tenant.state import Document, State, new_id

PASSWORD = "Correct-Horse-Battery-9"
CALLBACK = "https://app.example/callback"
API = "https://api.example/"
VERIFIER = "a-verifier-that-is-longer-than-forty-three-characters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # nothing here speaks TLS; the usual context takes 30 ms
SCOPE = "openid profile email offline_access read:members"


class Stage:
    """A running tenant and its state; clients are known by their `client_id`."""

    def __init__(self) -> None:
        self.tenant = Tenant()
        self.url = self.tenant.url
        self.state: State = self.tenant.state
        self._seed()

    def _seed(self) -> None:
        scopes = [{"value": "read:members"}, {"value": "write:members"}]
        server = {"identifier": API, "scopes": scopes, "allow_offline_access": True}
        self.api = new_resource_server(server)
        self.state.resource_servers[self.api["id"]] = self.api
        self.connection: Document = {"id": new_id("con_"), "name": "guests", "strategy": "auth0"}
        self.connection |= {"options": {"passwordPolicy": "good", "disable_signup": True}}
        self.state.connections[self.connection["id"]] = self.connection
        self.state.connection_clients[self.connection["id"]] = set()
        self.client("app", callbacks=[CALLBACK])
        ann = {"user_id": "ann", "email": "ann@example.com", "password": PASSWORD}
        self.user = create_user(self.state, {"connection": "guests", **ann})

    def client(self, client_id: str, *, enabled: bool = True, **more: object) -> Document:
        """Register a client, confidential unless told otherwise; its secret is `secret of <client_id>`."""
        body = {"name": client_id.capitalize(), **more}
        known = {"client_id": client_id, "client_secret": f"secret of {client_id}"}
        client = self.state.clients[client_id] = {**known, **defaults(body), **body}
        if enabled:
            self.state.connection_clients[self.connection["id"]].add(client_id)
        return client

    def enterprise(self, name: str = "acme", strategy: str = "oidc", **options: object) -> Document:
        """Plant an enterprise connection that is enabled for `app`."""
        connection: Document = {"id": new_id("con_"), "name": name, "strategy": strategy, "options": options}
        self.state.connections[connection["id"]] = connection
        self.state.connection_clients[connection["id"]] = {"app"}
        return connection

    def action(self, code: str, trigger: str = "post-login", **secrets: str) -> None:
        """Deploy an Action and bind it after those that are there."""
        values = [{"name": name, "value": value} for name, value in secrets.items()]
        action_id = f"action-{len(self.state.actions)}"
        version = {"code": code, "secrets": values, "created_at": nanoseconds(0)}
        self.state.actions[action_id] = {"id": action_id, "name": action_id, "deployed_version": version}
        self.state.bindings.setdefault(trigger, []).append({"action": {"id": action_id}})

    def post(self, path: str, body: Mapping[str, object], **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
        """Send a form."""
        return httpx.post(self.url + path, data=dict(body), verify=PLAIN, **more)

    def token(self, **body: object) -> httpx.Response:
        """Ask for tokens as `app`."""
        return self.post("/oauth/token", {"client_id": "app", "client_secret": "secret of app", **body})

    def exchanged(self, code: str, **more: object) -> httpx.Response:
        """Exchange a code as `app`."""
        fixed = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return self.token(**{**fixed, "code": code, **more})

    def refreshed(self, refresh_token: str, **more: object) -> httpx.Response:
        """Use a refresh token as `app`."""
        return self.token(grant_type="refresh_token", refresh_token=refresh_token, **more)

    def tokens(self, **asked: str) -> Document:
        """Log in in a new browser and return the tokens."""
        with Browser(self) as browser:
            answer = self.exchanged(browser.logged_in(**asked)["code"])
        assert answer.status_code == 200, answer.text
        document: Document = answer.json()
        return document

    def claims(self, token: str, audience: str = API) -> Document:
        """Return a token's claims, proved with the published key."""
        keys = jwt.PyJWKSet.from_dict(httpx.get(self.url + "/.well-known/jwks.json", verify=PLAIN).json())
        claims: Document = jwt.decode(
            token, keys.keys[0], algorithms=["RS256"], audience=audience, issuer=self.url + "/"
        )
        return claims

    def __enter__(self) -> Self:
        self.tenant.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.tenant.stop()


class Browser(httpx.Client):
    """Follows redirects inside the tenant; what an application's callback gets is returned instead."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(base_url=stage.url, verify=PLAIN)

    def authorize(self, **asked: str | Sequence[str]) -> httpx.Response:
        """Ask `/authorize` as `app` for all scopes; an empty value leaves a parameter out."""
        usual = {
            "response_type": "code",
            "client_id": "app",
            "redirect_uri": CALLBACK,
            "scope": SCOPE,
            "audience": API,
            "state": "s",
            "nonce": "n",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return self.get("/authorize", params={k: v for k, v in {**usual, **asked}.items() if v})

    def login_page(self, **asked: str) -> httpx.Response:
        """Return the login page of a request."""
        return self.get(self.authorize(**asked).headers["location"])

    def submit(
        self, page: httpx.Response, email: str = "ann@example.com", password: str = PASSWORD
    ) -> httpx.Response:
        """Fill in a login page."""
        return self.post(form_action(page), data={"username": email, "password": password})

    def logged_in(self, **asked: str) -> dict[str, str]:
        """Log in and return what the callback got."""
        return callback(self.submit(self.login_page(**asked)))

    def federated(self, asked: Mapping[str, str] | None = None, **said: object) -> dict[str, str]:
        """Log in by an identity provider that says this, and return what the callback got."""
        page = self.get(self.authorize(**{"connection": "acme", **(asked or {})}).headers["location"])
        answer = self.post(form_action(page), json={"sub": "00u1", "email": "Eve@acme.example", **said})
        return callback(self.get(answer.headers["location"]))


def form_action(page: httpx.Response) -> str:
    """Return where a page's form leads."""
    found = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert found is not None, page.text
    return html.unescape(found[1])


def callback(response: httpx.Response) -> dict[str, str]:
    """Return the parameters that a redirect hands to the application."""
    location = response.headers.get("location", "")
    assert location.startswith(CALLBACK), (response.status_code, location, response.text)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def alert(page: httpx.Response) -> str:
    """Return what a page announces."""
    found = re.search(r'role="alert"[^>]*>([^<]*)<', page.text)
    return found[1] if found else ""
