"""`lost_updates`: changes that were acknowledged and do not stand at Auth0, when several write at once."""

import random
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from bench.figures import Bound, Figure, equal
from bench.scripted import script
from bench.world import World, address, unique, world

WRITERS, USERS, CHANGES, LAG = 10, 20, 200, 0.15
Change = tuple[str, str]
"""An address, and an organization that it is added to."""


def measure() -> Figure:
    """Have ten writers make two hundred changes, each a user's addition to one more organization."""
    with world() as ours:
        lost, seconds = compared(ours, writers=WRITERS, users=USERS, changes=CHANGES, lag=LAG)
    return Figure(
        "lost_updates",
        f"of {CHANGES} changes by {WRITERS} writers on {USERS} users, at {LAG * 1000:.0f} ms a call of "
        "Auth0: acknowledged, and not in the user's array when all is quiet",
        lost,
        [("", "lost", "seconds"), *((name, lost[name], seconds[name]) for name in lost)],
        [
            equal("guestlist", lost["guestlist"], 0),
            Bound(f"script: {lost['script']}, more than 0", lost["script"] > 0),
        ],
    )


def compared(
    ours: World, *, writers: int, users: int, changes: int, lag: float
) -> tuple[dict[str, int], dict[str, float]]:
    """Make the same changes with Guestlist and with the script; return what each lost, and its seconds."""
    home, lost, seconds = ours.organization(), dict[str, int](), dict[str, float]()
    organizations = [ours.organization() for _ in range(-(-changes // users))]
    known = [address() for _ in range(users)]
    for email in known:
        ours.add(email, home)
    ours.rest()
    ours.lag(lag)
    started, work = time.monotonic(), shared_out(known, organizations, writers, changes)
    with ThreadPoolExecutor(writers) as threads:
        list(threads.map(lambda own: [ours.add(*change) for change in own], work))
    ours.rest()
    seconds["guestlist"], lost["guestlist"] = time.monotonic() - started, _lost(ours, work)
    ours.lag(0)
    with script(ours.stack) as running:
        elsewhere = [address() for _ in range(users)]
        running.do([("invite", email, home) for email in elsewhere])
        ours.lag(lag)
        work = shared_out(elsewhere, [unique("elsewhere") for _ in organizations], writers, changes)
        started = time.monotonic()
        running.do(*([("add", *change) for change in own] for own in work))
        seconds["script"], lost["script"] = time.monotonic() - started, _lost(ours, work)
    ours.lag(0)
    return lost, seconds


def shared_out(
    emails: Iterable[str], organizations: Iterable[str], writers: int, changes: int
) -> list[list[Change]]:
    """Deal each pair of a user and an organization to one of the writers, in a shuffled order."""
    organizations = list(organizations)
    pairs = [(email, organization) for email in emails for organization in organizations][:changes]
    random.Random(200).shuffle(pairs)  # noqa: S311 (an order, not a secret)
    return [pairs[number::writers] for number in range(writers)]


def _lost(ours: World, work: Iterable[Iterable[Change]]) -> int:
    arrays = ours.arrays()
    return sum(organization not in arrays[email] for own in work for email, organization in own)
