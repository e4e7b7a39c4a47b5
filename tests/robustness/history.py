"""A history: what clients asked for, when, and what they heard, to be told and to be judged."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from guestlist.clock import clock
from tests.robustness.mapping import Mapping
from tests.robustness.simulation import START


class Kind(StrEnum):
    """What can be asked for, as a story words it."""

    INVITE = "invites"
    RESEND = "resends an invite of"
    REVOKE = "revokes an invite of"
    ACCEPT = "accepts for"
    ADD = "adds"
    CHANGE = "changes the roles of"
    REMOVE = "removes"
    EXPIRE = "ends an invite of"
    SUSPEND = "suspends"
    RESUME = "resumes"
    LOGIN = "signs in as"
    DISCOVER = "asks where to sign in as"
    JOIN = "lets in"
    BIND = "binds an account to"
    PROVE = "proves a domain of"
    RELEASE = "releases a domain of"
    AUTO_JOIN = "says who joins by a domain of"
    MAP = "changes the table of groups of"
    REGROUP = "looks at the groups of"
    ASK_ANEW = "has the next login look at the groups of"
    READ_MEMBER = "reads the membership of"
    READ_INVITE = "reads an invite of"
    READ_ORGANIZATIONS = "reads the organizations of"
    READ_DOOR = "sees whom the door admits:"


@dataclass(frozen=True)
class Outcome:
    """What was heard: `done`, `seen`, or the code of a refusal; and what came along."""

    code: str
    id: str = ""
    """Of the invite that was made or is in the way."""
    generation: int = 0
    status: str = ""
    version: int = 0
    roles: tuple[str, ...] = ()
    organizations: frozenset[tuple[str, tuple[str, ...]]] = frozenset()


@dataclass(kw_only=True, eq=False)
class Operation:
    """One thing that a client asked for. `called` and `returned` are places in the order of all events."""

    client: str
    kind: Kind
    person: str
    called: int
    time: float
    now: int
    """Unix seconds, as the request that carried it said."""
    organization: str = ""
    invite: str = ""
    generation: int = 0
    roles: tuple[str, ...] = ()
    seen: int = 0
    """The membership's version that the client believes in."""
    life: int = 0
    """Seconds that an invite is good for."""
    key: str = ""
    """The idempotency key."""
    welcome: bool = False
    account: str = ""
    """By which the identity provider knows who signs in."""
    domain: str = ""
    joins: bool = False
    """Whether a domain's people are to become members by themselves."""
    groups: tuple[str, ...] = ()
    """Those in which the identity provider says that somebody is who signs in."""
    read: tuple[str, ...] = ()
    """Those that the login read in their account, where somebody else may have signed in meanwhile."""
    read_at: str = ""
    """Of when the account was."""
    mapping: Mapping | None = None
    """The table of groups that an organization is to have."""
    mappings: tuple[Mapping, ...] = ()
    """Those that it had while somebody waited at the door; of a look, the last."""
    mapped: tuple[str, ...] = ()
    """The roles that rest on groups."""
    alone: bool = False
    """Whether there was one admin at the most, at some moment while somebody waited."""
    denied: bool = False
    """Whether there was a moment, while somebody waited at the door, at which nobody awaited them."""
    made: str = ""
    """The id of the invite that this request made, if it made one: a name, read off the wire."""
    recorded: int | None = None
    """When its record was written, in the order of all events: read off the wire, where that is watched."""
    returned: int | None = None
    outcome: Outcome | None = None
    """None if nobody heard: it may have taken place, at any time since, or never."""

    @property
    def reads(self) -> bool:
        """Whether it is no more than a look."""
        return self.kind in READS

    @property
    def changes_nothing(self) -> bool:
        """Whether it is a look, or was refused."""
        return self.reads or (self.outcome is not None and self.outcome.code != "done")


ASKED = (
    *("invite", "generation", "roles", "seen", "life", "key", "welcome"),
    *("account", "domain", "joins", "groups", "read", "mapping", "mapped"),
)
NOBODY = "nobody"
"""What the door hears of whom nobody awaits."""
READS = {
    Kind.READ_MEMBER,
    Kind.READ_INVITE,
    Kind.READ_ORGANIZATIONS,
    Kind.READ_DOOR,
    Kind.LOGIN,
    Kind.DISCOVER,
}
"""What a login changes is read off the wire, as operations of their own: it may be one thing after another,
and others come between."""


@dataclass
class History:
    """All operations of one seed, in the order of their calls."""

    operations: list[Operation] = field(default_factory=list)
    requests: dict[str, Operation] = field(default_factory=dict)
    """The operation that a request's id belongs to."""
    events: list[str] = field(default_factory=list)
    """What took place, effect by effect: equal if two histories are."""
    _ticks: "itertools.count[int]" = field(default_factory=itertools.count)

    def tick(self) -> int:
        """Return the next place in the order of all events."""
        return next(self._ticks)

    def call(self, operation: Operation) -> Operation:
        """Record a call."""
        self.operations.append(operation)
        return operation

    def took_place(self, client: str, kind: Kind, **about: Any) -> None:  # noqa: ANN401 (an operation's fields)
        """Record something that was read off the wire as what took place in this one moment."""
        tick, time, done = self.tick(), clock.source(), Outcome("done")
        about = {"now": clock.now(), **about}
        self.call(
            Operation(client=client, kind=kind, called=tick, returned=tick, time=time, outcome=done, **about)
        )

    def answer(self, operation: Operation, outcome: Outcome | None) -> None:
        """Record what came of a call, or that its client heard nothing."""
        operation.outcome = outcome
        operation.returned = self.tick() if outcome else None

    def of(self, person: str) -> list[Operation]:
        """Return what concerns one person."""
        return [operation for operation in self.operations if operation.person == person]

    def mix(self) -> dict[str, int]:
        """Return how many operations there are of each kind."""
        kinds = [operation.kind.name.lower() for operation in self.operations]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def story(operations: Iterable[Operation]) -> str:
    """Tell operations, a line each, in the order of their calls."""
    ordered = sorted(operations, key=lambda operation: operation.called)
    return "\n".join(f"{number:4}. {_line(found)}" for number, found in enumerate(ordered, 1))


def _line(operation: Operation) -> str:
    said = [f"{operation.time - START:9.3f}s {operation.client} {operation.kind}"]
    said += [operation.person] if operation.person else []
    if operation.organization:
        said.append(f"in {operation.organization}" if operation.person else operation.organization)
    asked = {name: getattr(operation, name) for name in ASKED}
    said += [f"{name}={_short(value)}" for name, value in asked.items() if value]
    return f"{' '.join(said)} -> {_heard(operation)}"


def _heard(operation: Operation) -> str:
    outcome = operation.outcome
    if outcome is None:
        return f"nobody heard{f' (it would be {_short(operation.made)})' if operation.made else ''}"
    along = [f"{name}={_short(value)}" for name, value in vars(outcome).items() if value and name != "code"]
    span = f"[{operation.called}..{operation.returned}]"
    return " ".join([outcome.code, *along, span])


def _short(value: object) -> str:
    if isinstance(value, frozenset):
        return str(sorted((name, *roles) for name, roles in value))
    text = str(value)
    return f"..{text[-5:]}" if len(text) == len("01J00000000000000000000000") else text
