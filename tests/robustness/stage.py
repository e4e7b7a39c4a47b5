"""The whole local stack over HTTP, under a clock that jumps: a second witness beside the simulation."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx

from guestlist.links import Links
from guestlist.records import User
from guestlist.settings import secret
from guestlist.store import Store
from guestlist.table import Table
from local.environment import variables
from local.people import PLAIN, Api, Person
from local.stack import CONNECTION, Stack
from tests.front_door import unique
from tests.minted import EVERYTHING, token

MINUTE = 60
LONGEST = 60.0
"""Real seconds after which workers that are still busy are stuck."""
GENEROUS = dict.fromkeys(
    ("MailsPerOrganization", "MailsPerInviter", "MailsPerRecipient", "MailsPerRecipientInAll"), "1000000"
)
"""Budgets of mails that no story uses up."""


class Minted(httpx.Auth):
    """An operator's token, made anew for each request: no jump of the clock outlives it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a request with the token of now."""
        request.headers["Authorization"] = f"Bearer {token(self._stack, permissions=EVERYTHING)}"
        yield request


@dataclass
class Stage:
    """A running stack, an operator's API, and when its next sweep is, in the stack's unix seconds."""

    stack: Stack
    api: Api
    store: Store
    next_sweep: float

    def now(self) -> float:
        """Return the stack's time in unix seconds."""
        return self.stack.tenant.state.clock.now()

    def work(self, seconds: float) -> None:
        """Let time pass, its sweeps and the workers at work: the clock jumps when they are done."""
        end = self.now() + seconds
        while True:
            self.stack.workers.idle(LONGEST)
            now = self.now()
            if now >= end:
                return
            self.control("POST", "clock", {"advance": max(0.0, min(end, self.next_sweep) - now)})
            self._sweep_if_due()

    def _sweep_if_due(self) -> None:
        """Sweep, if a minute has passed; after a leap of hours once."""
        now = self.now()
        if now >= self.next_sweep:
            self.next_sweep = max(self.next_sweep, now - MINUTE) + MINUTE
            self.stack.workers.tick()

    def leap(self, seconds: float, *, swept: bool = True) -> None:
        """Let time pass in one jump, with one sweep at its end for all that were due, or none."""
        self.stack.workers.idle(LONGEST)
        self.control("POST", "clock", {"advance": seconds})
        if swept:
            self.stack.workers.tick()
        self.stack.workers.idle(LONGEST)

    def suffers(self, *faults: dict[str, Any]) -> None:
        """Tell the tenant to fail."""
        for fault in faults:
            self.control("POST", "faults", fault)

    def control(self, method: str, what: str, body: object = None) -> None:
        """Tell the tenant how to be."""
        url = f"{self.stack.tenant.url}/_local/{what}"
        httpx.request(method, url, json=body, verify=PLAIN).raise_for_status()

    def organization(self, **more: object) -> str:
        """Provision an organization and return its id."""
        body = {"id": unique("clinic"), "name": "A Clinic", **more}
        return str(self.api.post("/organizations", json=body).raise_for_status().json()["id"])

    def user(self, email: str) -> User | None:
        """Return what the table says of a person."""
        return self.store.user_by_email(CONNECTION, email)

    def accounts(self, email: str) -> list[dict[str, Any]]:
        """Return the accounts with this address at Auth0, past its log and its faults."""
        state = self.stack.tenant.state
        with state.lock:
            return [dict(user) for user in state.users.values() if user.get("email") == email]

    @cached_property
    def links(self) -> Links:
        """What makes the links of invites, with the stack's own key."""
        with variables(self.stack.aws.environment()):
            keys = secret(self.stack.aws.physical["LinkKeys"]["Ref"])
            keys()
        return Links(origin=self.stack.api, keys=keys)


def at_rest(user: User | None) -> bool:
    """Tell whether nothing is to be done for a user, nor known to be under way."""
    if user is None:
        return True
    told = user.halt is not None or user.applied == user.version
    return told and user.lease_owner is None and user.unsettled_at is None and user.due is None


def shown(accounts: list[dict[str, Any]]) -> dict[str, list[str]] | None:
    """Return organizations and roles as the door reads them in a person's only account; None without one.

    Raises:
        AssertionError: there are two, or the roles name an organization that the array does not.
    """
    assert len(accounts) < 2, f"there are {len(accounts)} accounts with one address"
    if not accounts:
        return None
    metadata = accounts[0].get("app_metadata") or {}
    found: dict[str, list[str]] = {name: [] for name in metadata.get("organizations", [])}
    for given in metadata.get("guestlist", {}).get("roles", []):
        organization, _, role = given.partition(":")
        assert organization in found, f"{given} is a role where the person is no member"
        found[organization].append(role)
    return found


@contextmanager
def stage() -> Iterator[Stage]:
    """Start a stack without rate limits, and put all of it away again."""
    with Stack(parameters=GENEROUS) as stack, Api(stack, "") as api:
        api.auth = Minted(stack)
        with variables(stack.aws.environment()):
            store = Store(Table(stack.aws.physical["Table"]["Ref"]))
        on = Stage(stack, api, store, stack.tenant.state.clock.now() + MINUTE)
        try:
            yield on
        finally:
            stack.workers.stop()


@contextmanager
def person(on: Stage) -> Iterator[Person]:
    """Return somebody with an address that nobody had before."""
    with Person(on.stack, f"{unique('person')}@clinic.example") as found:
        yield found
