"""Ten minutes without Auth0 under steady traffic, over HTTP, and what comes after.

The clock moves with the traffic, and by the pauses of those who wait for Auth0: ten minutes take seconds. The
tenant has the limits of the plan Essentials, which say at what rate a backlog can be worked off.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from local.people import Person
from local.tenant.limits import PLANS
from tests.robustness.rate import asked, most_in_a_minute, pauses_move_the_clock
from tests.robustness.stage import MINUTE, Stage, stage
from tests.robustness.steady import Traffic

OUTAGE = 600
PLAN = "essentials"
RATE = PLANS[PLAN]["write_users"].per_second
GONE = {"path": "^/(api/v2|oauth)/", "reset": True, "times": 1_000_000}
WATCH = 5
"""Seconds between two looks at Auth0 afterwards: what is measured may be so much less."""
IN_VAIN = 8
"""Of so many calls after the outage one at most may be over the rate: whoever was told so waits."""
GIVEN_UP = ("ProjectionDeadLetters", "MailDeadLetters", "MailEventsDeadLetters")


@dataclass(frozen=True)
class Outage:
    """What was asked for while Auth0 was gone, and how long it took until Auth0 showed all of it."""

    requests: int
    refused: int
    backlog: int
    """People whom Auth0 did not show as promised when it came back."""
    converged_s: float
    allowed_s: float
    """One sweep, and the backlog at the plan's rate."""
    settled_s: float
    """Until nothing was left to do: reads after lost answers come minutes later."""
    calls: int
    """What Auth0 was asked from its return until then, tokens among them."""
    limited: int
    """How many of these it answered with 429."""
    busiest_minute: int
    """The most changes of users that it took in one minute."""
    dead_letters: int


def run(every: float = 6.0) -> dict[str, Any]:
    """Make a request every few seconds of ten minutes; return the figures of `Outage`.

    Raises:
        AssertionError: something was refused, or lost, or late.
    """
    with stage() as on:
        return asdict(outage(on, every=every))


def outage(on: Stage, *, every: float) -> Outage:
    """Let Auth0 go and come back under traffic, and hold what is promised of that."""
    traffic = Traffic(on, on.organization(), members=2 * round(OUTAGE / every / 5) + 2)
    on.work(MINUTE)
    on.control("POST", "limits", {"plan": PLAN})
    with pauses_move_the_clock(on):
        requests = _without_auth0(on, traffic, every)
        backlog, back_at = traffic.unfinished(), on.now()
        on.control("DELETE", "calls")
        converged = _until(on, lambda: traffic.unfinished() == 0, back_at, look=WATCH)
        settled = _until(on, lambda: traffic.restless() == 0, back_at, look=MINUTE / 2)
    assert traffic.unfinished() == 0, "it was right, and did not stay so"
    found = Outage(
        requests=requests,
        refused=sum(count for answer, count in traffic.answers.items() if answer not in RECORDED),
        backlog=backlog,
        converged_s=round(converged, 1),
        allowed_s=round(MINUTE + backlog / RATE, 1),
        settled_s=round(settled, 1),
        dead_letters=sum(on.stack.aws.depth(_queue(on, name)).visible for name in GIVEN_UP),
        **asdict(asked(on)),
    )
    _hold(on, traffic, found)
    return found


RECORDED = {
    ("invite", 201, ""),
    ("accept", 503, "try again"),
    ("add", 201, "pending"),
    ("change", 200, "pending"),
    ("remove", 202, ""),
}
"""The only answers that may be heard while Auth0 is gone: each says that it is recorded."""


def _hold(on: Stage, traffic: Traffic, found: Outage) -> None:
    told = f"{found}, {dict(traffic.answers)}. Again: python -m tests.robustness outage"
    assert found.refused == 0, f"refused what could be recorded: {told}"
    assert found.converged_s <= found.allowed_s + WATCH, f"too late: {told}"
    assert found.busiest_minute <= most_in_a_minute(PLAN), f"past the plan's rate: {told}"
    assert found.limited <= found.calls / IN_VAIN, f"asked too often in vain: {told}"
    assert found.dead_letters == 0, f"messages were given up: {told}"
    for email, link in traffic.links:
        with Person(on.stack, email) as invitee:
            location = invitee.press(link).headers.get("location", "")
        assert location.startswith(on.stack.tenant.url), f"no password for {email}: {location}"


def _without_auth0(on: Stage, traffic: Traffic, every: float) -> int:
    """Have the traffic go on while Auth0 is gone; return how many requests were made."""
    on.suffers(GONE)
    ends, requests = on.now() + OUTAGE, 0
    while on.now() < ends:
        traffic.go_on()
        requests += 1
        on.work(every)
    on.control("DELETE", "faults")
    return requests


def _until(on: Stage, done: Callable[[], bool], since: float, *, look: float) -> float:
    """Return the seconds since a moment until something is so."""
    while not done():
        assert on.now() < since + 2 * OUTAGE, "it did not come to an end in twenty minutes"
        on.work(look)
    return on.now() - since


def _queue(on: Stage, name: str) -> str:
    return on.stack.aws.physical[name]["QueueName"]
