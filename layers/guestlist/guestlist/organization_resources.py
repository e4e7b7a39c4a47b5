"""Organizations as the HTTP API gives them."""

from dataclasses import asdict
from typing import Self

from pydantic import Field

from guestlist import organization_records, provisioning_records
from guestlist.clock import rfc3339
from guestlist.closing import door_state
from guestlist.door_records import Door, DoorState, Stage
from guestlist.groups import GroupsAt
from guestlist.provisioning_records import ChangeState, Kind, MoveState, Step, StepState
from guestlist.resources import Resource


class OwnConnection(Resource):
    """A connection at Auth0 that is an organization's own."""

    name: str
    strategy: str | None = Field(description="As Auth0 calls it; null until it was looked at there.")
    domains: list[str] = Field(description="Whose addresses sign in by it.")
    self_service: bool = Field(description="Whether the customer's IT sets it up, by a link.")

    @classmethod
    def of(cls, connection: provisioning_records.Connection) -> Self:
        """Render a record."""
        return cls(
            name=connection.name,
            strategy=connection.strategy or None,
            domains=list(connection.domains),
            self_service=connection.self_service,
        )


class Progress(Resource):
    """One step, and since when it stands so."""

    step: Step
    state: StepState
    at: str
    code: str | None = Field(
        None,
        description="Why Auth0 refused it, the last time; `awaiting_setup`: the customer's IT is to.",
    )

    @classmethod
    def of(cls, progress: provisioning_records.Progress) -> Self:
        """Render a record."""
        return cls(
            step=progress.step, state=progress.state, at=rfc3339(progress.at), code=progress.code or None
        )


class Move(Resource):
    """An organization's move to identity providers of its own."""

    state: MoveState
    connections: list[OwnConnection] = Field(description="Those that it moves to.")
    steps: list[Progress] = Field(description="How far their making got.")
    closes_at: str | None = Field(description="When the old door closes; null until the new one is open.")
    unmoved: int = Field(
        description="Members of whom it cannot be told by which connection they are to come. They keep the "
        "old door until an operator links them, or their domain is given to a connection."
    )

    @classmethod
    def of(cls, move: provisioning_records.Move) -> Self:
        """Render a record."""
        return cls(
            state=move.state,
            connections=[OwnConnection.of(own) for own in move.connections],
            steps=[Progress.of(progress) for progress in move.steps],
            closes_at=rfc3339(move.closes_at) if move.closes_at is not None else None,
            unmoved=move.unmoved,
        )


class ConnectionChange(Resource):
    """The last connection that an enterprise organization was to get, or to drop."""

    state: ChangeState
    connection: OwnConnection
    steps: list[Progress] = Field(description="How far its making, or unmaking, got.")
    at: str = Field(description="When it was asked for.")

    @classmethod
    def of(cls, change: provisioning_records.ConnectionChange) -> Self:
        """Render a record."""
        [connection] = change.connections
        return cls(
            state=change.state,
            connection=OwnConnection.of(connection),
            steps=[Progress.of(progress) for progress in change.steps],
            at=rfc3339(change.at),
        )


class Colors(Resource):
    """Colours as `#RRGGBB`; null: the application's own."""

    primary: str | None
    page_background: str | None


class Branding(Resource):
    """How an organization looks, for applications to show."""

    logo: str | None
    colors: Colors

    @classmethod
    def of(cls, branding: provisioning_records.Branding) -> Self:
        """Render a record."""
        return cls(logo=branding.logo, colors=Colors(**asdict(branding.colors)))


class LeftOut(Resource):
    """How many members' profiles were told so far to leave an organization out, or to take it in again."""

    done: int
    of: int

    @classmethod
    def of_organization(cls, organization: organization_records.Organization) -> Self | None:
        """Render what is recorded; None of an organization whose members' profiles do not leave it out."""
        if organization.left_out is None:
            return None
        members = organization.taken - organization.pending
        known = organization.left_out.stage is Stage.KNOWN
        return cls(done=members if known else min(organization.left_out.done, members), of=members)


class GroupsAsked(Resource):
    """How many members were gone through so far whose next login is to look at their groups."""

    done: int
    of: int

    @classmethod
    def of_organization(cls, organization: organization_records.Organization) -> Self | None:
        """Render what is recorded; None where nobody is to be gone through."""
        if organization.groups_cursor is None:
            return None
        members = organization.taken - organization.pending
        return cls(done=min(organization.groups_done, members), of=members)


class Organization(Resource):
    """A business customer."""

    id: str
    name: str
    kind: Kind
    connections: list[OwnConnection]
    applications: list[str]
    callbacks: list[str]
    web_origins: list[str]
    provisioning: list[Progress] = Field(description="What is made for it at Auth0, step by step.")
    move: Move | None = None
    connection_change: ConnectionChange | None = None
    status: organization_records.OrganizationStatus
    door: DoorState = Field(
        description="Whether logins and refreshes get in. `closing`, `opening`: Auth0 has not been told yet."
    )
    left_out: LeftOut | None = Field(
        None,
        description="Where the door's list cannot have it: how many members' profiles leave it out, or, once"
        " it is resumed, take it in again. Null: the list has it, or its door was never closed.",
    )
    seats: int | None
    allowed_domains: list[str]
    roles: list[str]
    groups: dict[str, list[str]] = Field(description="The roles that groups of its identity providers give.")
    groups_at: GroupsAt
    groups_asked: GroupsAsked | None = Field(
        None,
        description="After another table of groups: how many members' profiles were told to have the door "
        "ask at the next login. Null: all that are to be.",
    )
    max_session: int | None = Field(
        None, description="Seconds for which a sign-in at its identity providers counts; null: any time."
    )
    max_session_told: bool = Field(description="Whether Auth0 knows that, and the door holds to it.")
    locale: str
    branding: Branding | None = None
    members: int
    pending_invites: int
    created_at: str

    @classmethod
    def of(cls, organization: organization_records.Organization, door: Door) -> Self:
        """Render a record with the door that it has at Auth0."""
        change = organization.connection_change
        return cls(
            id=organization.id,
            name=organization.name,
            kind=organization.kind,
            connections=[OwnConnection.of(own) for own in organization.current_connections],
            applications=list(organization.applications),
            callbacks=list(organization.callbacks),
            web_origins=list(organization.web_origins),
            provisioning=[Progress.of(progress) for progress in organization.provisioning],
            move=Move.of(organization.move) if organization.move else None,
            connection_change=ConnectionChange.of(change) if change else None,
            status=organization.status,
            door=door_state(organization, door),
            left_out=LeftOut.of_organization(organization),
            seats=organization.seats,
            allowed_domains=list(organization.allowed_domains),
            roles=list(organization.roles),
            groups={name: list(roles) for name, roles in organization.groups.items()},
            groups_at=organization.groups_at,
            groups_asked=GroupsAsked.of_organization(organization),
            max_session=organization.max_session,
            max_session_told=organization.max_session == organization.max_session_told,
            locale=organization.locale,
            branding=Branding.of(organization.branding) if organization.branding else None,
            members=organization.taken - organization.pending,
            pending_invites=organization.pending,
            created_at=rfc3339(organization.created_at),
        )


class OrganizationList(Resource):
    """A page of organizations."""

    items: list[Organization]
    next: str | None
