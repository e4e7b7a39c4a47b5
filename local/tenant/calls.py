"""The log of Management and Authentication calls: never a query, a header or a body."""

from urllib.parse import parse_qs

import jwt
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.tenant.limits import bucket_of
from local.tenant.state import Document, State


class CallLog:
    """Notes each call as it comes; its `status` is None until, and unless, it is answered.

    A handler that learns the client from a body sets `scope["client_id"]`.
    """

    def __init__(self, state: State, app: ASGIApp) -> None:
        self._state = state
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the call and hand it on."""
        path = scope["raw_path"].decode("ascii")
        call: Document = {
            "method": scope["method"],
            "path": path,
            "status": None,
            "at": self._state.clock.now(),
            "bucket": bucket_of(scope["method"], path),
            "client_id": _client_id(scope),
        }
        with self._state.lock:
            self._state.calls.append(call)

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                call["status"] = message["status"]
                call["client_id"] = scope.get("client_id", call["client_id"])
            await send(message)

        await self._app(scope, receive, send_noted)


def _client_id(scope: Scope) -> str | None:
    """Return the client that a query or a bearer's token names; where a body does, its handler tells."""
    query: str = scope["query_string"].decode("ascii")
    named = parse_qs(query).get("client_id")
    if named:
        return named[0]
    kind, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
    if kind != "Bearer":
        return None
    try:
        claims: dict[str, str] = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return None
    return claims.get("azp")
