"""The world of one history: Guestlist's use-cases and workers between a simulated AWS and Auth0."""

import math
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import ulid
from botocore.exceptions import ClientError

from guestlist.budgets import Budgets, Limits
from guestlist.clock import clock
from guestlist.door_keeping import keep_door
from guestlist.door_records import WATCH
from guestlist.errors import GuestlistError
from guestlist.items import from_item
from guestlist.links import Links
from guestlist.mail import Mailer
from guestlist.mailing import send_mail
from guestlist.making import LOOK_FOR_SETUP, work_on
from guestlist.organization_records import Organization
from guestlist.projection import project_user
from guestlist.queue import Queue
from guestlist.request import provisioner_request, sweep_request
from guestlist.store import Store
from guestlist.sweeping import EVERY, sweep
from guestlist.table import Table
from guestlist.turns import Turn
from tests.robustness.auth0 import SETTINGS, Tenant
from tests.robustness.aws import DOOR, MAIL, PROJECTION, PROVISIONING, Aws
from tests.robustness.customer import awaits_setup
from tests.robustness.dynamodb import TABLE
from tests.robustness.effects import Effect, Fates, Kind, Wire
from tests.robustness.ledger import plain
from tests.robustness.simulation import Killed, Simulation

UNHEEDED = Limits(organization=10**6, inviter=10**6, recipient=10**6, recipient_in_all=10**6)
MINUTE = 60.0
WORKERS = {PROJECTION: "projector", MAIL: "mailer", DOOR: "door", PROVISIONING: "provisioner"}
POLL = 0.05
"""Seconds after which a message is received: so soon that it often finds somebody else at work."""
INVISIBLE = {PROJECTION: 360.0, MAIL: 180.0, DOOR: 900.0, PROVISIONING: 900.0}
"""Seconds after which a message is received again whose worker failed or died (template.yaml)."""
RECEIVED = 5
"""How often a message is received at most, before it is a dead letter (template.yaml)."""
QUIET = 1800.0
"""Seconds; nothing that is waited for takes longer to be due: back-off, lease, claim or a late write."""


class Machines:
    """What is made once and serves every history of this process: clients, moto, the tenant's keys."""

    def __init__(self) -> None:
        self.aws = Aws()
        self.tenant = Tenant()
        with self.aws.serving():
            self.store = Store(Table(TABLE))
            self.queue = Queue(projection=PROJECTION, mail=MAIL, door=DOOR, provisioning=PROVISIONING)
            self.mailer = Mailer("guestlist@example.com", "events")
        self.links = Links(origin="https://guestlist.example", keys=lambda: {"current": "key"})
        self.budgets = Budgets(UNHEEDED, links=self.links, store=self.store)

    def close(self) -> None:
        """End what runs in the background."""
        self.tenant.close()


