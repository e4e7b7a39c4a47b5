"""Suspending, resuming and leaving: two writes and one record, however many members an organization has.

Where the door's list cannot have an organization, because it is full or may not be written, its members'
profiles leave it out, in the background (`leaving_out`).
"""

from dataclasses import replace

from guestlist import organization_writes, writes
from guestlist.audit_records import Action
from guestlist.door_records import MOST, Door, DoorState, LeavingOut, Stage
from guestlist.errors import OrganizationNotReady
from guestlist.organization_records import CLOSED, Organization, OrganizationStatus
from guestlist.request import Request
from guestlist.store import Store, decided_anew
from guestlist.table import Write

GRACE = 20
"""Seconds for which the queue's hint has the first word, before the sweep repeats it."""


def suspend(organization: str, *, by_list: bool = True, request: Request, store: Store) -> Organization:
    """Close an organization's door: nobody gets in, nothing is granted, and what was offered waits.

    `by_list`: whether the Actions of the door may be changed.

    Raises:
        NotFound: there is none.
        OrganizationNotReady: it is not provisioned, or about to be gone.
    """
    return _turned(organization, OrganizationStatus.SUSPENDED, request, store, by_list=by_list)


def resume(organization: str, *, request: Request, store: Store) -> Organization:
    """Open the door of a suspended organization again; all is as it was before.

    Raises:
        NotFound: there is none.
        OrganizationNotReady: it is not provisioned, or about to be gone.
    """
    return _turned(organization, OrganizationStatus.ACTIVE, request, store)


def offboard(organization: str, *, by_list: bool = True, request: Request, store: Store) -> Organization:
    """Close an organization's door for good; all that it had is taken down in the background.

    Raises:
        NotFound: there is none.
    """
    return _turned(organization, OrganizationStatus.OFFBOARDING, request, store, by_list=by_list)


ACTIONS = {
    OrganizationStatus.SUSPENDED: Action.ORGANIZATION_SUSPEND,
    OrganizationStatus.ACTIVE: Action.ORGANIZATION_RESUME,
    OrganizationStatus.OFFBOARDING: Action.ORGANIZATION_OFFBOARD,
}


@decided_anew
def _turned(
    organization: str, status: OrganizationStatus, request: Request, store: Store, *, by_list: bool = True
) -> Organization:
    before, door = store.organization(organization), store.door()
    by_list = by_list and not door.refused
    if before.status is status and (by_list or not _waits_in_vain(before, door)):
        return before
    leaves = status is OrganizationStatus.OFFBOARDING
    if not leaves and before.status not in ACTIONS.keys() - {OrganizationStatus.OFFBOARDING}:
        raise OrganizationNotReady(state=before.status.value)
    after = replace(before, status=status)
    if leaves:
        after = _to_be_worked_on(replace(after, connections=before.all_connections), request.now)
    on_list, listing = before.left_out is None and before.status in CLOSED, list[Write]()
    if before.left_out is None and (
        status not in CLOSED
        or (on_list and before.status is not status)
        or (by_list and _has_room(organization, door))
    ):
        version, write = listed(door, organization, closed=status in CLOSED, now=request.now)
        after, listing = replace(after, door_version=version), [write]
    else:
        after = _to_be_worked_on(after, request.now)
        if not leaves or before.turning:
            after = _told_anew(after, request.now)
        after = replace(after, left_out=after.left_out or LeavingOut())
        if on_list:
            listing = [listed(door, organization, closed=False, now=request.now)[1]]
    audit = request.audit(organization, request.caller.actor, ACTIONS[status], organization)
    store.commit(organization_writes.turned(before, after), listing, writes.audited(audit))
    return store.organization(organization)


def _waits_in_vain(organization: Organization, door: Door) -> bool:
    """Tell whether a suspended organization is on a list that the door will not be told of."""
    suspended = organization.status is OrganizationStatus.SUSPENDED and organization.left_out is None
    return suspended and door.applied < organization.door_version


def _to_be_worked_on(organization: Organization, now: int) -> Organization:
    return replace(organization, cursor=None, attempts=0, due=now + GRACE, progressed_at=now)


def _told_anew(organization: Organization, now: int) -> Organization:
    """Return an organization whose members' profiles are to be gone through from the beginning.

    Whoever works on it as it was has the lease no more, but a call of theirs may still take effect.
    """
    since = now if organization.lease_owner else organization.unsettled_at
    again = replace(organization, left_out=LeavingOut(), lease_owner=None, lease_until=0)
    return replace(again, unsettled_at=since)


def _has_room(organization: str, door: Door) -> bool:
    """Tell whether the door's list can have an organization."""
    return len(door.closing(organization)) <= MOST


def listed(door: Door, organization: str, *, closed: bool, now: int) -> tuple[int, Write]:
    """Return the write that has an organization on the door's list or not, and the list's version with it."""
    marks = door.closing(organization) if closed else door.opening(organization)
    turned = replace(door, closed=marks, changed_at=now, due=now + GRACE, attempts=0)
    return door.version + 1, writes.changed_door(door, turned)


def door_state(organization: Organization, door: Door) -> DoorState:
    """Return how an organization's door stands at Auth0."""
    known = door.applied >= organization.door_version
    if organization.left_out is not None:
        known = organization.status in CLOSED and organization.left_out.stage is Stage.KNOWN
    if organization.status in CLOSED:
        return DoorState.CLOSED if known else DoorState.CLOSING
    return DoorState.OPEN if known else DoorState.OPENING
