"""What Auth0 was asked for under a plan's rate limit, minute by minute, while pauses cost no time."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from guestlist.clock import clock
from local.tenant.limits import PLANS
from local.workers import CONCURRENCY
from tests.robustness.stage import MINUTE, Stage

TOO_MANY = 429
CHANGES = "write_users"


@dataclass(frozen=True)
class Asked:
    """The calls since the log was emptied."""

    calls: int
    """All of them, tokens among them."""
    limited: int
    """How many were answered with 429."""
    busiest_minute: int
    """The most changes of users that were taken in one minute."""


def asked(on: Stage) -> Asked:
    """Count what Auth0 was asked since the log was emptied."""
    with on.stack.tenant.state.lock:
        calls = list(on.stack.tenant.state.calls)
    taken = [call for call in calls if call["status"] != TOO_MANY and call["bucket"] == CHANGES]
    minutes = Counter(int(call["at"] // MINUTE) for call in taken)
    limited = sum(call["status"] == TOO_MANY for call in calls)
    return Asked(len(calls), limited, max(minutes.values(), default=0))


def most_in_a_minute(plan: str) -> float:
    """Return how many changes of users a plan allows in one minute."""
    rate = PLANS[plan][CHANGES]
    return rate.burst + MINUTE * rate.per_second


@contextmanager
def pauses_move_the_clock(on: Stage) -> Iterator[None]:
    """Let whoever waits before a call is tried again move the stack's clock, in place of the machine's.

    So many workers wait side by side, so each moves it by its part.
    """
    before, time = clock.sleep, on.stack.tenant.state.clock
    clock.sleep = lambda seconds: time.advance(seconds / CONCURRENCY)
    try:
        yield
    finally:
        clock.sleep = before
