"""Is there an order? A search, after Wing and Gong, with Lowe's memory of what was tried before.

A history of one person is right if all its operations can be put in one order that the model can follow,
and in which no operation comes before another that had returned when it was called. An operation that nobody
heard of may stand at any place after its call, or nowhere.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.robustness.history import Operation, story
from tests.robustness.model import after
from tests.robustness.place import Person

NEVER = 1 << 62


@dataclass(frozen=True)
class Verdict:
    """Whether there is an order; if not, the longest beginning of one and where it ends."""

    order: list[Operation]
    rest: list[Operation]
    """What was heard of and has no place; empty if the history is right."""
    person: Person
    """After the last operation of the order."""
    by: str = ""
    """The line that decided."""

    @property
    def right(self) -> bool:
        """Whether the model can follow."""
        return not self.rest

    def told(self) -> str:
        """Tell where it ends."""
        return (
            f"an order that the model can follow ends here ({self.by}):\n{story(self.order)}\n"
            f"the person would then be: {self.person.places}\n"
            f"and none of these can be next:\n{story(self.rest[:6])}"
        )


def judge(operations: Sequence[Operation], person: Person | None = None) -> Verdict:
    """Look for an order in which the model can follow."""
    heard = [found for found in operations if found.outcome or not found.reads]
    # Whoever returned first is tried first: most histories follow that order at once.
    ordered = sorted(heard, key=lambda found: (found.returned is None, found.returned, found.called))
    return _Search(ordered).run(person or Person())


class _Search:
    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = operations
        self._heard = sum(1 << number for number, found in enumerate(operations) if found.outcome)
        self._tried: set[tuple[int, Person]] = set()

    def run(self, person: Person) -> Verdict:
        """Go down one order as far as it leads, then try the next."""
        trail: list[tuple[int, int, Person]] = [(0, -1, person)]
        longest = trail[:]
        choices = [self._choices(0)]
        while trail:
            done, _, state = trail[-1]
            if not self._heard & ~done:
                return self._verdict(trail)
            if len(trail) > len(longest):
                longest = trail[:]
            step = self._step(done, state, choices[-1])
            if step is None:
                trail.pop()
                choices.pop()
            else:
                trail.append(step)
                choices.append(self._choices(step[0]))
        return self._verdict(longest)

    def _step(self, done: int, state: Person, choices: list[int]) -> tuple[int, int, Person] | None:
        """Return the next operation that can be next, what is then done and the state after it."""
        while choices:
            number = choices.pop(0)
            operation = self._operations[number]
            following = after(state, operation)
            then = done | 1 << number
            if following is None or (then, following) in self._tried:
                continue
            self._tried.add((then, following))
            if operation.changes_nothing:
                # Wherever it comes later, it could as well come now.
                choices.clear()
            return then, number, following
        return None

    def _choices(self, done: int) -> list[int]:
        """Return what may come next: whatever was called before all that is left had returned."""
        left = [number for number in range(len(self._operations)) if not done >> number & 1]
        first = min((self._returned(number) for number in left), default=NEVER)
        return [number for number in left if self._operations[number].called <= first]

    def _returned(self, number: int) -> int:
        returned = self._operations[number].returned
        return NEVER if returned is None else returned

    def _verdict(self, trail: list[tuple[int, int, Person]]) -> Verdict:
        order = [self._operations[number] for _, number, _ in trail[1:]]
        placed = set(map(id, order))
        rest = [found for found in self._operations if found.outcome and id(found) not in placed]
        by = inspect.stack(0)[1]
        return Verdict(order, rest, trail[-1][2], f"{Path(by.filename).name}:{by.lineno}")
