"""Suspending, resuming and leaving: two writes and one record, however many members an organization has."""

from dataclasses import replace

from guestlist import writes
from guestlist.door_records import MOST, Door, DoorState
from guestlist.errors import DoorFull, OrganizationNotReady
from guestlist.records import CLOSED, Action, Organization, OrganizationStatus
from guestlist.request import Request
from guestlist.store import Store, decided_anew
from guestlist.table import Write

GRACE = 20
"""Seconds for which the queue's hint has the first word, before the sweep repeats it."""


def suspend(organization: str, *, request: Request, store: Store) -> Organization:
    """Close an organization's door: nobody gets in, nothing is granted, and what was offered waits.

    Raises:
        NotFound: there is none.
        OrganizationNotReady: it is not provisioned, or about to be gone.
        DoorFull: the door's list of closed organizations has no room.
    """
    return _turned(organization, OrganizationStatus.SUSPENDED, request, store)


def resume(organization: str, *, request: Request, store: Store) -> Organization:
    """Open the door of a suspended organization again; all is as it was before.

    Raises:
        NotFound: there is none.
        OrganizationNotReady: it is not provisioned, or about to be gone.
    """
    return _turned(organization, OrganizationStatus.ACTIVE, request, store)


def offboard(organization: str, *, request: Request, store: Store) -> Organization:
    """Close an organization's door for good; all that it had is taken down in the background.

    Raises:
        NotFound: there is none.
        DoorFull: the door's list of closed organizations has no room.
    """
    return _turned(organization, OrganizationStatus.OFFBOARDING, request, store)


ACTIONS = {
    OrganizationStatus.SUSPENDED: Action.ORGANIZATION_SUSPEND,
    OrganizationStatus.ACTIVE: Action.ORGANIZATION_RESUME,
    OrganizationStatus.OFFBOARDING: Action.ORGANIZATION_OFFBOARD,
}


@decided_anew
def _turned(organization: str, status: OrganizationStatus, request: Request, store: Store) -> Organization:
    before = store.organization(organization)
    if before.status is status:
        return before
    leaves = status is OrganizationStatus.OFFBOARDING
    if not leaves and before.status not in ACTIONS.keys() - {OrganizationStatus.OFFBOARDING}:
        raise OrganizationNotReady(state=before.status.value)
    after = replace(before, status=status)
    if leaves:
        after = replace(
            after,
            connections=before.all_connections,
            cursor=None,
            attempts=0,
            due=request.now + GRACE,
            progressed_at=request.now,
        )
    door, turned = listed(after, closed=status in CLOSED, now=request.now, store=store)
    audit = request.audit(organization, request.caller.actor, ACTIONS[status], organization)
    store.commit(writes.changed(before, replace(after, door_version=door)), turned, writes.audited(audit))
    return store.organization(organization)


def listed(organization: Organization, *, closed: bool, now: int, store: Store) -> tuple[int, Write]:
    """Return the write that has an organization on the door's list or not, and the list's version with it.

    Raises:
        DoorFull: it has no room.
    """
    door = store.door()
    marks = door.closing(organization.id) if closed else door.opening(organization.id)
    if len(marks) > MOST:
        raise DoorFull
    turned = replace(door, closed=marks, changed_at=now, due=now + GRACE, attempts=0)
    return door.version + 1, writes.changed_door(door, turned)


def door_state(organization: Organization, door: Door) -> DoorState:
    """Return how an organization's door stands at Auth0."""
    known = door.applied >= organization.door_version
    if organization.status in CLOSED:
        return DoorState.CLOSED if known else DoorState.CLOSING
    return DoorState.OPEN if known else DoorState.OPENING
