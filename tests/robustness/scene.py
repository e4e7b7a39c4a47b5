"""One history: the stage, the clients in the storm, the calm after it, the judgement."""

import inspect
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from guestlist.clock import clock
from guestlist.closing import resume
from guestlist.ids import ordered_id
from guestlist.leases import LAST_BACK_OFF, SETTLING
from guestlist.passwords import random_password
from guestlist.request import Request
from local import stack
from tests.bench import OPERATOR
from tests.robustness.auth0 import LANDED
from tests.robustness.checker import judge
from tests.robustness.deeds import Deeds
from tests.robustness.doorstep import admitted
from tests.robustness.effects import Effect
from tests.robustness.front import Front
from tests.robustness.habits import ORGANIZATIONS, PEOPLE, habits
from tests.robustness.history import History, Kind, Operation, Outcome, story
from tests.robustness.invariants import Invariants
from tests.robustness.ledger import Item
from tests.robustness.owed import owed
from tests.robustness.own import STAFF, set_up
from tests.robustness.profiles import shown
from tests.robustness.simulation import START
from tests.robustness.threshold import waits_for_login
from tests.robustness.traffic import Traffic
from tests.robustness.weather import SORTS, Weather, arriving, crowded, grouping, listless, thronged
from tests.robustness.witnesses import Witnesses
from tests.robustness.world import MINUTE, Machines, World, world

STEP = 5.0
SEATS = {"studio": 3}
CROWDS = (2, 3)
"""Seats for which a crowd races, where it races for seats."""
BEFORE = PEOPLE[1]
"""Who has an account that was there before us."""
RECOVERY = LAST_BACK_OFF + 2 * (SETTLING + MINUTE) + MINUTE
"""Seconds after the last fault in which all must be applied and settled: the longest that a projection is put
off, a sweep; then what is unsettled is read, and read again if a late write was found."""
LONGEST = 2 * 3600.0
OURS = {"guestlist", "robustness"}


