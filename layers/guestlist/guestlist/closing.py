"""Suspending and resuming an organization: two writes and one record, however many members it has."""

from dataclasses import replace

from guestlist import writes
from guestlist.door_records import MOST, Door, DoorState
from guestlist.errors import DoorFull
from guestlist.records import Action, Organization, OrganizationStatus
from guestlist.request import Request
from guestlist.store import Store, decided_anew

GRACE = 20
"""Seconds for which the queue's hint has the first word, before the sweep repeats it."""


def suspend(organization: str, *, request: Request, store: Store) -> Organization:
    """Close an organization's door: nobody gets in, nothing is granted, and what was offered waits.

    Raises:
        NotFound: there is none.
        DoorFull: the door's list of closed organizations has no room.
    """
    return _turned(organization, OrganizationStatus.SUSPENDED, request, store)


def resume(organization: str, *, request: Request, store: Store) -> Organization:
    """Open the door of a suspended organization again; all is as it was before.

    Raises:
        NotFound: there is none.
    """
    return _turned(organization, OrganizationStatus.ACTIVE, request, store)


ACTIONS = {
    OrganizationStatus.SUSPENDED: Action.ORGANIZATION_SUSPEND,
    OrganizationStatus.ACTIVE: Action.ORGANIZATION_RESUME,
}


@decided_anew
def _turned(organization: str, status: OrganizationStatus, request: Request, store: Store) -> Organization:
    before, door = store.organization(organization), store.door()
    if before.status is status:
        return before
    closes = status is OrganizationStatus.SUSPENDED
    closed = door.closing(organization) if closes else door.opening(organization)
    if len(closed) > MOST:
        raise DoorFull
    turned = replace(door, closed=closed, changed_at=request.now, due=request.now + GRACE, attempts=0)
    audit = request.audit(organization, request.caller.actor, ACTIONS[status], organization)
    store.commit(
        writes.changed(before, replace(before, status=status, door_version=door.version + 1)),
        writes.changed_door(door, turned),
        writes.audited(audit),
    )
    return store.organization(organization)


def door_state(organization: Organization, door: Door) -> DoorState:
    """Return how an organization's door stands at Auth0."""
    known = door.applied >= organization.door_version
    if organization.status is OrganizationStatus.ACTIVE:
        return DoorState.OPEN if known else DoorState.OPENING
    return DoorState.CLOSED if known else DoorState.CLOSING
