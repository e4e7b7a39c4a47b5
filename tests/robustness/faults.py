"""Faults of Auth0, one at a time, over HTTP: each is overcome without a hand, in a time that is measured.

Each row of `FAULTS` befalls each of `OPERATIONS`. The stack's clock jumps in small steps, its workers and its
sweep run. Measured is, in seconds of that clock, from the operation's call (or from the end of the fault,
where that lasts) until Auth0 was first seen to show what was promised, and showed nothing else afterwards.
"""

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from guestlist.leases import FIRST_BACK_OFF, LAST_BACK_OFF, SETTLING
from tests.robustness.operations import OPERATIONS, Operation
from tests.robustness.stage import LONGEST, MINUTE, Stage, person, stage

STEP = 5
HOUR, DAY = 3600, 24 * 3600
OUTAGE = 600
LATE, SOON = 150, 10
"""Seconds after which the write lands whose caller gave up at once."""
CALL = 8
"""Seconds that a call to Auth0 takes at most, its tries together (`auth0.DEADLINE`)."""
AT_ONCE = 2 * CALL
"""The call's own tries overcome it; an acceptance makes two calls."""
AT_SWEEP = AT_ONCE + FIRST_BACK_OFF + MINUTE
"""Put off once, and found by the next sweep."""
PUT_OFF = LAST_BACK_OFF + MINUTE
QUIET = SETTLING + CALL
"""After a lost answer: the wait for late writes and the calls that end it."""
TRIES = 3
"""As often as one call is tried: the fault is then seen by whoever made the call."""

Told = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What the tenant is told, what happens while it suffers, and after how many seconds all must be well."""

    within: float
    """Seconds until Auth0 shows what was promised, for good."""
    tells: tuple[Told, ...] = ()
    during: Callable[[Stage, Operation], None] = lambda _on, operation: operation.act()
    """Does the operation, with what happens meanwhile."""
    lasts: bool = False
    """Whether time counts from the end of what happens meanwhile only."""


@dataclass(frozen=True)
class Recovery:
    """How it went: seconds until Auth0 showed what was promised, and until Guestlist knew that it does."""

    fault: str
    operation: str
    shown: float
    settled: float


def _calls(times: int = TRIES, **how: object) -> tuple[Told]:
    """Return a fault of calls about users, as often as one call is tried."""
    return ({"path": "^/api/v2/users", "times": times, **how},)


def _and_again(on: Stage, operation: Operation) -> None:
    """Do it, and have somebody change it again before the late write lands."""
    operation.act()
    on.work(1)
    operation.follow()


def _frozen(on: Stage, operation: Operation) -> None:
    """Let an hour pass while the call is on its way, and somebody change it again before it arrives."""
    before = len(on.stack.tenant.state.calls)

    def of_users() -> list[Any]:
        return [call for call in on.stack.tenant.state.calls[before:] if "/users" in call["path"]]

    acting = threading.Thread(target=operation.act)
    acting.start()
    _wait(of_users)
    on.control("POST", "clock", {"advance": HOUR})
    operation.follow()
    acting.join()
    _wait(lambda: all(call["status"] for call in of_users()))


def _wait(until: Callable[[], object]) -> None:
    while not until():
        time.sleep(0.01)


def _conflict(on: Stage, operation: Operation) -> None:
    """Have transactions and single writes collide with somebody else's."""
    on.stack.aws.inject("TransactWriteItems", "TransactionConflict", times=2)
    on.stack.aws.inject("UpdateItem", "TransactionConflictException", times=2)
    operation.act()


def _torn(on: Stage, operation: Operation) -> None:
    """Let a change come between the two reads of the sweep that was to finish the operation."""
    operation.act()
    on.stack.workers.idle()
    on.control("DELETE", "faults")
    changed: list[object] = []

    def change(request: Any) -> None:  # noqa: ANN401 (werkzeug's request)
        if request.headers.get("X-Amz-Target", "").endswith("BatchGetItem") and not changed:
            changed.append(request)
            operation.follow()

    ends = on.now() + 2 * MINUTE
    with on.stack.aws.heard(change):
        while not changed:
            assert on.now() < ends, "no sweep read anything"
            on.work(STEP)


def _expired(on: Stage, operation: Operation) -> None:
    """Let the token end that the processes keep."""
    on.control("POST", "clock", {"advance": DAY + HOUR})
    operation.act()


def _outage(on: Stage, operation: Operation) -> None:
    operation.act()
    on.work(OUTAGE)
    on.control("DELETE", "faults")


