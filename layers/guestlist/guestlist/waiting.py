"""`Prefer: wait`: watching our own item until Auth0 knows; Auth0 itself is not called."""

from guestlist.clock import clock
from guestlist.profile import projection_state
from guestlist.records import Membership, User
from guestlist.store import Store

PAUSE = 0.1


def projected(membership: Membership, *, patience: float, store: Store) -> User:
    """Return the user when the membership is no longer pending, or after `patience` seconds."""
    deadline = clock.steady() + patience
    user = store.user(membership.user)
    while projection_state(user, membership) == "pending" and clock.steady() < deadline:
        clock.sleep(PAUSE)
        user = store.user(membership.user)
    return user
