"""What an answer of the Management API means: a result, a refusal, or that Auth0 is out of reach for now."""

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from guestlist.clock import clock
from guestlist.errors import Auth0Refused, Auth0Unavailable
from guestlist.metrics import Figure, measured

if TYPE_CHECKING:
    from httpx import Response

NEAR = 0.1
"""The part of Auth0's rate limit below which its being near is a figure."""
NUMBER = re.compile(r"[0-9]{1,12}")


def result(response: "Response", left: float, *, changes: bool) -> Any:  # noqa: ANN401 (JSON)
    """Return the JSON of a success; raise whatever else it is. `changes`: the call may have had an effect.

    Raises:
        Auth0Refused, Auth0Unavailable: see `Auth0.call`.
    """
    if left < NEAR:
        measured(Figure.AUTH0_RATE_LIMIT, 1)
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise limited(response)
    answer = content(response)
    if answer is not None and response.is_success:
        return answer
    if answer is not None and response.is_client_error:
        raise _refusal(response.status_code, answer)
    raise Auth0Unavailable("Auth0 failed.", ambiguous=changes)


def content(response: "Response") -> Any:  # noqa: ANN401 (JSON)
    """Return the answer's JSON, `{}` for no content, None for something that is no JSON."""
    if not response.content:
        return {}
    try:
        return json.loads(response.content)
    except ValueError:
        return None


def _refusal(status: int, answer: object) -> Auth0Refused:
    said = answer if isinstance(answer, dict) else {}
    code, message = str(said.get("errorCode", "")), str(said.get("message", ""))
    detail = f"Auth0 answered {status} {code}".rstrip()
    return Auth0Refused(detail, auth0_status=status, auth0_code=code, auth0_message=message)


def left(response: "Response") -> float:
    """Return which part is left of what Auth0 allows us for now; all of it, if it does not say."""
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return 0.0
    remaining, limit = (response.headers.get(f"x-ratelimit-{name}", "") for name in ("remaining", "limit"))
    counted = NUMBER.fullmatch(remaining) and NUMBER.fullmatch(limit) and int(limit)
    return int(remaining) / int(limit) if counted else 1.0


def limited(response: "Response") -> Auth0Unavailable:
    """Return what a 429 is, and for how long."""
    wait = _retry_after(response)
    return Auth0Unavailable("Auth0's rate limit is reached.", retry_after=wait, limited=True)


def _retry_after(response: "Response") -> int:
    """Return the seconds until a 429 is over: by `Retry-After`, by `x-ratelimit-reset`, or one."""
    after, reset = response.headers.get("retry-after", ""), response.headers.get("x-ratelimit-reset", "")
    if NUMBER.fullmatch(after):
        return int(after)
    return max(1, int(reset) - clock.now()) if NUMBER.fullmatch(reset) else 1
