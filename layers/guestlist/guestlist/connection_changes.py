"""An enterprise organization gets another identity provider of its own, or drops one, while it lives."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from guestlist import organization_writes, writes
from guestlist.audit_records import Action
from guestlist.clock import clock
from guestlist.connection_claims import HAS, unclaimed
from guestlist.errors import (
    ConnectionInUse,
    ConnectionsChanging,
    LastConnection,
    NoIdentityProvider,
    NotFound,
    OrganizationNotReady,
    TooManyConnections,
    Unacceptable,
)
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.organizations import active, key_first, made_before
from guestlist.provisioning import connection_name
from guestlist.provisioning_records import (
    CALLED_OFF,
    ChangeState,
    Connection,
    ConnectionChange,
    Kind,
    Progress,
    Step,
    StepState,
)
from guestlist.records import InviteStatus
from guestlist.request import Request
from guestlist.store import Store, decided_anew

if TYPE_CHECKING:
    # Pydantic is for whoever reads bodies.
    from guestlist.connection_bodies import ConnectionRequest

MOST = 10
"""Connections of one organization."""
HINT_FIRST = 20
"""Seconds for which the queue's hint has the first word, before the sweep repeats it."""
PAGE = 100
"""Members, or invites, that are read at once."""
PATIENCE = 5
"""Seconds for which members are gone through before a request is answered; the rest is in the background."""
STEPS = (Step.CONNECTIONS, Step.APPLICATIONS)


@decided_anew
def add(
    organization: str, asked: "ConnectionRequest", *, request: Request, common: str, store: Store
) -> Organization:
    """Record that an organization gets a connection; it is made afterwards, and people sign in by it then.

    `common` is the connection that all organizations of the kind `shared` have in common.

    Raises:
        NotFound, OrganizationSuspended, OrganizationNotReady: there is none, or it can get nothing now.
        NoIdentityProvider: its people sign in to a database.
        ConnectionsChanging: it gets or drops one, or moves.
        TooManyConnections: it has ten.
        ConnectionTaken: it is another organization's, or the common one.
        DomainTaken: it is for addresses of a domain that another organization proved.
        Unacceptable: it is the organization's already.
    """
    if made := made_before(request, store):
        return store.organization(made)
    with key_first(request, store):
        before = _steady(organization, store)
        if len(before.current_connections) >= MOST:
            raise TooManyConnections
        number = _free_number(before)
        connection = asked.connection(connection_name(before.id, number))
        if connection.name.lower() in _names(before.connections):
            raise Unacceptable(errors=[{"pointer": "#/name", "detail": HAS}])
        claimed = unclaimed(before.id, (connection,), common, store)
        change = _change(ChangeState.MAKING, connection, StepState.PENDING, request.now)
        after = begun_anew(replace(before, connection_change=change, numbered=number), request.now)
        actor = request.caller.actor
        store.commit(
            organization_writes.turned(before, after),
            claimed,
            writes.audited(request.audit(before.id, actor, Action.CONNECTION_ADD, connection.name)),
            writes.remember(request.key, before.id, request.now),
        )
    return store.organization(organization)


@decided_anew
def drop(organization: str, name: str, *, request: Request, store: Store) -> Organization:
    """Record that an organization drops a connection, by which nobody joins any more.

    It is given back, or deleted if we made it, afterwards. One that is still being made is called off.

    Raises:
        NotFound, OrganizationSuspended, OrganizationNotReady: there is none, or it can drop nothing now.
        NoIdentityProvider: its people sign in to a database.
        ConnectionsChanging: it gets or drops another one, or moves.
        LastConnection: it has no other.
        ConnectionInUse: members or pending invites come by it.
    """
    seen = store.organization(organization)
    if seen.connection_change and name in {own.name for own in seen.connection_change.connections}:
        if seen.connection_change.drops:
            return seen
        if seen.connection_change.makes:
            return _called_off(seen, seen.connection_change, request, store)
    before = _steady(organization, store)
    connection = next((own for own in before.current_connections if own.name == name), None)
    if connection is None:
        raise NotFound
    if len(before.current_connections) == 1:
        raise LastConnection
    if somebody_by(connection, before.id, store, until=clock.now() + PATIENCE)[0]:
        raise ConnectionInUse
    rest = tuple(own for own in before.connections if own != connection)
    change = _change(ChangeState.DROPPING, connection, StepState.DONE, request.now)
    numbered = max(before.numbered, len(before.connections))
    dropped = (*before.dropped, name)
    dropping = replace(before, connections=rest, connection_change=change, dropped=dropped, numbered=numbered)
    audit = request.audit(before.id, request.caller.actor, Action.CONNECTION_DROP, name)
    store.commit(organization_writes.turned(before, begun_anew(dropping, request.now)), writes.audited(audit))
    return store.organization(organization)


