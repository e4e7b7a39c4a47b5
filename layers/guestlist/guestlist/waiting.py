"""`Prefer: wait`: watching our own items until Auth0 knows; Auth0 itself is not called."""

from collections.abc import Callable
from typing import TypeVar

from guestlist.clock import clock
from guestlist.closing import door_state
from guestlist.door_records import Door, DoorState
from guestlist.organization_records import Organization
from guestlist.profile import projection_state
from guestlist.receipt_records import Receipt
from guestlist.receipts import receipt_of
from guestlist.records import Halt, Membership, User
from guestlist.store import Store

PAUSE = 0.1
Item = TypeVar("Item")


def projected(membership: Membership, *, patience: float, store: Store) -> User:
    """Return the user when the membership is no longer pending, or after `patience` seconds."""
    return _watched(
        lambda: store.user(membership.user),
        lambda user: projection_state(user, membership) != "pending",
        patience,
    )


def departed(organization: str, receipt: str, *, patience: float, store: Store) -> tuple[Receipt, User]:
    """Return a receipt when all calls were made that it takes, or after `patience` seconds, and its user."""
    return _watched(
        lambda: (read := receipt_of(organization, receipt, store), store.user(read.user)),
        lambda read: read[0].access is not None or not read[0].open or read[1].halt is Halt.STOPPED,
        patience,
    )


def turned(organization: Organization, *, patience: float, store: Store) -> tuple[Organization, Door]:
    """Return an organization when its door stands as it is to, or after `patience` seconds, and the door."""
    return _watched(
        lambda: (store.organization(organization.id), store.door()),
        lambda read: door_state(*read) in {DoorState.OPEN, DoorState.CLOSED},
        patience,
    )


def _watched(read: Callable[[], Item], knows: Callable[[Item], bool], patience: float) -> Item:
    deadline, item = clock.steady() + patience, read()
    while not knows(item) and clock.steady() < deadline:
        clock.sleep(PAUSE)
        item = read()
    return item
