"""What a process does to the world outside, and what may happen to it there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from tests.robustness.simulation import Process, Simulation

R = TypeVar("R")


class Kind(StrEnum):
    """Where an effect goes."""

    READ = "read"
    """Of the table: it changes nothing, but what it saw grows old."""
    TABLE = "table"
    MESSAGE = "message"
    MAIL = "mail"
    AUTH0 = "auth0"


@dataclass(frozen=True)
class Effect:
    """One call over the wire: `UpdateItem`, `PATCH /users/auth0%7C1`."""

    kind: Kind
    name: str
    sender: Process | None = field(default=None, compare=False)
    """Who called; None is the test itself."""


@dataclass(frozen=True)
class Fate:
    """What becomes of one call; in seconds, `there` until it takes effect, `back` until it is heard."""

    there: float = 0.0
    back: float = 0.0
    dies_before: bool = False
    dies_after: bool = False
    freezes: float = 0.0
    """Seconds for which the process stands still before it calls, without knowing."""
    refused: str = ""
    """An answer in place of the effect: AWS's code, or Auth0's `429`, `503`, `reset`."""
    spoiled: str = ""
    """An answer in place of the true one, after the effect: `500`, `reset`, `garbled`, `twice` (AWS)."""
    torn: bool = False
    """A read of several items sees each as it was at the call's beginning or at its end, by chance."""


SOUND = Fate()


class Fates:
    """Nothing ever goes wrong, and nothing takes time. Subclasses know better."""

    def of(self, effect: Effect) -> Fate:
        """Return what becomes of a call that is about to be made."""
        del effect
        return SOUND


class Wire:
    """All calls of all processes, in the order of the simulation."""

    def __init__(self, simulation: Simulation, fates: Fates) -> None:
        self.simulation = simulation
        self.fates = fates
        self.watchers: list[Callable[[Effect], object]] = []
        """Told of each effect right after it took place."""

    def fate(self, effect: Effect) -> Fate:
        """Return what becomes of a call, for the processes alone: the test's own calls are sound."""
        self.simulation.live()
        fate = self.fates.of(effect) if self.simulation.process else SOUND
        if fate.freezes:
            self.simulation.freeze(fate.freezes)
        if fate.dies_before:
            self.simulation.die()
        return fate

    def took_place(self, effect: Effect) -> None:
        """Tell whoever watches."""
        for watcher in self.watchers:
            watcher(effect)

    def carried_out(self, effect: Effect, fate: Fate, carry_out: Callable[[], R]) -> R:
        """Have an effect on AWS at the end of the way there, and hear of it at the end of the way back."""
        self.simulation.sleep(fate.there)
        answer = carry_out()
        self.took_place(effect)
        if fate.dies_after:
            self.simulation.die()
        self.simulation.sleep(fate.back)
        return answer