class Scene:
    """One seed's history."""

    def __init__(self, machines: Machines, seed: int, weather: Weather, made: World) -> None:
        self.seed, self.weather, self._world = seed, weather, made
        self.history = History()
        self.faults: list[str] = []
        asks = habits(seed)
        asked_about = [name for name, often in zip(asks.names, asks.people, strict=True) if often]
        self._people = asked_about if asks.homes else [*asks.names]
        self._places = asks.places
        self._witnesses = Witnesses(made, self.history, self._places, self._broken)
        self._ledger = self._witnesses.ledger
        deeds = Deeds(made, self.history, self._witnesses, by_list=not listless(seed))
        self._traffic = Traffic(made.simulation, self.history, deeds, seed)
        self.recovery = 0.0
        machines.aws.witnesses.append(self._witnesses.written)
        made.wire.watchers.append(self._took_place)

    @classmethod
    @contextmanager
    def of(cls, machines: Machines, seed: int) -> Iterator["Scene"]:
        """Set the stage: three organizations and perhaps others of another kind, nobody in them yet."""
        weather = Weather(seed)
        with world(machines, seed, weather) as made:
            scene = cls(machines, seed, weather, made)
            seats = SEATS
            if crowded(seed):
                few = CROWDS[seed // SORTS % len(CROWDS)]
                seats = {} if thronged(seed) else dict.fromkeys(ORGANIZATIONS, few)
            for name in ORGANIZATIONS:
                Front(made).provision(name, seats=seats.get(name))
            scene.meet(BEFORE, "elsewhere")
            if crowded(seed):
                scene.admit_admins()
            if arriving(seed):
                weather.calm = True
                set_up(Front(made), habits(seed).mappings[:1])
                weather.calm = False
            yield scene

    def meet(self, person: str, organization: str) -> None:
        """Have somebody in the tenant who was there before us, as a member of something that is not ours."""
        owner = self._world.tenant.client()
        known = {"connection": stack.CONNECTION, "email": person, "email_verified": True}
        kept = {"app_metadata": {"organizations": [organization], "crm": "kept"}}
        owner.call("POST", "/users", {**known, **kept, "password": random_password(), "verify_email": False})
        self._witnesses.doorstep.foreign[person] = [organization]

    def admit_admins(self) -> None:
        """Have two admins in the organization that a crowd asks about."""
        for person in PEOPLE[:2]:
            self._traffic.admit(person, ORGANIZATIONS[0])

    def play(self, operations: int) -> None:
        """Have the clients ask, then the weather clear up, and wait until all is at rest."""
        self._traffic.start(operations)
        self._until(lambda: not self._traffic.busy)
        self.weather.calm = True
        self._until(lambda: not self._at_work())
        self._open_all()
        self._until(lambda: not self._restless())
        self.recovery = max(0.0, clock.source() - self.weather.last_fault)
        if self.recovery > RECOVERY + STEP:
            self._broken(f"all came to rest {self.recovery:.0f} s after the last fault")
        self._arrive_at_last()
        closed = {action: lists for action, lists in self._world.tenant.deployed().items() if lists}
        if closed and not self.faults:
            self._broken(f"all is open, and the door has {closed}")
        for person in self._people if not self.faults else ():
            self._look_at_the_end(person)

    def _arrive_at_last(self) -> None:
        """Have everybody sign in who may have to, and wait until that is told.

        Twice, where roles go by groups: whoever stayed the only admin may be one of several the second time.
        """
        if grouping(self.seed) and not self.faults:
            self._witnesses.by_groups.look_at_rest(asked=False)
        for person in self._people * 2 if not self.faults else ():
            if person in STAFF:
                user = self._user(person)
                self._traffic.sign_in(person, user["account"] if user and user["created"] else "")
        self._until(lambda: not self._restless())
        if grouping(self.seed) and not self.faults:
            self._witnesses.by_groups.look_at_rest(asked=True)

    def _open_all(self) -> None:
        """Resume every organization, so that what waits for that comes to its end, too."""
        for name in self._places:
            request = Request(OPERATOR, ordered_id(), clock.now())
            resume(name, request=request, store=self._world.store)
        self._world.queue.door()

    def _until(self, done: Callable[[], bool]) -> None:
        simulation = self._world.simulation
        end = simulation.time + LONGEST
        while not done() and not self.faults:
            self._world.work(STEP)
            if self.weather.calm:
                self._witnesses.doorstep.look_late(self.weather.last_fault)
            if simulation.time > end:
                self._broken(f"it does not come to rest: {', '.join(self._restless())}")

    def _restless(self) -> list[str]:
        """Return who is at work, and what is owed: to Auth0, to a mailbox, to an invite's end."""
        queues = self._world.aws.queues.items()
        waiting = [f"{url} holds messages" for url, queue in queues if queue]
        return [*self._at_work(), *waiting, *owed(self._ledger)]

    def _at_work(self) -> list[str]:
        waiting = [process for process in self._world.simulation.waiting if process or process.name == LANDED]
        return [f"{process.name} is at work" for process in waiting]

    def _broken(self, what: str) -> None:
        """Record what must not be, and the line that saw it."""
        by = inspect.stack(0)[1]
        self.faults.append(f"{clock.source() - START:.3f}s: {what} ({Path(by.filename).name}:{by.lineno})")

    def _took_place(self, effect: Effect) -> None:
        by = effect.sender.name if effect.sender else "the test"
        self.history.events.append(f"{clock.source():.6f} {by}: {effect.kind} {effect.name}")
        self._witnesses.landed(effect)

    def _look_at_the_end(self, person: str) -> None:
        """Ask the door whom it admits: what stands at Auth0 belongs to the history.

        Of whom nothing can be told yet, the table is asked.
        """
        user = self._user(person)
        account = self._world.account(user["account"]) if user else None
        waits = user is not None and waits_for_login(user)
        found = user["organizations"] if user and waits else admitted(account, self._places)
        seen = Outcome("seen", organizations=frozenset((name, tuple(roles)) for name, roles in found.items()))
        tick, time = self.history.tick(), clock.source()
        kind = Kind.READ_ORGANIZATIONS if waits else Kind.READ_DOOR
        looked = Operation(
            client="the test", kind=kind, person=person, called=tick, time=time, now=clock.now()
        )
        self.history.answer(self.history.call(looked), seen)

    def _user(self, person: str) -> Item | None:
        return next((user for user in self._ledger.users.values() if user["email"] == person), None)

    def failures(self) -> list[str]:
        """Return what was wrong with this history, each with the story of whom it concerns."""
        seed = f"seed {self.seed}, weather {self.weather.strength:.2f}"
        found = [f"{seed}: {fault}" for fault in self.faults]
        for person in self._people:
            verdict = judge(self.history.of(person), watched=True)
            if not verdict.right:
                found.append(f"{seed}: {person}'s history has no order. {verdict.told()}")
        refused = filter(self._witnesses.invariants.unexcused, self.history.operations)
        by = f"(invariants.py:{Invariants.unexcused.__code__.co_firstlineno})"
        found += [f"{seed}: refused without a reason {by}:\n{story([one])}" for one in refused]
        return found

    def flew_out(self, error: Exception) -> None:
        """Record what a process did not catch, and the last line of ours that it came from."""
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if Path(frame.filename).parent.name in OURS]
        by = (ours or frames)[-1]
        last = "".join(traceback.format_exception(error)[-4:])
        self.faults.append(f"an error flew out ({Path(by.filename).name}:{by.lineno})\n{last}")

    def differences(self) -> tuple[int, int]:
        """Return how many memberships stand in the table alone, and how many at Auth0 alone."""
        lost = invented = 0
        for user in self._ledger.users.values():
            if waits_for_login(user):
                continue
            there = admitted(self._world.account(user["account"]), self._places).keys()
            lost += len(shown(user).keys() - there)
            invented += len(there - shown(user).keys())
        return lost, invented

    def duplicate_accounts(self) -> int:
        """Return how many accounts of somebody's there are beyond one for each address."""
        accounts = self._world.tenant.state.users.values()
        addresses = [account["email"] for account in accounts if _is_somebodys(account)]
        return len(addresses) - len(set(addresses))

    def duplicate_mails(self) -> int:
        """Return how many mails went out beyond one for each link."""
        tags = [str(mail["EmailTags"]) for mail in self._world.aws.mails]
        return len(tags) - len(set(tags))


def _is_somebodys(account: dict[str, Any]) -> bool:
    """Tell whether an account is more than what an identity provider said of somebody whom nobody awaits."""
    return account["identities"][0]["provider"] == "auth0" or bool(account.get("app_metadata"))
