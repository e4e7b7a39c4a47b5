"""Where a process may die: before an effect on the world outside, or after it and before hearing of it."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, Self

from guestlist.clock import clock
from tests.robustness.effects import SOUND, Effect, Fate, Fates, Kind

WORDS = {Kind.TABLE: "changes the table", Kind.MESSAGE: "queues a hint", Kind.MAIL: "sends a mail"}


LATE = 170.0
"""Seconds after which a call to Auth0 may still land whose maker is gone: `leases.SETTLING` builds on 180."""


class When(StrEnum):
    """On which side of an effect."""

    BEFORE = "before"
    AFTER = "after"
    LONG_BEFORE = "long-before"
    """A call to Auth0 was sent, and lands minutes later."""


class Point(NamedTuple):
    """The effect at which a process dies, counted from the crash before this one."""

    number: int
    when: When

    def __str__(self) -> str:
        """Return the point as the command line takes it: `3:before`."""
        return f"{self.number}:{self.when}"

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Return a point from the command line."""
        number, when = text.split(":")
        return cls(int(number), When(when))


Plan = tuple[Point, ...]


def counts(effect: Effect) -> bool:
    """Tell whether a call is an effect: neither a read nor a request for a token changes anything.

    To die at one of them is to die before the next effect.
    """
    reads = effect.name.startswith("GET ") or effect.name == "POST /oauth/token"
    return effect.kind is not Kind.READ and not reads


def points(effects: Sequence[Effect], *, late: bool = True) -> Iterator[Point]:
    """Yield the points that differ: after an effect is before the next one of the same process."""
    for number, effect in enumerate(effects, 1):
        yield Point(number, When.BEFORE)
        if late and effect.kind is Kind.AUTH0:
            yield Point(number, When.LONG_BEFORE)
        if number == len(effects) or effects[number].sender is not effect.sender:
            yield Point(number, When.AFTER)


class Crashes(Fates):
    """Kills by a plan, and keeps what happened."""

    def __init__(self, plan: Plan) -> None:
        self.left = list(plan)
        self.since: list[Effect] = []
        """The effects since the last crash."""
        self.story: list[str] = []

    def of(self, effect: Effect) -> Fate:
        """Let the process die if the plan says so."""
        if not counts(effect):
            return SOUND
        self.since.append(effect)
        self.tell(f"{_who(effect)} {WORDS.get(effect.kind, f'calls Auth0: {effect.name}')}")
        if not self.left or len(self.since) < self.left[0].number:
            return SOUND
        when = self.left.pop(0).when
        self.since.clear()
        self.tell(f"{_who(effect)} dies {when.replace('-', ' ')} it took effect")
        late = LATE if when is When.LONG_BEFORE else 0.0
        return Fate(there=late, dies_before=when is When.BEFORE, dies_after=when is not When.BEFORE)

    def tell(self, line: str) -> None:
        """Keep what happened, with its time."""
        self.story.append(f"{clock.source():13.1f}  {line}")


def _who(effect: Effect) -> str:
    return effect.sender.name if effect.sender else "nobody"
