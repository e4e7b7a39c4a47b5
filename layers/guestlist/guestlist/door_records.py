"""The closed organizations as the door at Auth0 is to know them, as it stands in the table."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from guestlist.door_configuration import SECRET_LIMIT
from guestlist.login_policy import CLOSED_SECRETS, MARK_LENGTH, mark

SECRETS = 30
"""How many secrets an Action may have (Auth0, entity limit policy)."""
MARKS = SECRET_LIMIT // MARK_LENGTH
"""Organizations that one secret lists."""
MOST = (SECRETS - 1) * MARKS
"""Organizations that may be closed at one time: one secret holds the door's settings."""
WATCH = 30
"""Seconds from one look at the door to the next one's due time: each minute's sweep finds it due."""


class DoorState(StrEnum):
    """Whether logins and refreshes get into an organization, and whether that is about to change."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    OPENING = "opening"


@dataclass(frozen=True, kw_only=True)
class Door:
    """Whose door is closed, and how far the door at Auth0 knows. Times are unix seconds."""

    id: str = "door"
    closed: tuple[str, ...] = ()
    """The marks of the closed organizations, in their order."""
    version: int = 0
    """Rises with each that is closed or opened; 0: none ever was."""
    applied: int = 0
    """The version that is deployed."""
    changed_at: int = 0
    lease_owner: str | None = None
    lease_until: int = 0
    attempts: int = 0
    due: int | None = None

    def secrets(self) -> Iterator[tuple[str, str]]:
        """Yield the numbered secrets, name and value. Auth0 shows the names, which tell the version."""
        for number, start in enumerate(range(0, len(self.closed), MARKS), 1):
            yield f"{CLOSED_SECRETS}{self.version}_{number}", "".join(self.closed[start : start + MARKS])

    def closing(self, organization: str) -> tuple[str, ...]:
        """Return the marks with this organization's."""
        return tuple(sorted({*self.closed, mark(organization)}))

    def opening(self, organization: str) -> tuple[str, ...]:
        """Return the marks without this organization's."""
        return tuple(found for found in self.closed if found != mark(organization))
