"""Organizations as they stand in the table, and their names. Times are unix seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from guestlist.door_records import LeavingOut, Stage
from guestlist.groups import GroupsAt
from guestlist.provisioning_records import (
    UNDER_WAY,
    Branding,
    Connection,
    ConnectionChange,
    Kind,
    Move,
    Progress,
)


class OrganizationStatus(StrEnum):
    """Whether an organization's door is open."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    PROVISIONING = "provisioning"
    """What it needs at Auth0 is being made."""
    FAILED = "failed"
    """It could not be made; what was made was undone."""
    OFFBOARDING = "offboarding"


CLOSED = frozenset({OrganizationStatus.SUSPENDED, OrganizationStatus.OFFBOARDING})
"""Whose door is closed."""


@dataclass(frozen=True, kw_only=True)
class Organization:
    """A business customer, with its counters."""

    id: str
    name: str
    kind: Kind = Kind.SHARED
    connections: tuple[Connection, ...] = ()
    """Its own, none of which admits to another organization; of the kind `shared` it has none."""
    applications: tuple[str, ...] = ()
    """The client ids for which its connections are enabled."""
    callbacks: tuple[str, ...] = ()
    """Addresses of its own to which the applications' logins may lead."""
    web_origins: tuple[str, ...] = ()
    """Origins of its own whose pages may sign in silently at the applications."""
    provisioning: tuple[Progress, ...] = ()
    """What is made for it at Auth0, step by step."""
    move: Move | None = None
    """Its move to identity providers of its own, whether under way or over."""
    connection_change: ConnectionChange | None = None
    """The last connection that it was to get, or to drop, whether that is under way or over."""
    dropped: tuple[str, ...] = ()
    """The names of connections that it dropped: whoever was removed there was removed."""
    numbered: int = 0
    """The highest number in a name of its connections, if it got or dropped one: none is given twice."""
    status: OrganizationStatus = OrganizationStatus.ACTIVE
    first_invite: str | None = None
    """Its first administrator's invite, whose life begins when all is made; None: it has, or none is."""
    seats: int | None = None
    allowed_domains: tuple[str, ...] = ()
    """Whose addresses may be invited or added, normalised; none: any."""
    roles: tuple[str, ...] = ()
    """The roles that are given in it, beside `admin`; none: any."""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The roles that groups of its identity providers give, by a group's name."""
    groups_at: GroupsAt = GroupsAt.FIRST_LOGIN
    max_session: int | None = None
    """For how many seconds a sign-in at its identity providers counts; None: for any time."""
    max_session_told: int | None = None
    """The same, as its connections have it at Auth0, where the door reads it."""
    locale: str = "en"
    """The language of mails to whom nobody chose another one for."""
    branding: Branding | None = None
    taken: int = 0
    """Members and pending invites."""
    pending: int = 0
    admins: int = 0
    mail_day: int = 0
    """The day, counted from that of 1970-01-01, on which it last asked for mails."""
    mails: int = 0
    """How many on that day."""
    version: int = 1
    door_version: int = 0
    """The version of the door's list that carries this organization's last turn."""
    left_out: LeavingOut | None = None
    """How far its members' profiles leave it out, or take it in again; None: the door's list does for it."""
    created_at: int
    adopting: bool = False
    """Whether accounts that bear its name from before us are still to be made members."""
    cursor: str | None = None
    """How far its members, also the former, were gone through, whether Auth0 knows that they are out."""
    groups_cursor: str | None = None
    """How far its members were gone through whose groups are to be looked at anew; empty: none was yet.

    None: nobody's are.
    """
    groups_done: int = 0
    """How many those were."""
    unsettled_at: int | None = None
    """When a call that makes something for it was last ambiguous: it may take effect for three minutes."""
    progressed_at: int = 0
    """When somebody last got on with what is unfinished, or until when that has to wait."""
    lease_owner: str | None = None
    lease_until: int = 0
    attempts: int = 0
    due: int | None = None

    @property
    def unfinished(self) -> bool:
        """Whether something is to be made or unmade for it at Auth0, or told of it, or members are moved."""
        changing = (self.moves or self.changes_connections) and self.status is OrganizationStatus.ACTIVE
        return self.under_way or self.turning or self.bounding or changing

    @property
    def moves(self) -> bool:
        """Whether it is on its way to identity providers of its own."""
        return self.move is not None and self.move.state in UNDER_WAY

    @property
    def changes_connections(self) -> bool:
        """Whether it is to get, or to drop, a connection."""
        change = self.connection_change
        return change is not None and (change.makes or change.drops)

    @property
    def making(self) -> Move | ConnectionChange | None:
        """For what connections are being made while it lives, if they are."""
        return next((one for one in (self.move, self.connection_change) if one and one.makes), None)

    @property
    def coming_connections(self) -> tuple[Connection, ...]:
        """Its own connections, with those that are being made."""
        return (*self.connections, *(self.making.connections if self.making else ()))

    @property
    def all_connections(self) -> tuple[Connection, ...]:
        """All that it may have at Auth0: those that are being made or dropped as well."""
        change = self.connection_change
        return (*self.coming_connections, *(change.connections if change and change.drops else ()))

    @property
    def current_connections(self) -> tuple[Connection, ...]:
        """Its own connections by which people join now."""
        return tuple(own for own in self.connections if own.name != self.origin)

    @property
    def origin(self) -> str | None:
        """The connection by which nobody joins any more, since the organization moved away from it."""
        return self.move.origin if self.move and self.move.opened else None

    @property
    def goes_through_people(self) -> bool:
        """Whether a sweep is to go on with bearers of its name, or with members whose groups count anew."""
        return self.adopting or self.groups_cursor is not None

    @property
    def under_way(self) -> bool:
        """Whether it is coming to be, or about to be gone."""
        return self.status in {OrganizationStatus.PROVISIONING, OrganizationStatus.OFFBOARDING}

    @property
    def turning(self) -> bool:
        """Whether its members' profiles are still to leave it out, or to take it in again."""
        if self.left_out is None or self.under_way:
            return False
        return self.status not in CLOSED or self.left_out.stage is not Stage.KNOWN

    @property
    def bounding(self) -> bool:
        """Whether its connections are still to be told how long a sign-in counts."""
        stands = self.status in {OrganizationStatus.ACTIVE, OrganizationStatus.SUSPENDED}
        return stands and self.max_session != self.max_session_told

    @property
    def leaves_out(self) -> bool:
        """Whether a member's profile is to leave it out now."""
        return self.left_out is not None and self.status in CLOSED


class NameState(StrEnum):
    """Whether an organization's id is free, ignoring case."""

    FREE = "free"
    TAKEN = "taken"
    RESERVED = "reserved"
    """Accounts at Auth0 bear it that are from before us."""
