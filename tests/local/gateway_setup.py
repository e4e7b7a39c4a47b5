"""A gateway over a function that echoes its event, and an issuer of tokens: what the tests of both share."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.gateway import Gateway
from local.servers import Server
from local.template import Template
from local.tenant.tokens import Keys

TEMPLATE = """
Parameters: {Issuer: {Type: String}}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Auth0
        Authorizers:
          Auth0: {JwtConfiguration: {issuer: !Ref Issuer, audience: [https://api.example, other]}}
      CorsConfiguration:
        AllowOrigins: [https://app.example]
        AllowMethods: [GET, POST]
        ExposeHeaders: [ETag, Location]
      AccessLogSettings: {Format: '$context.routeKey $context.status $context.error.message $context.nothing'}
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Handler: echo.handler.handler
      CodeUri: functions/
      Events:
        Guarded: {Type: HttpApi, Properties: {Method: GET, Path: /me}}
        Posted: {Type: HttpApi, Properties: {Method: POST, Path: /echo, Auth: {Authorizer: NONE}}}
        Exact: {Type: HttpApi, Properties: {Method: GET, Path: /users/me, Auth: {Authorizer: NONE}}}
        One: {Type: HttpApi, Properties: {Method: GET, Path: "/users/{user}", Auth: {Authorizer: NONE}}}
        OneAny: {Type: HttpApi, Properties: {Method: ANY, Path: "/users/{user}", Auth: {Authorizer: NONE}}}
        Rest: {Type: HttpApi, Properties: {Method: ANY, Path: "/users/{rest+}", Auth: {Authorizer: NONE}}}
"""
AUDIENCE = "https://api.example"


class Setup:
    """An issuer and a gateway on ports of their own; `answer` is what the function does with an event."""

    def __init__(self) -> None:
        self.issuer, self.api = Server("issuer"), Server("gateway")
        self.keys = Keys(f"{self.issuer.url}/", time.time)
        self.fetches = 0
        self.answer: Callable[[Mapping[str, Any]], Any] = dict
        template = Template.parse(TEMPLATE, {"Issuer": self.keys.issuer})
        self.gateway = Gateway(template, {"Echo": self._echo})

    def _echo(self, event: Mapping[str, Any]) -> object:
        return self.answer(event)

    def start(self) -> None:
        """Serve both."""
        routes = [Route("/.well-known/openid-configuration", self.discovery), Route("/jwks", self.jwks)]
        self.issuer.start(Starlette(routes=routes))
        self.api.start(self.gateway)

    async def discovery(self, _: Request) -> Response:
        """Name the keys."""
        return JSONResponse({"jwks_uri": f"{self.issuer.url}/jwks"})

    async def jwks(self, _: Request) -> Response:
        """Publish the keys."""
        self.fetches += 1
        return JSONResponse(self.keys.jwks())

    def token(self, **claims: object) -> str:
        """Return a good token, with some claims changed; one that is None is left out."""
        now = int(time.time())
        good = {"iss": self.keys.issuer, "aud": AUDIENCE, "sub": "auth0|1", "iat": now, "exp": now + 60}
        return self.keys.sign({k: v for k, v in {**good, **claims}.items() if v is not None})

    def ask(self, method: str, target: str, token: str | None = None, **more: Any) -> httpx.Response:  # noqa: ANN401 httpx's own
        """Send a request, with a bearer token if there is one."""
        headers = more.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        return httpx.request(method, self.api.url + target, headers=headers, **more)