USELESS = {"x-ratelimit-reset": "soon", "retry-after": "later", "x-ratelimit-remaining": "some"}
NEVER = {"x-ratelimit-reset": "99999999999"}
PAGE = "<html>Sorry, we are being repaired.</html>"

FAULTS: Mapping[str, Fault] = {
    "429 with its reset": Fault(AT_SWEEP, _calls(status=429)),
    "429 with useless headers": Fault(AT_SWEEP, _calls(status=429, headers=USELESS)),
    "429 with a reset in a thousand years": Fault(
        LAST_BACK_OFF + MINUTE, _calls(1, status=429, headers=NEVER)
    ),
    "500 before the effect": Fault(AT_SWEEP, _calls(status=500)),
    "502 before the effect": Fault(AT_SWEEP, _calls(status=502)),
    "503 before the effect": Fault(AT_SWEEP, _calls(status=503)),
    "500 after the effect": Fault(AT_SWEEP, _calls(status=500, after_effect=True)),
    "502 after the effect": Fault(AT_SWEEP, _calls(status=502, after_effect=True)),
    "503 after the effect": Fault(AT_SWEEP, _calls(status=503, after_effect=True)),
    "reset after the effect": Fault(AT_SWEEP, _calls(reset=True, after_effect=True)),
    "timeout after the effect": Fault(AT_SWEEP, _calls(1, timeout=True, after_effect=True)),
    "no JSON before the effect": Fault(AT_SWEEP, _calls(text=PAGE)),
    "no JSON after the effect": Fault(AT_SWEEP, _calls(text=PAGE, after_effect=True)),
    "a write seconds late": Fault(SOON + QUIET, _calls(1, reset=True, land_after=SOON), _and_again),
    "a write minutes late": Fault(LATE + QUIET, _calls(1, reset=True, land_after=LATE), _and_again),
    "a token that ends": Fault(AT_ONCE, during=_expired, lasts=True),
    "401 in the middle": Fault(AT_SWEEP, _calls(2, status=401)),
    "frozen for an hour with a call in flight": Fault(QUIET, _calls(1, lag=1.5), _frozen, lasts=True),
    "a transaction that conflicts": Fault(AT_SWEEP, during=_conflict),
    "a read torn across a transaction": Fault(AT_SWEEP, _calls(1000, status=503), _torn),
    "the tenant gone for ten minutes": Fault(
        AT_SWEEP, ({"path": "^/(api/v2|oauth)/", "reset": True, "times": 1_000_000},), _outage, lasts=True
    ),
}


def run() -> dict[str, float]:
    """Let every fault befall every operation; return the seconds of the slowest recovery from each."""
    slowest: dict[str, float] = {}
    with stage() as on:
        for fault, operation in itertools.product(FAULTS, OPERATIONS):
            slowest[fault] = max(recovery(on, fault, operation).shown, slowest.get(fault, 0))
    return slowest


def recovery(on: Stage, fault: str, operation: str, *, row: Fault | None = None) -> Recovery:
    """Let one fault befall one operation, and wait until all is well.

    Raises:
        AssertionError: it is not, or too late.
    """
    row = row or FAULTS[fault]
    with person(on) as who:
        story = OPERATIONS[operation](on, who)
        began = on.now()
        on.suffers(*row.tells)
        told_of = list(on.stack.tenant.state.faults)
        row.during(on, story)
        if row.lasts:
            began = on.now()
        took, settled = _watched(on, story, began, until=began + row.within + 2 * QUIET)
        on.control("DELETE", "faults")
    befell = [one for one, asked in zip(told_of, row.tells, strict=True) if one.times < asked.get("times", 1)]
    told = f"{fault}; {operation}. Again: python -m tests.robustness faults"
    assert befell or not row.tells, f"the fault befell nothing. {told}"
    assert settled is not None, f"never at rest again. {told}"
    assert took <= row.within + STEP, f"wrong for {took:.0f} seconds, {row.within:.0f} are allowed. {told}"
    return Recovery(fault, operation, round(took, 1), round(settled, 1))


def _watched(on: Stage, story: Operation, began: float, *, until: float) -> tuple[float, float | None]:
    """Return when Auth0 was first seen right again, for good, and when Guestlist knew that it is."""
    was_wrong, right_since = True, 0.0
    while on.now() < until:
        on.stack.workers.idle(LONGEST)
        if not story.right():
            was_wrong = True
        elif was_wrong:
            was_wrong, right_since = False, on.now() - began
        if not was_wrong and story.settled():
            return right_since, on.now() - began
        on.work(STEP)
    return right_since, None
