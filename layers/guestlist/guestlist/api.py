"""The HTTP API's edge: requests as use-cases are asked, and errors as problem details (RFC 9457)."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from pydantic import BaseModel

from guestlist.caller import caller_of
from guestlist.clock import clock
from guestlist.errors import (
    GuestlistError,
    Malformed,
    NotFound,
    PreconditionRequired,
    Stale,
    TooLarge,
    Unacceptable,
    Unauthenticated,
    Unavailable,
)
from guestlist.request import IdempotencyKey, Request

LARGEST_BODY = 64 * 1024
LONGEST_KEY = 255
LONGEST_WAIT = 10
PROBLEM = "application/problem+json"

logger = Logger(child=True)
Event = APIGatewayProxyEventV2


def create_api() -> APIGatewayHttpResolver:
    """Return a resolver that validates, and answers every error as problem details."""
    app = APIGatewayHttpResolver(enable_validation=True)
    app.exception_handler(GuestlistError)(_refused)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(Exception)(_crashed)
    app.not_found(_unknown_route)
    return app


def answer(app: APIGatewayHttpResolver, event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 (Lambda's)
    """Answer one event of API Gateway's HTTP API, if its body is not too large to be looked at."""
    if len(event.get("body") or "") > LARGEST_BODY:
        refusal = _refused(TooLarge())
        return {"statusCode": refusal.status_code, "headers": {"Content-Type": PROBLEM}, "body": refusal.body}
    return app.resolve(event, context)


def request_of(event: Event, namespace: str, body: BaseModel | None = None) -> Request:
    """Return who asks, when, and under which `Idempotency-Key`, if `body` is to create something.

    Raises:
        Unauthenticated: the gateway proved no token.
        Forbidden: its token gives no organization.
        Malformed: the key is longer than 255 characters.
    """
    authorizer: Mapping[str, Any] = event.raw_event["requestContext"].get("authorizer") or {}
    claims = authorizer.get("jwt", {}).get("claims")
    if not claims:
        raise Unauthenticated
    caller = caller_of(claims, namespace)
    key = event.headers.get("idempotency-key") if body else None
    if key and len(key) > LONGEST_KEY:
        raise Malformed("An Idempotency-Key has at most 255 characters.")
    scope = f"{caller.id}#{event.raw_event['requestContext']['http']['method']} {event.raw_path}#{key}"
    fingerprint = hashlib.sha256(body.model_dump_json().encode()).hexdigest() if body else ""
    return Request(
        caller,
        event.request_context.request_id,
        clock.now(),
        IdempotencyKey(hashlib.sha256(scope.encode()).hexdigest(), fingerprint) if key else None,
    )


def version_seen(event: Event) -> int:
    """Return the version that `If-Match` names.

    Raises:
        PreconditionRequired: there is no `If-Match`.
        Stale: it names no version of ours.
    """
    tag = event.headers.get("if-match")
    if not tag:
        raise PreconditionRequired
    version = tag.strip().strip('"')
    if not (version.isascii() and version.isdigit()):
        raise Stale
    return int(version)


def etag(version: int) -> dict[str, str | list[str]]:
    """Return the header that names a record's version."""
    return {"ETag": f'"{version}"'}


def patience(event: Event) -> int:
    """Return the seconds that `Prefer: wait=N` asks for (RFC 7240), 10 at most."""
    for preference in event.headers.get("prefer", "").split(","):
        name, _, value = preference.strip().partition("=")
        if name.lower() == "wait" and value.isascii() and value.isdigit():
            return min(int(value), LONGEST_WAIT)
    return 0


def _problem(error: GuestlistError, **members: object) -> Response[str]:
    problem = {"type": "about:blank", "title": error.title, "status": error.status, "code": error.code}
    if error.detail:
        problem["detail"] = error.detail
    headers: dict[str, str | list[str]] = {}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after)
    body = json.dumps(problem | error.members | members)
    return Response(status_code=error.status, content_type=PROBLEM, body=body, headers=headers)


def _refused(error: GuestlistError) -> Response[str]:
    return _problem(error)


def _invalid(error: RequestValidationError) -> Response[str]:
    """Say where a request is wrong, never what it held."""
    if any(found["type"] == "json_invalid" for found in error.errors()):
        return _problem(Malformed("The body is not JSON."))
    errors = [{"pointer": _pointer(found["loc"]), "detail": _detail(found)} for found in error.errors()]
    if all(found["loc"][0] == "query" for found in error.errors()):
        return _problem(Malformed("The query cannot be read."), errors=errors)
    return _problem(Unacceptable(), errors=errors)


def _pointer(location: tuple[str | int, ...]) -> str:
    """Return a JSON Pointer (RFC 6901) into the body, or `#/query/limit` for a parameter."""
    parts = location[1:] if location[0] == "body" else location
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _detail(found: Mapping[str, Any]) -> str:
    return str(found["msg"]).removeprefix("Value error, ")


def _crashed(error: Exception) -> Response[str]:
    logger.error("a request failed", exc_info=error)
    return _problem(GuestlistError())


def _unknown_route(_: NotFoundError) -> Response[str]:
    return _problem(NotFound("There is no such route."))
