"""Whom the door admits, seen by signing in: everybody, everywhere, with a password from an invite's link."""

import time
from types import SimpleNamespace
from typing import Any

import httpx

from local.people import Person
from local.stack import NAMESPACE
from tests.robustness.crowd_client import Where, api_of
from tests.robustness.history import Kind, Operation, Outcome

HALL = "hall"
"""An organization that everybody joins at last, to have set a password."""


def at_every_door(served: dict[str, Any], where: Where) -> list[Operation]:
    """Have everybody join one more organization and sign in at all; return that as operations."""
    with api_of(where) as api:
        api.post("/organizations", json={"id": HALL, "name": "Hall"}).raise_for_status()
        return [_signed_in(served, where, api, email) for email in where.people]


def _signed_in(served: dict[str, Any], where: Where, api: httpx.Client, email: str) -> Operation:
    """Sign in everywhere; the hall is left out of what is told, since the history does not know it."""
    place: Any = SimpleNamespace(
        api=where.api, app=served["app"], tenant=SimpleNamespace(url=served["tenant"])
    )
    called, now = time.monotonic_ns(), time.time()
    body = {"email": email, "send": False}
    link = api.post(f"/organizations/{HALL}/invites", json=body).raise_for_status().json()["link"]
    with Person(place, email) as person:
        ticket = person.press(link).headers["location"]
        assert ticket.startswith(served["tenant"]), f"{email} was led to {ticket}, not to a password"
        person.choose_password(ticket)
        outcomes = {name: person.sign_in(name) for name in (HALL, *where.organizations)}
    assert outcomes.pop(HALL)["admitted"], f"{email} is not admitted to where they just joined"
    found = frozenset(
        (name, tuple(outcome["access_token_claims"][f"{NAMESPACE}/roles"]))
        for name, outcome in outcomes.items()
        if outcome["admitted"]
    )
    return Operation(
        client="everybody",
        kind=Kind.READ_DOOR,
        person=email,
        called=called,
        returned=time.monotonic_ns(),
        time=now,
        now=int(now),
        outcome=Outcome("seen", organizations=found),
    )