class World:
    """One history's world. Its workers start when something is queued, its sweep every minute."""

    def __init__(self, machines: Machines, seed: int, fates: Fates) -> None:
        self.machines = machines
        self.simulation = Simulation(seed)
        self.wire = Wire(self.simulation, fates)
        machines.aws.empty(self.wire)
        machines.tenant.empty(self.wire)
        self.auth0 = machines.tenant.client()
        self.store, self.queue, self.links = machines.store, machines.queue, machines.links
        self.aws, self.tenant = machines.aws, machines.tenant
        self._next_sweep = self.simulation.time + MINUTE
        self._works = {
            PROJECTION: self._project,
            MAIL: self._mail,
            DOOR: self._look_at_the_door,
            PROVISIONING: self._provision,
        }
        self._landed = self.simulation.time
        """When a write last landed at Auth0."""
        self.wire.watchers.append(self._took_place)

    def work(self, seconds: float) -> None:
        """Let time pass, with workers and sweep at work."""
        end = self.simulation.time + seconds
        while self.simulation.time < end:
            self._receive()
            if self.simulation.time >= self._next_sweep:
                self._next_sweep += MINUTE
                self.simulation.spawn("sweep", partial(_by_lambda, self.sweep))
            self.simulation.run(min(POLL, end - self.simulation.time))

    def rest(self, within: float) -> bool:
        """Let time pass until nothing is under way and nothing soon due; tell whether it came to that.

        Sweeps that would find nothing are left out, which nobody could tell.
        """
        end = self.simulation.time + within
        while self.simulation.time < end:
            self._receive()
            sweeps_at = self._sweeps_at()
            moments = [moment for moment in (self.simulation.upcoming, sweeps_at) if moment is not None]
            if not moments:
                return True
            self.simulation.run(max(0.0, min(end, *moments) - self.simulation.time))
            if sweeps_at is not None and self.simulation.time >= sweeps_at:
                self._next_sweep = sweeps_at + MINUTE
                self.simulation.spawn("sweep", partial(_by_lambda, self.sweep))
        return False

    def _sweeps_at(self) -> float | None:
        """Return the minute of the next sweep that may find something, unless that is far off.

        It looks a minute ahead.
        """
        due = min(
            (int(item["due"]["N"]) for item in self.aws.table.due() if self._owed(item)), default=math.inf
        )
        if due > self.simulation.time + QUIET:
            return None
        ahead = max(due - EVERY, self.simulation.time)
        return max(self._next_sweep, math.ceil(ahead / MINUTE) * MINUTE)

    def _owed(self, item: dict[str, Any]) -> bool:
        """Tell whether something is to be done for an item: not for what is only looked at now and again.

        That is a door while something is closed, and a connection that the customer's IT is to set up.
        """
        if item["sk"]["S"] == "ORG" and awaits_setup(from_item(Organization, plain({"M": item}))):
            looked_at = int(item["progressed_at"]["N"]) - LOOK_FOR_SETUP
            return "lease_owner" in item or looked_at <= self._landed
        told = item.get("applied") == item.get("version") and "lease_owner" not in item
        looked_at = int(item["due"]["N"]) - WATCH
        return not (item["pk"]["S"] == "DOOR" and item["closed"]["L"] and told and looked_at >= self._landed)

    def _took_place(self, effect: Effect) -> None:
        if effect.kind is Kind.AUTH0 and not effect.name.startswith("GET"):
            self._landed = self.simulation.time

    def sweep(self) -> None:
        """Sweep once, as every minute."""
        sweep(request=sweep_request("sweep", clock.now()), queue=self.queue, store=self.store)

    def _receive(self) -> None:
        for url, name in WORKERS.items():
            waiting = self.aws.queues[url]
            while waiting:
                message = waiting.popleft()
                self.simulation.spawn(name, partial(self._deliver, url, message.body), after=message.delay)

    def _deliver(self, url: str, message: dict[str, str], times: int = 1) -> None:
        """Have a message carried out. If its worker fails or dies, another one receives it later."""
        try:
            self._works[url](message)
        except (GuestlistError, ClientError):
            self._deliver_again(url, message, times)
        except Killed:
            self._deliver_again(url, message, times)
            raise

    def _deliver_again(self, url: str, message: dict[str, str], times: int) -> None:
        if times < RECEIVED:
            again = partial(self._deliver, url, message, times + 1)
            self.simulation.spawn(WORKERS[url], again, after=INVISIBLE[url])

    def _project(self, message: dict[str, str]) -> None:
        project_user(message["user"], request_id="a-message", store=self.store, auth0=self.auth0)

    def _look_at_the_door(self, _message: dict[str, str]) -> None:
        keep_door(values=lambda: SETTINGS, store=self.store, auth0=self.auth0)

    def _provision(self, message: dict[str, str]) -> None:
        turn = Turn(
            request=provisioner_request("a-message", clock.now()),
            queue=self.queue,
            store=self.store,
            auth0=self.auth0,
            application=self.tenant.state.bootstrap_client[0],
        )
        work_on(message["organization"], turn)

    def _mail(self, message: dict[str, str]) -> None:
        send_mail(
            message["organization"],
            message["invite"],
            application="Example",
            links=self.links,
            mailer=self.machines.mailer,
            store=self.store,
            now=clock.now(),
        )

    def account(self, account: str) -> dict[str, Any] | None:
        """Return an account as the tenant has it now."""
        return self.tenant.state.users.get(account)


def _by_lambda(work: Callable[[], object]) -> None:
    """Do what the minute asks for. If that fails, nobody hears; the next minute asks again."""
    try:
        work()
    except (GuestlistError, ClientError):
        return


@contextmanager
def world(machines: Machines, seed: int, fates: Fates) -> Iterator[World]:
    """Tell one history: in the block, time and chance are the seed's."""
    made = World(machines, seed, fates)
    with _chance(seed), _time(made.simulation):
        yield made


@contextmanager
def _time(simulation: Simulation) -> Iterator[None]:
    before = clock.source, clock.steady, clock.sleep
    clock.source, clock.steady, clock.sleep = simulation.now, simulation.steady, simulation.sleep
    try:
        yield
    finally:
        clock.source, clock.steady, clock.sleep = before


@contextmanager
def _chance(seed: int) -> Iterator[None]:
    """Let ids, passwords and jitter come from the seed."""
    module: Any = random
    drawn = random.Random(seed).randbytes
    # What `secrets` draws from, and what ids of things in time do.
    before, entropy, secret = random.getstate(), os.urandom, module._urandom
    random.seed(seed)
    os.urandom, module._urandom = drawn, drawn
    # What remembers the last id of a moment, and counts on from it: here, of the history before.
    ulid.default_generator.policy = ulid.StrictMonotonicPolicy()
    try:
        yield
    finally:
        os.urandom, module._urandom = entropy, secret
        random.setstate(before)
