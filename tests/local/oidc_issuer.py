"""A small OpenID Connect issuer at the wire, which does as a test tells it."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from local.tenant.tokens import Claims, Keys

NAMESPACE = "https://guestlist.example/claims"
AUDIENCE = "https://api.guestlist.example"


@dataclass
class Issuer:
    """Signs anybody in as `auth0|doctor`, unless told otherwise; `asked` holds what it was asked."""

    url: str
    deny: str | None = None
    claims: Claims = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys = Keys(self.url + "/", time.time)
        self.signing = self.keys
        self.codes: dict[str, dict[str, str]] = {}
        self.grant: dict[str, str] = {}

    def app(self) -> Starlette:
        """Return what to serve at `url`."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/.well-known/jwks.json", self.jwks),
                Route("/authorize", self.authorize),
                Route("/oauth/token", self.token, methods=["POST"]),
                Route("/v2/logout", self.logout),
            ]
        )

    async def discovery(self, _: Request) -> Response:
        """Name the endpoints."""
        paths = {
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/oauth/token",
            "jwks_uri": "/.well-known/jwks.json",
        }
        return JSONResponse({name: self.url + path for name, path in paths.items()})

    async def jwks(self, _: Request) -> Response:
        """Publish the keys (those that sign, unless a test says otherwise)."""
        return JSONResponse(self.keys.jwks())

    async def authorize(self, request: Request) -> Response:
        """Answer at once, as a tenant does that knows the browser."""
        asked = dict(request.query_params)
        self.asked.append(asked)
        answer = {"state": asked["state"]}
        if self.deny:
            answer |= {"error": "access_denied", "error_description": self.deny}
        else:
            answer["code"] = secrets.token_urlsafe(8)
            self.codes[answer["code"]] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    async def token(self, request: Request) -> Response:
        """Prove PKCE and issue tokens, or refuse."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        self.asked.append(form)
        if form["grant_type"] == "authorization_code":
            self.grant = self.codes.pop(form["code"])
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            assert base64.urlsafe_b64encode(digest).decode() == self.grant["code_challenge"] + "="
        if self.deny:
            return JSONResponse({"error": "access_denied", "error_description": self.deny}, 403)
        claims = {
            "iss": self.url + "/",
            "sub": "auth0|doctor",
            "iat": int(time.time()),
            "exp": int(time.time()) + 600,
            "nonce": self.grant["nonce"],
            f"{NAMESPACE}/organization": self.grant["ext-organization"],
            f"{NAMESPACE}/roles": ["admin"],
        }
        answer = {
            "id_token": self.signing.sign({**claims, "aud": "the-app", **self.claims}),
            "access_token": self.signing.sign({**claims, "aud": AUDIENCE, **self.claims}),
            "refresh_token": "refresh-1",
        }
        return JSONResponse(answer)

    async def logout(self, request: Request) -> Response:
        """Send the browser back."""
        return RedirectResponse(request.query_params["returnTo"], 302)
