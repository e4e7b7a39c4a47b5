"""`removal`: what a removal asks of Auth0, and by when it is through, while somebody refreshes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count

from bench.figures import Bound, Figure, at_most, equal
from bench.world import World, address, control, management_calls, world
from guestlist.tenant import TOKEN_LIFE
from local.people import Person

WANTED = {"from_the_last": 2, "belongs_elsewhere": 1}
"""Calls of the Management API, at most two: the door, and the end of sessions and refresh tokens."""
PEOPLE = 10
LONGEST = 200
"""Refreshes after which somebody who is still let in never will be refused."""
UNDER_WAY = 2
"""Seconds that an exchange takes at the most: one that began before Auth0 knew gives its token after it."""
WAIT = {"Prefer": "wait=10"}
Found = dict[str, float]


def measure() -> Figure:
    """Remove people who refresh without a pause; hold each receipt against the last token that they got."""
    with world() as ours:
        found = {kind: of_kind(ours, kind, PEOPLE) for kind in WANTED}
    columns = ("calls", "effective_by_s", "last_token_s")
    return Figure(
        "removal",
        "calls per removal; the longest of ten, in seconds: from when Auth0 knew to the receipt's "
        "effective_by, and from the request to the end of the last access token that was got by refreshing "
        "all the while",
        found,
        [("", *columns), *((kind, *(of[name] for name in columns)) for kind, of in found.items())],
        [bound for kind, of in found.items() for bound in bounds(kind, of)],
    )


def bounds(kind: str, found: Found) -> list[Bound]:
    """Return what is promised of a removal."""
    return [
        equal(f"{kind}, calls", found["calls"], WANTED[kind]),
        at_most(f"{kind}, effective_by_s", found["effective_by_s"], TOKEN_LIFE),
        at_most(f"{kind}, seconds by which a token outlived its receipt", found["outlived_s"], UNDER_WAY),
    ]


def of_kind(ours: World, kind: str, people: int) -> Found:
    """Remove so many people, one after the other, and return the worst of each figure."""
    removals = [_removal(ours, elsewhere=kind == "belongs_elsewhere") for _ in range(people)]
    return {name: max(found[name] for found in removals) for name in removals[0]}


def _removal(ours: World, *, elsewhere: bool) -> Found:
    clinic = ours.organization()
    with Person(ours.stack, address()) as person, ThreadPoolExecutor(1) as refreshing:
        user = _joined(ours, person, clinic)
        if elsewhere:
            ours.add(person.email, ours.organization())
        ours.rest()
        before, path = management_calls(ours.stack.tenant), f"/organizations/{clinic}/members/{user}"
        first = float(person.refresh(clinic)["access_token_claims"]["exp"])
        ends = refreshing.submit(_last_end, person, clinic, first)
        answer = ours.api.delete(path, headers=WAIT).raise_for_status()
        last = ends.result()
        ours.rest()
        calls = management_calls(ours.stack.tenant) - before
    receipt = answer.json()
    removed, told = (_seconds(receipt["steps"][number]["at"]) for number in range(2))
    by = _seconds(receipt["effective_by"])
    return {
        "calls": calls,
        "effective_by_s": by - told,
        "last_token_s": last - removed,
        "outlived_s": last - by,
    }


def _joined(ours: World, person: Person, clinic: str) -> str:
    """Have somebody join who sets a password and signs in; return the user's id."""
    body = {"email": person.email}
    ours.api.post(f"/organizations/{clinic}/invites", json=body).raise_for_status()
    ours.rest()
    ticket = person.press(person.link()).headers["location"]
    # A password as old as its account would pass for the random one.
    control(ours.stack.tenant, "POST", "clock", {"advance": 2})
    person.choose_password(ticket)
    if not person.sign_in(clinic)["admitted"]:
        raise RuntimeError("the login before the removal is refused")
    members = ours.api.get(f"/organizations/{clinic}/members").raise_for_status()
    return str(members.json()["items"][0]["user"])


def _last_end(person: Person, clinic: str, end: float) -> float:
    """Refresh until it is refused, and return when the last token ends that was got by it."""
    for number in count():
        outcome = person.refresh(clinic)
        if not outcome["admitted"]:
            return end
        end = float(outcome["access_token_claims"]["exp"])
        if number > LONGEST:
            raise RuntimeError("refreshes are never refused")
    return end


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()
