"""Asks the API again when it says that it may be: within its budgets, however long a list is."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from guestlist.client import RefusedError

ATTEMPTS = 10
LONGEST = 300
"""Seconds that are waited; who is told to come back later than that does so another day."""
LATER = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
OF_A_GATEWAY = frozenset({f"http_{status}" for status in LATER})
"""The same, said by who stands before the API, without a word of when to come back."""
Say = Callable[[str], None]
T = TypeVar("T")


def patiently(call: Callable[[], T], say: Say) -> T:
    """Return what a call comes to, made again after 429 and 503 as often as it takes, ten times at most.

    Raises:
        RefusedError: anything else; or that, for the tenth time or for more than five minutes.
    """
    for attempt in range(1, ATTEMPTS):
        try:
            return call()
        except RefusedError as refused:
            wait = _wait(refused, attempt)
            if wait is None or wait > LONGEST:
                raise
            say(f"  {refused.problem['code']}: asked again in {wait} s")
            time.sleep(wait)
    return call()


def _wait(refused: RefusedError, attempt: int) -> int | None:
    """Return the seconds after which to ask again; None: never."""
    problem = refused.problem
    if problem["code"] in OF_A_GATEWAY or problem.get("status") in LATER:
        said = problem.get("retry_after")
        return said if isinstance(said, int) else 2**attempt
    return None
