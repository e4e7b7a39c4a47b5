"""The edge of a function behind API Gateway: bodies as text and JSON, errors as problem details."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger

from guestlist.access import allow
from guestlist.caller import Caller, caller_of, system_of
from guestlist.clock import clock
from guestlist.errors import (
    BudgetExhausted,
    Forbidden,
    GuestlistError,
    Malformed,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from guestlist.request import Request

LARGEST_BODY = 64 * 1024
JSON, PROBLEM = "application/json", "application/problem+json"
PROBLEM_TYPE = "/openapi.json#/components/examples/{code}"
"""Names a kind of problem and leads to what the document says of it, from whatever origin it came."""

Answer = dict[str, Any]
"""As API Gateway's HTTP API takes it from a function."""

logger = Logger(child=True)


def answered(
    event: Mapping[str, Any], namespace: str, use_case: Callable[[Request, object], object]
) -> Answer:
    """Answer a system at a function's only route, without the resolver, which a cold start would pay for.

    `use_case` is given the JSON of the body, and returns that of the answer.
    """
    return _answered(lambda: use_case(_request(event, namespace), json_of(text_of(event))))


def answered_in_organization(
    event: Mapping[str, Any], namespace: str, use_case: Callable[[Request, str, object], object]
) -> Answer:
    """Answer whoever may take a function's only route, in the organization of its path, with what is made.

    It is for who asked alone: no cache keeps it.
    """
    organization = str(event["pathParameters"]["organization"])

    def answer() -> object:
        request = _made_by(_caller(event, namespace), event, organization)
        return use_case(request, organization, json_of(text_of(event)))

    made = _answered(answer, HTTPStatus.CREATED)
    return {**made, "headers": {**made["headers"], "Cache-Control": "no-store"}}


def answered_to_anybody(event: Mapping[str, Any], use_case: Callable[[object], object]) -> Answer:
    """Answer at a function's only route, for which nobody needs a token, as `answered` does."""
    return _answered(lambda: use_case(json_of(text_of(event))))


def _answered(answer: Callable[[], object], status: HTTPStatus = HTTPStatus.OK) -> Answer:
    try:
        return _answer(status, JSON, answer())
    except GuestlistError as error:
        return refused(error)
    except Exception:
        # Whatever it is, its own text is nobody's to read: the log has it.
        logger.exception("a request failed")
        return refused(GuestlistError())


def _request(event: Mapping[str, Any], namespace: str) -> Request:
    """Return who asks and when.

    Raises:
        Unauthenticated: the gateway proved no token.
        Forbidden: it is no system's, or of one that may not take this route.
    """
    caller = system_of(_claims(event), namespace)
    if caller is None:
        raise Forbidden
    return _made_by(caller, event, None)


def _caller(event: Mapping[str, Any], namespace: str) -> Caller:
    return caller_of(_claims(event), namespace)


def _claims(event: Mapping[str, Any]) -> Mapping[str, object]:
    claims: Mapping[str, object] = (
        (event["requestContext"].get("authorizer") or {}).get("jwt", {}).get("claims")
    )
    if not claims:
        raise Unauthenticated
    return claims


def _made_by(caller: Caller, event: Mapping[str, Any], organization: str | None) -> Request:
    """Return a request of somebody who may take its route."""
    allow(caller, event["routeKey"], organization)
    return Request(caller, event["requestContext"]["requestId"], clock.now())


def refused(error: GuestlistError) -> Answer:
    """Return what a function answers when it refuses."""
    headers, problem = problem_of(error)
    answer = _answer(error.status, PROBLEM, problem)
    return {**answer, "headers": {**answer["headers"], **headers}}


def _answer(status: int, content_type: str, body: object) -> Answer:
    return {"statusCode": status, "headers": {"Content-Type": content_type}, "body": json.dumps(body)}


def problem_of(error: GuestlistError, **members: object) -> tuple[dict[str, str], dict[str, object]]:
    """Return an error's headers and problem details."""
    problem: dict[str, object] = {
        "type": PROBLEM_TYPE.format(code=error.code),
        "title": error.title,
        "status": error.status,
        "code": error.code,
    }
    if error.detail:
        problem["detail"] = error.detail
    headers = {}
    if isinstance(error, Unavailable | BudgetExhausted):
        headers["Retry-After"] = str(error.retry_after)
    return headers, problem | error.members | members


def text_of(event: Mapping[str, Any]) -> str:
    """Return the body, if it is small enough to be looked at and text at all.

    Raises:
        TooLarge: it is not small enough.
        Malformed: it is no text.
    """
    body = str(event.get("body") or "")
    try:
        content = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except ValueError:
        raise Malformed("The body is not base64, as its event says.") from None
    if len(content) > LARGEST_BODY:
        raise TooLarge
    text = content.decode(errors="replace")
    # The gateway itself puts this in place of bytes that are no UTF-8.
    if "\ufffd" in text:
        raise Malformed("The body is not UTF-8.")
    return text


def json_of(text: str) -> Any:  # noqa: ANN401 (JSON)
    """Read JSON as RFC 8259 has it: no `NaN`, no name twice in an object, which parsers disagree on.

    Raises:
        Malformed: it is none.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("The body is not JSON.") from None


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Malformed("The body has the same name twice in an object.")
    return members


def _no_constant(_: str) -> None:
    raise ValueError
