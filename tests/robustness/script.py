"""The straightforward script, in the same simulation and before the same checker: it loses updates.

It does what `bench/script.py` does on Auth0's SDK: look the person up, make the account, or append to the
array and write it back. Each change is made once, so each that was acknowledged has to stand in the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from guestlist.auth0 import Auth0
from guestlist.clock import clock
from guestlist.errors import Auth0Refused, Auth0Unavailable
from guestlist.passwords import random_password
from local import stack
from tests.robustness.checker import judge
from tests.robustness.doorstep import admitted
from tests.robustness.habits import PEOPLE
from tests.robustness.history import History, Kind, Operation, Outcome
from tests.robustness.weather import Weather
from tests.robustness.world import Machines, World, world

WRITERS = 4
ORGANIZATIONS = tuple(f"place{number}" for number in range(1, 9))
AT_REST = 300.0
"""Seconds after which every call has landed."""


@dataclass(frozen=True)
class Figures:
    """What became of the changes that the script made."""

    acknowledged: int
    lost: int
    """Acknowledged, and not in the user's array when all is quiet."""
    failures: list[str]
    """What the checker says of those to whom it happened."""


def run(machines: Machines | None = None, seed: int = 0) -> Figures:
    """Have several scripts add the same people to organizations, one each at a time.

    Seed 0 is calm weather: nothing fails, only that calls take their time.
    """
    with world(machines or Machines(), seed, Weather(seed)) as made:
        history, pairs = History(), [(person, name) for person in PEOPLE for name in ORGANIZATIONS]
        Random(seed).shuffle(pairs)
        for number in range(WRITERS):
            script = Script(f"script {number + 1}", made, history, pairs[number::WRITERS])
            made.simulation.spawn(script.name, script.next)
        made.simulation.run(AT_REST)
        ends = {person: _seen(made, history, person) for person in PEOPLE}
    added = [found for found in history.operations if found.kind is Kind.ADD and found.outcome]
    lost = sum(found.organization not in ends[found.person] for found in added)
    verdicts = {person: judge(history.of(person)) for person in PEOPLE}
    told = [
        f"{person}'s history has no order. {found.told()}"
        for person, found in verdicts.items()
        if not found.right
    ]
    return Figures(len(added), lost, told)


class Script:
    """One writer."""

    def __init__(self, name: str, made: World, history: History, pairs: Sequence[tuple[str, str]]) -> None:
        self.name, self._history = name, history
        self._simulation, self._auth0 = made.simulation, made.tenant.client()
        self._pairs = list(pairs)

    def next(self) -> None:
        """Add the next person to the next organization; the one after that comes in another process."""
        if not self._pairs:
            return
        person, organization = self._pairs.pop()
        tick, time = self._history.tick(), clock.source()
        operation = Operation(
            client=self.name,
            kind=Kind.ADD,
            person=person,
            organization=organization,
            called=tick,
            time=time,
            now=clock.now(),
        )
        self._history.call(operation)
        try:
            add(self._auth0, person, organization)
            self._history.answer(operation, Outcome("done", version=1))
        except (Auth0Refused, Auth0Unavailable):
            self._history.answer(operation, None)
        finally:
            self._simulation.spawn(self.name, partial(self.next))


def add(auth0: Auth0, person: str, organization: str) -> None:
    """Add somebody to one more organization: two calls."""
    found = auth0.users_by_email(person)
    if found:
        listed = (found[0].get("app_metadata") or {}).get("organizations", [])
        auth0.update_app_metadata(found[0]["user_id"], {"organizations": [*listed, organization]})
        return
    new = {"connection": stack.CONNECTION, "email": person, "password": random_password()}
    auth0.call("POST", "/users", {**new, "app_metadata": {"organizations": [organization]}})


def _seen(made: World, history: History, person: str) -> set[str]:
    """Record where the door admits somebody at the end."""
    accounts = made.tenant.state.users.values()
    account = next((found for found in accounts if found["email"] == person), None)
    found = admitted(account, ORGANIZATIONS)
    tick, time = history.tick(), clock.source()
    looked = Operation(
        client="the test", kind=Kind.READ_DOOR, person=person, called=tick, time=time, now=clock.now()
    )
    history.answer(
        history.call(looked), Outcome("seen", organizations=frozenset((name, ()) for name in found))
    )
    return set(found)
