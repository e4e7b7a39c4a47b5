"""Is there an order? A search, after Wing and Gong, with Lowe's memory of what was tried before.

A history of one person is right if all its operations can be put in one order that the model can follow,
and in which no operation comes before another that had returned when it was called. An operation that nobody
heard of may stand at any place after its call, or nowhere.

Where the wire was watched there is less to choose from: whatever changes something does so in the moment in
which its record is written, and what left no record has changed nothing.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.robustness.history import Kind, Operation, story
from tests.robustness.model import after
from tests.robustness.place import Person

NEVER = 1 << 62
RECORDED = {Kind.INVITE, Kind.RESEND, Kind.REVOKE, Kind.ACCEPT, Kind.ADD, Kind.CHANGE, Kind.REMOVE}
"""What leaves a record if it changes anything."""


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


def judge(operations: Sequence[Operation], person: Person | None = None, *, watched: bool = False) -> Verdict:
    """Look for an order in which the model can follow; `watched`: records were read off the wire."""
    known = [found for found in operations if _is_heard_of(found) or not (found.reads or watched)]
    # Whoever returned first is tried first: most histories follow that order at once.
    ordered = sorted(known, key=lambda found: (_ends(found), _begins(found)))
    return _Search(ordered, watched=watched).run(person or Person())


def _took_place(operation: Operation) -> bool:
    return operation.recorded is not None


def _is_heard_of(operation: Operation) -> bool:
    return operation.outcome is not None or _took_place(operation)


def _begins(operation: Operation) -> int:
    return operation.called if operation.recorded is None else operation.recorded


def _ends(operation: Operation) -> int:
    if operation.recorded is not None:
        return operation.recorded
    return NEVER if operation.returned is None else operation.returned


class _Search:
    def __init__(self, operations: Sequence[Operation], *, watched: bool) -> None:
        self._operations, self._watched = operations, watched
        self._heard = sum(1 << number for number, found in enumerate(operations) if _is_heard_of(found))
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
            if self._belies_its_record(operation, changes=following != state):
                continue
            self._tried.add((then, following))
            if operation.changes_nothing:
                # Wherever it comes later, it could as well come now.
                choices.clear()
            return then, number, following
        return None

    def _belies_its_record(self, operation: Operation, *, changes: bool) -> bool:
        return self._watched and operation.kind in RECORDED and changes != _took_place(operation)

    def _choices(self, done: int) -> list[int]:
        """Return what may come next: whatever was called before all that is left had returned."""
        left = [number for number in range(len(self._operations)) if not done >> number & 1]
        first = min((_ends(self._operations[number]) for number in left), default=NEVER)
        return [number for number in left if _begins(self._operations[number]) <= first]

    def _verdict(self, trail: list[tuple[int, int, Person]]) -> Verdict:
        order = [self._operations[number] for _, number, _ in trail[1:]]
        placed = set(map(id, order))
        rest = [found for found in self._operations if _is_heard_of(found) and id(found) not in placed]
        by = inspect.stack(0)[1]
        return Verdict(order, rest, trail[-1][2], f"{Path(by.filename).name}:{by.lineno}")
