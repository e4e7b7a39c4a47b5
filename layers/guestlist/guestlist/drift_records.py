"""What drift is, by kind, and what a look for it found, as it stands in the table. Times are unix seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from guestlist.audit_records import Actor


class DriftKind(StrEnum):
    """What may be otherwise at Auth0 than Guestlist left it."""

    ORGANIZATIONS = "organizations"
    ROLES = "roles"
    DELETED = "deleted"
    LINKED = "linked"
    BLOCKED = "blocked"
    EMAIL = "email"
    DOOR_EDITED = "door_edited"
    DOOR_UNBOUND = "door_unbound"
    DOOR_NOT_FIRST = "door_not_first"
    SIGN_UPS = "sign_ups"
    UNCHECKED = "unchecked"
    """No drift, but nobody can say that there is none."""


class DriftStatus(StrEnum):
    """How far a run is."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"


class Words(NamedTuple):
    """What a person is told of a kind."""

    found: str
    repair: str = ""
    """What Guestlist does about it; empty: nothing, a person decides."""
    advice: str = ""
    """What a person may do about it."""


SET_UP = "Run `python -m guestlist.setup`, which puts it right."
WORDS: Mapping[DriftKind, Words] = {
    DriftKind.ORGANIZATIONS: Words(
        "The organizations in the account's app_metadata are not those that Guestlist recorded.",
        "The account is told its organizations again; names that are none of ours stay, reserved.",
    ),
    DriftKind.ROLES: Words(
        "The roles in the account's app_metadata, or their version, are not those that Guestlist recorded.",
        "The account is told its roles again.",
    ),
    DriftKind.DELETED: Words(
        "The account is gone.",
        "Its memberships show as missing; no account is made without somebody's asking.",
        "Add or invite the person again, which makes the account anew, or remove them.",
    ),
    DriftKind.LINKED: Words(
        "The account was linked into another one, which took its organizations from the person.",
        "Its memberships move to the user of that account.",
        "Where they cannot (`missing` with a code): unlink the accounts, or remove the person.",
    ),
    DriftKind.BLOCKED: Words(
        "The account is blocked: the person can sign in nowhere.",
        advice="Unblock it in Auth0's dashboard, or remove the person.",
    ),
    DriftKind.EMAIL: Words(
        "The account bears another address than the one that was invited or added.",
        advice="Put the address back in Auth0's dashboard, or remove the person and invite the new address.",
    ),
    DriftKind.DOOR_EDITED: Words(
        "The door's Action is not the one of this version of Guestlist.",
        advice=SET_UP,
    ),
    DriftKind.DOOR_UNBOUND: Words(
        "The door's Action is not bound to its trigger: nobody is asked for an organization.",
        advice=SET_UP,
    ),
    DriftKind.DOOR_NOT_FIRST: Words(
        "Another Action runs before the door.",
        advice=SET_UP,
    ),
    DriftKind.SIGN_UPS: Words(
        "The connection lets anybody sign up.",
        advice=SET_UP,
    ),
    DriftKind.UNCHECKED: Words(
        "Auth0 did not show it, so nobody looked.",
        advice="Grant the scope to Guestlist's client, or see why Auth0 refused.",
    ),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is otherwise."""

    kind: DriftKind
    subject: str
    """A user's id; else the name of an Action or a connection, or what could not be looked at."""
    detail: str = ""
    """In what it differs. No address."""
    repairing: bool = False
    """Whether Guestlist has set about repairing it."""


@dataclass(frozen=True, kw_only=True)
class DriftRun:
    """One look at everyone, in slices: the last one, or the one that goes on."""

    id: str
    repair: bool
    asked_by: Actor | None = None
    """None: it was time for one."""
    started_at: int
    finished_at: int | None = None
    cursor: tuple[str, str] | None = None
    """After whom the next slice begins."""
    begun: bool = False
    door_seen: bool = False
    """Whether what is the whole tenant's has been looked at."""
    claimed_until: int = 0
    """Until when a slice is at it."""
    compared: int = 0
    """Users whose accounts were looked at."""
    passed_over: int = 0
    """Users who were in motion, or whom Auth0 is not told of."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Findings by kind."""
    findings: tuple[Finding, ...] = ()
    """The first of them (`drift_run.MOST`)."""
    version: int = 1

    @property
    def status(self) -> DriftStatus:
        """How far it is."""
        if self.finished_at is not None:
            return DriftStatus.FINISHED
        return DriftStatus.RUNNING if self.begun else DriftStatus.WAITING
