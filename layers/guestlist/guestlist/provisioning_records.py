"""What an organization has of its own at Auth0, and how far its making got, as it stands in the table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DATABASE = "auth0"
"""Auth0's strategy of a connection that keeps passwords itself; any other's accounts come by signing in."""


class Kind(StrEnum):
    """Where the users of an organization sign in."""

    SHARED = "shared"
    """In the common database connection."""
    ISOLATED = "isolated"
    """In a database connection that is the organization's alone."""
    ENTERPRISE = "enterprise"
    """At the organization's own identity providers."""


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A connection at Auth0 that belongs to one organization."""

    name: str
    strategy: str = DATABASE
    """As Auth0 calls it: `auth0`, `oidc`, `samlp`, ..."""
    id: str = ""
    """Auth0's; empty until it is there."""
    made: bool = False
    """Whether it is made for the organization; what was there before us is never deleted."""
    self_service: bool = False
    """Whether the customer's IT makes it, by a link of Auth0's that bears our marks."""
    domains: tuple[str, ...] = ()
    """Whose addresses sign in by it, normalised, where an organization has several."""
    enabled: tuple[str, ...] = ()
    """The client ids that one which was there before us gets enabled for."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What it is made with. No secret: customers enter theirs at Auth0."""

    @property
    def is_database(self) -> bool:
        """Whether its accounts are made by us, with a password that nobody knows."""
        return self.strategy == DATABASE


@dataclass(frozen=True, kw_only=True)
class Colors:
    """Colours as `#RRGGBB`; None: the application's own."""

    primary: str | None = None
    page_background: str | None = None


@dataclass(frozen=True, kw_only=True)
class Branding:
    """How an organization looks, for applications to show."""

    logo: str | None = None
    """An https URL."""
    colors: Colors = field(default_factory=Colors)


class Step(StrEnum):
    """A part of what an organization needs at Auth0, in the order of its making."""

    CONNECTIONS = "connections"
    APPLICATIONS = "applications"
    """Its connections are enabled for them."""
    CALLBACKS = "callbacks"
    """Its addresses are among those to which the applications' logins may lead."""
    WEB_ORIGINS = "web_origins"
    """Its origins are among those whose pages may sign in silently, or refresh, at the applications."""


AWAITING_SETUP = "awaiting_setup"
"""Why a step waits: the customer's IT has not set up a connection yet, or not enabled it."""


class StepState(StrEnum):
    """How far one step got."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One step, and since when it stands so (unix seconds)."""

    step: Step
    state: StepState = StepState.PENDING
    at: int
    code: str = ""
    """Why it failed, or waits."""
    tries: int = 0
    """How often Auth0 refused it."""


class MoveState(StrEnum):
    """How far an organization's move to its own identity providers got."""

    MAKING = "making"
    """They are being made; all sign in as before."""
    MOVING = "moving"
    """Members get their places there."""
    GRACE = "grace"
    """Both doors are open to them."""
    CLOSING = "closing"
    """The old one is being closed."""
    DONE = "done"
    FAILED = "failed"
    """The identity providers could not be made; all is as it was."""


UNDER_WAY = frozenset({MoveState.MAKING, MoveState.MOVING, MoveState.GRACE, MoveState.CLOSING})


@dataclass(frozen=True, kw_only=True)
class Move:
    """An organization's move from a database connection to its own identity providers."""

    origin: str
    """The connection that its users signed in by before, by its name at Auth0."""
    connections: tuple[Connection, ...]
    """Those that are made for it."""
    steps: tuple[Progress, ...]
    grace: int
    """Seconds for which the old door stays open to who has a place behind the new one."""
    state: MoveState = MoveState.MAKING
    closes_at: int | None = None
    """When the old door closes, unix seconds; None: the new one is not made yet."""
    cursor: str | None = None
    """How far the members were gone through."""
    unmoved: int = 0
    """Members of whom nobody can tell by which connection they are to come."""

    @property
    def makes(self) -> bool:
        """Whether its connections are being made, or unmade again."""
        return self.state is MoveState.MAKING

    @property
    def opened(self) -> bool:
        """Whether people sign in by the new connections, and nobody joins by the old one any more."""
        return self.state not in {MoveState.MAKING, MoveState.FAILED}


class ChangeState(StrEnum):
    """How far a change of an enterprise organization's connections got."""

    MAKING = "making"
    """One is being made; nobody signs in by it."""
    ADDED = "added"
    FAILED = "failed"
    """It could not be made, or was called off; all is as it was."""
    DROPPING = "dropping"
    """Nobody joins by one any more, and it is being given back, or deleted."""
    DROPPED = "dropped"
    KEPT = "kept"
    """Somebody had come to join by it as it was to be dropped: it stays."""


@dataclass(frozen=True, kw_only=True)
class ConnectionChange:
    """The last connection that an enterprise organization was to get, or to drop."""

    state: ChangeState
    connections: tuple[Connection, ...]
    """That one."""
    steps: tuple[Progress, ...]
    at: int
    """When it was asked for, unix seconds."""
    cursor: str | None = None
    """How far the members were gone through, whether any of them comes by it."""

    @property
    def makes(self) -> bool:
        """Whether it is being made, or unmade again."""
        return self.state is ChangeState.MAKING

    @property
    def drops(self) -> bool:
        """Whether it is being dropped."""
        return self.state is ChangeState.DROPPING


CALLED_OFF = "called_off"
"""Why a step is undone: somebody asked for it."""


class ListName(StrEnum):
    """A list of an application's on which organizations have entries, by its name at Auth0."""

    CALLBACKS = "callbacks"
    WEB_ORIGINS = "web_origins"


@dataclass(frozen=True, kw_only=True)
class ClientList:
    """The entries that organizations have on one list of an application. Times are unix seconds."""

    id: str
    """The application's client id."""
    name: ListName
    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The organizations that each entry is of."""
    ours: tuple[str, ...] = ()
    """Those that we put on the list; any other was there before us, and stays."""
    version: int = 0
    applied: int = 0
    lease_owner: str | None = None
    lease_until: int = 0
    unsettled_at: int | None = None
    """When a write was last ambiguous; a read three minutes later settles it."""

    @property
    def settled(self) -> bool:
        """Whether Auth0's list is as wanted, and nothing is under way that could change it."""
        return self.applied == self.version and self.unsettled_at is None
