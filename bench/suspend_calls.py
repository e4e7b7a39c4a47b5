"""`suspend_calls`: what suspending an organization asks of the Management API, whatever its size."""

import re

from bench.figures import Figure, equal
from bench.tables import CROWD, Tables
from bench.world import World, world

SIZES = (10, 100_000)
BUILD = re.compile("GET /api/v2/actions/actions/[^/]+")
"""A look at whether an Action is built; how many there are is the tenant's speed."""
WAIT = {"Prefer": "wait=10"}


def measure() -> Figure:
    """Suspend, and resume, an organization of each size, and count."""
    with world() as ours:
        ours.api.post("/organizations", json={"id": CROWD, "name": "A Crowd"}).raise_for_status()
        ours.rest()
        tables = Tables(ours, CROWD, SIZES, first=None)
        found: dict[str, dict[str, int]] = {"suspend": {}, "resume": {}}
        for members in SIZES:
            with tables.showing(members):
                for verb, counts in found.items():
                    counts[str(members)] = _counted(ours, verb)
    small, large = map(str, SIZES)
    return Figure(
        "suspend_calls",
        "calls of the Management API until the door knows, looks at a build apart, by the number of members",
        found["suspend"],
        [("members", *found), *((size, *(found[verb][size] for verb in found)) for size in (small, large))],
        [equal(f"{verb} at {large} members", found[verb][large], found[verb][small]) for verb in found],
    )


def _counted(ours: World, verb: str) -> int:
    calls = ours.stack.tenant.state.calls
    before = len(calls)
    answer = ours.api.post(f"/organizations/{CROWD}/{verb}", headers=WAIT).raise_for_status().json()
    if answer["door"] not in {"open", "closed"}:
        raise RuntimeError(f"the door is still {answer['door']} after ten seconds")
    made = [f"{call['method']} {call['path']}" for call in calls[before:]]
    return sum("/api/v2/" in call and not BUILD.fullmatch(call) for call in made)
