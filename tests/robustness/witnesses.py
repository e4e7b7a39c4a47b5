"""All who look at one history: at each write to the table, and at each that lands at Auth0."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.robustness.by_groups import ByGroups
from tests.robustness.doings import Doings
from tests.robustness.doorstep import Doorstep
from tests.robustness.effects import Effect
from tests.robustness.history import History
from tests.robustness.invariants import Invariants
from tests.robustness.ledger import Ledger
from tests.robustness.profiles import Profiles
from tests.robustness.recorded import Recorded
from tests.robustness.threshold import Threshold
from tests.robustness.world import World


class Witnesses:
    """Each says what must hold; what does not is told to `broken`."""

    def __init__(
        self, world: World, history: History, places: Sequence[str], broken: Callable[[str], object]
    ) -> None:
        accounts: Any = world.tenant.state.users
        self.ledger = Ledger(world.aws.table)
        self.invariants = Invariants(self.ledger, broken, history.tick)
        self.doings = Doings(history, broken)
        self.threshold = Threshold(self.ledger, accounts, broken)
        self.profiles = Profiles(self.ledger, accounts, broken)
        self.doorstep = Doorstep(self.ledger, accounts, places, broken)
        self.by_groups = ByGroups(history, self.ledger, accounts, lambda: world.simulation.process, broken)
        self._history, self._recorded = history, Recorded(history, self.ledger, self.threshold)
        self.users = self._recorded.users

    def written(self, operation: str, asked: dict[str, Any]) -> None:
        """Look at a write to the table."""
        change = self.invariants.witness(operation, asked)
        self.threshold.witness(change)
        self.doings.witness(change)
        self.profiles.witness(change)
        self.by_groups.witness(change)
        for before, record in change.of("AUDIT#"):
            if record and not before:
                self._recorded.read(record, change)
        for _, user in change.of("USER"):
            if user:
                self.doorstep.look(user)
        if any(change.of("ORG")):
            self.doorstep.look_at_closed()

    def landed(self, effect: Effect) -> None:
        """Look at what has landed at Auth0."""
        self.doorstep.landed(effect)
        self.threshold.landed(effect)
        self.profiles.landed(effect)
        self.by_groups.landed(effect)
