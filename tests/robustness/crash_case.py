"""One thing that is asked for while processes die, and the names that all cases have in common."""

from collections.abc import Callable
from dataclasses import dataclass

from guestlist.errors import NotFound
from guestlist.organization_records import OrganizationStatus
from tests.robustness.front import Front

CLINIC, SCHOOL, HOSPITAL = "clinic", "school", "hospital"
ANN, BEN, CLEO = (f"{name}@example.com" for name in ("ann", "ben", "cleo"))
HOUR = 3600


def _nothing(_: Front) -> None:
    """Ask for nothing more."""


@dataclass(frozen=True)
class Case:
    """One thing that somebody asks for."""

    name: str
    prepare: Callable[[Front], object]
    """What was so before, with nobody dying; the world comes to rest then."""
    ask: Callable[[Front], object]
    """One try. What it returns is what the client hears."""
    is_so: Callable[[Front], bool] = lambda _: False
    """How somebody who heard nothing finds out whether to ask again. Who has an idempotency key, or a button,
    simply does."""
    later: Callable[[Front], object] = _nothing
    """What is asked when all is at rest: who died at the door comes back another day."""
    pairs: bool = True
    """Whether two die as well. Not in what does so much that all of its pairs would take many minutes."""


def is_leaving(front: Front) -> bool:
    """Tell whether the hospital is closed for good, or gone."""
    try:
        return front.store.organization(HOSPITAL).status is OrganizationStatus.OFFBOARDING
    except NotFound:
        return True
