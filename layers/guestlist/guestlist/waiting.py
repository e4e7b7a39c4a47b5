"""`Prefer: wait`: watching our own items until Auth0 knows; Auth0 itself is not called."""

from collections.abc import Callable
from typing import TypeVar

from guestlist.clock import clock
from guestlist.door_records import Door
from guestlist.profile import projection_state
from guestlist.records import Membership, Organization, User
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


def turned(organization: Organization, *, patience: float, store: Store) -> Door:
    """Return the door when it knows of an organization's last turn, or after `patience` seconds."""
    return _watched(store.door, lambda door: door.applied >= organization.door_version, patience)


def _watched(read: Callable[[], Item], knows: Callable[[Item], bool], patience: float) -> Item:
    deadline, item = clock.steady() + patience, read()
    while not knows(item) and clock.steady() < deadline:
        clock.sleep(PAUSE)
        item = read()
    return item
