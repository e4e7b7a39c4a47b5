"""The Management API's front: checks route, token, scope and body of every call, in this order."""

import json
from typing import Any
from urllib.parse import parse_qsl

import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from local.tenant.errors import ManagementError, insufficient_scope, invalid_body, not_found
from local.tenant.management import (
    actions,
    authentication_methods,
    client_grants,
    clients,
    connections,
    resource_servers,
    roles,
    self_service,
    tickets,
    user_access,
    user_identities,
    user_sessions,
    users,
)
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.state import State

PREFIX = "/api/v2"
OPERATIONS: tuple[Operation, ...] = (
    *users.OPERATIONS,
    *user_access.OPERATIONS,
    *user_identities.OPERATIONS,
    *authentication_methods.OPERATIONS,
    *user_sessions.OPERATIONS,
    *tickets.OPERATIONS,
    *roles.OPERATIONS,
    *clients.OPERATIONS,
    *connections.OPERATIONS,
    *self_service.OPERATIONS,
    *resource_servers.OPERATIONS,
    *client_grants.OPERATIONS,
    *actions.OPERATIONS,
)


class ManagementApi:
    """Answers what is under `/api/v2`; one operation at a time reads or changes the state."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        raw = await request.body()
        # Not in a thread: no operation waits, and to start one takes longer than most of them.
        await self._answer(request, raw)(scope, receive, send)

    def _answer(self, request: Request, raw: bytes) -> Response:
        try:
            return self._operate(request, raw)
        except ManagementError as error:
            return as_response(Reply(error.status, error.answer()))

    def _operate(self, request: Request, raw: bytes) -> Response:
        operation, parameters = _route(request.method, request.scope["raw_path"].decode("ascii"))
        claims = self._claims(request.headers.get("authorization"))
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not operation.permits(scopes):
            raise insufficient_scope(operation.scopes)
        query = _query(request.scope["query_string"].decode("ascii"))
        with self._state.lock:
            return as_response(operation.handle(Call(self._state, parameters, query, _json(raw), scopes)))

    def _claims(self, header: str | None) -> dict[str, Any]:
        """Return the claims of the bearer's token; refusals as in management-api.md 3.1."""
        kind, _, token = (header or "").partition(" ")
        if kind.lower() != "bearer" or not token or " " in token:
            raise ManagementError(400, "Bad HTTP authentication header format", "Bearer")
        try:
            return self._state.keys.verify(token, self._state.url + PREFIX + "/")
        except jwt.ExpiredSignatureError as error:
            message = "Expired token received for JSON Web Token validation"
            raise ManagementError(401, message, attributes={"error": message}) from error
        except jwt.InvalidSignatureError as error:
            raise ManagementError(401, "Invalid signature received for JSON Web Token validation.") from error
        except jwt.InvalidTokenError as error:
            raise ManagementError(401, "Invalid token.") from error


def as_response(reply: Reply) -> Response:
    """Return the reply on the wire. Rendered at once: its body may be a living document."""
    if reply.body is None:
        return Response(status_code=reply.status)
    return JSONResponse(reply.body, reply.status, media_type="application/json; charset=utf-8")


def _route(method: str, raw_path: str) -> tuple[Operation, dict[str, str]]:
    path = raw_path.removeprefix(PREFIX)
    for operation in OPERATIONS:
        parameters = operation.match(method, path)
        if parameters is not None:
            return operation, parameters
    raise not_found()


def _query(encoded: str) -> dict[str, str]:
    """Return the parameters; one that is repeated is a list with commas, as Auth0 takes either."""
    query: dict[str, str] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    return query


def _json(raw: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(raw) if raw else {}
    except ValueError as error:
        raise invalid_body("Invalid request payload JSON format") from error
