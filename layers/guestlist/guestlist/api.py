"""The HTTP API's edge: requests as use-cases are asked, and errors as problem details (RFC 9457)."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from guestlist.access import PUBLIC, ROUTES, allow, not_suspended, still_stands
from guestlist.caller import Caller, caller_of
from guestlist.clock import clock
from guestlist.edge import PROBLEM, json_of, problem_of, refused, text_of
from guestlist.errors import (
    GuestlistError,
    Malformed,
    NotFound,
    PreconditionRequired,
    Stale,
    Unacceptable,
    Unauthenticated,
)
from guestlist.request import BROKEN_PATH, IdempotencyKey, Request
from guestlist.store import Store

LONGEST_WAIT = 10
MOST_ERRORS = 20
Headers = dict[str, str | list[str]]
KEY = re.compile(r"[ -~]{1,255}")

logger = Logger(child=True)
Event = APIGatewayProxyEventV2


def create_api(namespace: str, store: Store) -> APIGatewayHttpResolver:
    """Return a resolver that asks who may, validates, and answers every error as problem details."""

    def may_pass() -> None:
        """Hold the caller against the table of routes, their organization, and what they are in it."""
        route = f"{app.request.method} {app.request.route}"
        if route in ROUTES:
            caller = _caller(app.current_event, namespace)
            allow(caller, route, app.request.path_parameters.get("organization"))
            not_suspended(caller, store)
            if app.request.method == "GET":
                still_stands(caller, store)
        elif route not in PUBLIC:
            raise NotFound("There is no such route.")

    def past_the_table(_: APIGatewayHttpResolver, handler: NextMiddleware) -> Response[Any]:
        may_pass()
        return handler(app)

    def unreadable(error: RequestValidationError | Malformed) -> Response[str]:
        """Say what is wrong with a request to whoever might make it; Powertools reads before it asks us."""
        try:
            may_pass()
        except GuestlistError as refusal:
            return _refused(refusal)
        return _refused(error) if isinstance(error, Malformed) else _invalid(error)

    app = APIGatewayHttpResolver(
        enable_validation=True, json_body_deserializer=json_of, strip_prefixes=[BROKEN_PATH]
    )
    app.use(middlewares=[past_the_table])
    app.exception_handler(GuestlistError)(_refused)
    app.exception_handler([RequestValidationError, Malformed])(unreadable)
    app.exception_handler(Exception)(_crashed)
    app.not_found(_unknown_route)
    return app


def answer(app: APIGatewayHttpResolver, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one event of API Gateway's HTTP API; its body is read as JSON, whatever it calls itself."""
    try:
        body = text_of(event)
    except GuestlistError as error:
        return refused(error)
    headers = {**event.get("headers", {}), "content-type": "application/json"}
    return app.resolve({**event, "headers": headers, "body": body, "isBase64Encoded": False}, context)


def request_of(event: Event, namespace: str, body: BaseModel | None = None) -> Request:
    """Return who asks, when, and under which `Idempotency-Key`, if `body` is to create something.

    Raises:
        Unauthenticated: the gateway proved no token.
        Forbidden: its token gives no organization.
        Malformed: the key is none.
    """
    caller = _caller(event, namespace)
    key = event.headers.get("idempotency-key") if body else None
    if key is not None and not KEY.fullmatch(key):
        raise Malformed("An Idempotency-Key has 1 to 255 characters of printable ASCII.")
    route = f"{event.raw_event['requestContext']['http']['method']} {event.raw_path}"
    # An admin of two organizations is two callers: `POST /invites` names neither.
    scope = f"{caller.id}#{caller.organization or ''}#{route}#{key}"
    fingerprint = hashlib.sha256(body.model_dump_json().encode()).hexdigest() if body else ""
    return Request(
        caller,
        event.request_context.request_id,
        clock.now(),
        IdempotencyKey(hashlib.sha256(scope.encode()).hexdigest(), fingerprint) if key else None,
    )


def _caller(event: Event, namespace: str) -> Caller:
    authorizer: Mapping[str, Any] = event.raw_event["requestContext"].get("authorizer") or {}
    claims = authorizer.get("jwt", {}).get("claims")
    if not claims:
        raise Unauthenticated
    return caller_of(claims, namespace)


def version_seen(event: Event, current: int) -> int:
    """Return the current version if `If-Match` allows it to change: `*`, or a list with its very tag.

    Tags are compared strongly (RFC 9110, section 13.1.1): a weak one matches nothing.

    Raises:
        PreconditionRequired: there is no `If-Match`.
        Stale: it names other versions, or none at all.
    """
    asked = event.headers.get("if-match")
    if not asked:
        raise PreconditionRequired
    if asked != "*" and _tag(current) not in {tag.strip() for tag in asked.split(",")}:
        raise Stale
    return current


def etag(version: int) -> Headers:
    """Return the header that names a record's version."""
    return {"ETag": _tag(version)}


def _tag(version: int) -> str:
    return f'"{version}"'


def patience(event: Event) -> int:
    """Return the seconds that `Prefer: wait=N` asks for (RFC 7240), 10 at most, 0 if it does not."""
    for preference in event.headers.get("prefer", "").split(","):
        name, _, value = preference.strip().partition("=")
        if name.lower() == "wait" and value.isascii() and value.isdigit():
            return min(int(value), LONGEST_WAIT)
    return 0


def waited(seconds: int) -> Headers:
    """Return the header that tells who asked us to wait how long we were ready to (RFC 7240, section 3)."""
    return {"Preference-Applied": f"wait={seconds}"} if seconds else {}


def _problem(error: GuestlistError, **members: object) -> Response[str]:
    headers, problem = problem_of(error, **members)
    return Response(error.status, PROBLEM, json.dumps(problem), {**headers})


def _refused(error: GuestlistError) -> Response[str]:
    return _problem(error)


def _invalid(error: RequestValidationError) -> Response[str]:
    """Say where a request is wrong, never what it held."""
    found = error.errors()[:MOST_ERRORS]
    errors = [{"pointer": _pointer(one["loc"]), "detail": _detail(one)} for one in found]
    if all(one["loc"][0] == "query" for one in found):
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
