"""API Gateway's HTTP API on one machine: the template's routes in front of the functions, over ASGI.

As on the real one: routes by the most specific match, the JWT authorizer, payload format 2.0 both ways,
bodies up to 10 MB, header lines up to 10,240 bytes in all, 30 seconds for an answer. There is no throttling.
"""

import logging
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import anyio
from anyio import to_thread
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from local.authorizer import Claims, UnauthorizedError, Verifier
from local.cors import Cors
from local.http_event import STAGE, HttpRequest, event_of
from local.http_response import INTERNAL_SERVER_ERROR, Reply, reply_of, says
from local.routes import Match, Routes
from local.template import Route, Template

Invoke = Callable[[Mapping[str, Any]], Any]

BODY_BYTES: Final = 10 * 1024 * 1024
HEADER_BYTES: Final = 10_240
ANSWER_SECONDS: Final = 30

_logger = logging.getLogger(__name__)
_VARIABLE = re.compile(r"\$context\.([A-Za-z.]+)")


class Gateway:
    """The ASGI application; `access_log` holds its latest lines in the template's own format.

    Args:
        template: with its routes, authorizers, CORS and format of the access log.
        functions: what calls a function, by its logical id.
        now: the clock by which tokens expire, in seconds since the epoch: the tenant's, if that jumps.
    """

    def __init__(
        self, template: Template, functions: Mapping[str, Invoke], now: Callable[[], float] = time.time
    ) -> None:
        routes = template.routes()
        self._functions = functions
        self._routes = Routes(routes)
        authorizers = {route.authorizer for route in routes if route.authorizer}
        self._verifiers = {authorizer: Verifier(authorizer, now) for authorizer in authorizers}
        self._cors = Cors(template.cors())
        self._format = template.access_log_format()
        self.access_log: deque[str] = deque(maxlen=10_000)
        self._listeners: list[Callable[[Match, Reply], object]] = []

    @contextmanager
    def heard(self, listener: Callable[[Match, Reply], object]) -> Iterator[None]:
        """Call a listener with each answer that a function gave, and the route that led to it."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request over ASGI."""
        asked = Request(scope, receive)
        request = HttpRequest(
            method=asked.method,
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers=tuple(asked.headers.items()),
            body=await asked.body(),
            source_ip=asked.client.host if asked.client else "127.0.0.1",
        )
        match = self._routes.match(request.method, request.path)
        reply = says(503, "Service Unavailable")
        with anyio.move_on_after(ANSWER_SECONDS):
            reply = await to_thread.run_sync(self.answer, request, match, abandon_on_cancel=True)
        self._write_access_log(request, match, reply)
        response = reply.response()
        for name, value in (*self._cors.headers(request), ("apigw-requestid", request.id)):
            response.headers[name] = value
        await response(scope, receive, send)

    def answer(self, request: HttpRequest, match: Match | None) -> Reply:
        """Return the answer to a request that takes this route, if any."""
        if (preflight := self._cors.preflight(request)) is not None:
            return preflight
        if sum(len(name) + len(value) for name, value in request.headers) > HEADER_BYTES:
            return says(431, "Request Header Fields Too Large")
        if len(request.body) > BODY_BYTES:
            return says(413, "Request Entity Too Large")
        if match is None:
            return says(404, "Not Found")
        try:
            claims = self._claims(match.route, request)
        except UnauthorizedError as error:
            return says(401, "Unauthorized", www_authenticate=error.challenge)
        return self._invoked(request, match, claims)

    def _claims(self, route: Route, request: HttpRequest) -> Claims | None:
        if route.authorizer is None:
            return None
        return self._verifiers[route.authorizer].verify(request.joined_headers().get("authorization"))

    def _invoked(self, request: HttpRequest, match: Match, claims: Claims | None) -> Reply:
        event = event_of(request, route_key=match.route.key, parameters=match.parameters, claims=claims)
        try:
            reply = reply_of(self._functions[match.route.function](event))
        except Exception:
            # Whatever a function raises: the client learns nothing of it.
            _logger.exception("%s failed", match.route.function)
            return says(500, INTERNAL_SERVER_ERROR)
        for listener in tuple(self._listeners):
            listener(match, reply)
        return reply

    def _write_access_log(self, request: HttpRequest, match: Match | None, reply: Reply) -> None:
        if self._format is None:
            return
        known = {
            "error.message": reply.error,
            "httpMethod": request.method,
            "identity.sourceIp": request.source_ip,
            "path": request.decoded_path,
            "protocol": request.protocol,
            "requestId": request.id,
            "requestTime": request.time,
            "requestTimeEpoch": int(request.at * 1000),
            "responseLatency": int((time.time() - request.at) * 1000),
            "responseLength": len(reply.body),
            "routeKey": match.route.key if match else None,
            "stage": STAGE,
            "status": reply.status,
        }
        written = {name: str(value) for name, value in known.items() if value is not None}
        self.access_log.append(_VARIABLE.sub(lambda found: written.get(found[1], "-"), self._format))
