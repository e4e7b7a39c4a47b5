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
OWN_SECRETS = 2
"""The door's settings, and the secret with which it asks about first logins (`doors.json`)."""
MOST = (SECRETS - OWN_SECRETS) * MARKS
"""Organizations that the list has room for; whichever are closed beyond are left out of profiles."""
WATCH = 30
"""Seconds from one look at the door to the next one's due time: each minute's sweep finds it due."""


class DoorState(StrEnum):
    """Whether logins and refreshes get into an organization, and whether that is about to change."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    OPENING = "opening"


class Stage(StrEnum):
    """How far the members' profiles got of an organization that is not on the door's list."""

    TELLING = "telling"
    """They are told, page by page."""
    CHECKING = "checking"
    """All were told, for all that is known; whether no late write stands there is looked at."""
    KNOWN = "known"


@dataclass(frozen=True, kw_only=True)
class LeavingOut:
    """An organization that is left out of its members' profiles, because the door's list cannot have it.

    Once it is open again it is brought back in the same way, and this is gone.
    """

    stage: Stage = Stage.TELLING
    done: int = 0
    """Members whose profiles were told, by the time that their page was left."""


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
    refused: bool = False
    """Whether Auth0 refused us the right to change Actions, the last time."""
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