def somebody_by(
    connection: Connection, organization: str, store: Store, *, cursor: str | None = None, until: float
) -> tuple[bool, str | None]:
    """Tell whether anybody is a member, or is invited, by a connection; and how far that was looked for.

    Members are gone through from `cursor` on until a moment; None: to the end.
    """
    if _is_offered(connection, organization, store):
        return True, cursor
    while True:
        page = store.members(organization, limit=PAGE, cursor=cursor)
        users = store.users([membership.user for membership in page.items])
        if any(user.connection == connection.name for user in users.values()):
            return True, cursor
        cursor = page.next
        if cursor is None or clock.now() >= until:
            return False, cursor


def begun_anew(organization: Organization, now: int) -> Organization:
    """Return an organization for which there is more to be done at Auth0.

    Whoever worked on it as it was has the lease no more, but a call of theirs may still take effect.
    """
    since = now if organization.lease_owner else organization.unsettled_at
    begun = replace(organization, attempts=0, due=now + HINT_FIRST, progressed_at=now)
    return replace(begun, lease_owner=None, lease_until=0, unsettled_at=since)


def to_be_undone(steps: Iterable[Progress], now: int) -> tuple[Progress, ...]:
    """Return steps that are called off, however far they got: also one that is being made."""
    return tuple(replace(step, state=StepState.FAILED, code=CALLED_OFF, at=now) for step in steps)


def is_undone(steps: Iterable[Progress]) -> bool:
    """Tell whether steps are undone already, or about to be."""
    return any(step.state in {StepState.FAILED, StepState.UNDONE} for step in steps)


def _steady(organization: str, store: Store) -> Organization:
    """Return an enterprise organization whose connections are to stay as they are."""
    found = active(organization, store)
    if found.kind is not Kind.ENTERPRISE:
        raise NoIdentityProvider
    if found.moves or found.changes_connections:
        raise ConnectionsChanging
    return found


def _change(state: ChangeState, connection: Connection, step: StepState, now: int) -> ConnectionChange:
    steps = tuple(Progress(step=one, state=step, at=now) for one in STEPS)
    return ConnectionChange(state=state, connections=(connection,), steps=steps, at=now)


def _free_number(organization: Organization) -> int:
    """Return a number for the name of a connection that we make: no other ever had that name.

    Users are known by the names of their connections, also those that were dropped.
    """
    names = _names(organization.connections)
    numbers = count(max(organization.numbered, len(organization.connections)) + 1)
    return next(n for n in numbers if connection_name(organization.id, n).lower() not in names)


def _names(connections: Iterable[Connection]) -> set[str]:
    return {connection.name.lower() for connection in connections}


def _is_offered(connection: Connection, organization: str, store: Store) -> bool:
    cursor: str | None = ""
    while cursor is not None:
        page = store.invites(organization, InviteStatus.PENDING, limit=PAGE, cursor=cursor or None)
        if any(invite.connection == connection.name for invite in page.items):
            return True
        cursor = page.next
    return False


def _called_off(
    before: Organization, change: ConnectionChange, request: Request, store: Store
) -> Organization:
    """Have a connection unmade that is being made; twice is the same."""
    if is_undone(change.steps):
        return before
    if before.status not in {OrganizationStatus.ACTIVE, OrganizationStatus.SUSPENDED}:
        raise OrganizationNotReady(state=before.status.value)
    undone = replace(change, steps=to_be_undone(change.steps, request.now))
    after = begun_anew(replace(before, connection_change=undone), request.now)
    name = change.connections[0].name
    audit = request.audit(before.id, request.caller.actor, Action.CONNECTION_DROP, name)
    store.commit(organization_writes.turned(before, after), writes.audited(audit))
    return store.organization(before.id)
