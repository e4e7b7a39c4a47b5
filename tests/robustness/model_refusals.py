"""In which places a refusal may be heard, by its code.

Whether seats were taken, an admin the last one or an organization suspended is another person's doing, too:
`invariants.py` looks at that.
"""

from collections.abc import Callable, Mapping

from guestlist.names import ADMIN
from tests.robustness.history import Kind, Operation
from tests.robustness.place import ACCEPTED, EXPIRED, PENDING, REVOKED, Place


def _member(place: Place, asked: Operation) -> bool:
    del asked
    return place.member


def _no_member(place: Place, asked: Operation) -> bool:
    # To remove again is no error, as long as there once was somebody to remove.
    return place.version == 0 if asked.kind is Kind.REMOVE else not place.member


def _in_the_way(place: Place, asked: Operation) -> bool:
    return place.pending is not None and asked.outcome is not None and place.pending.id == asked.outcome.id


def _no_seat_held(place: Place, asked: Operation) -> bool:
    del asked
    return not place.member and not place.pending


def _admin(place: Place, asked: Operation) -> bool:
    del asked
    return place.member and ADMIN in place.roles


def _stale(place: Place, asked: Operation) -> bool:
    return place.member and place.version != asked.seen


def _closed(place: Place, asked: Operation) -> bool:
    offer = place.offer(asked.invite)
    if offer is None or (asked.kind is Kind.RESEND and offer.welcome and place.member):
        return False
    return offer.status == ACCEPTED or (offer.status == REVOKED and asked.kind is Kind.RESEND)


def _link_expired(place: Place, asked: Operation) -> bool:
    offer = place.offer(asked.invite)
    if offer is None or offer.generation != asked.generation or offer.status == EXPIRED:
        return True
    return offer.status == PENDING and offer.ends <= asked.now


def _link_revoked(place: Place, asked: Operation) -> bool:
    offer = place.offer(asked.invite)
    return offer is not None and (offer.generation, offer.status) == (asked.generation, REVOKED)


def _link_used_up(place: Place, asked: Operation) -> bool:
    offer = place.offer(asked.invite)
    if offer is None or (offer.generation, offer.status) != (asked.generation, ACCEPTED):
        return False
    return not place.member or offer.ends <= asked.now


def _always(place: Place, asked: Operation) -> bool:
    del place, asked
    return True


def never(place: Place, asked: Operation) -> bool:
    """Tell that an answer is never heard."""
    del place, asked
    return False


REFUSALS: Mapping[str, Callable[[Place, Operation], bool]] = {
    "already_member": _member,
    "not_found": _no_member,
    "invite_pending": _in_the_way,
    "seats_taken": _no_seat_held,
    "last_admin": _admin,
    "stale": _stale,
    "invite_closed": _closed,
    "expired": _link_expired,
    "revoked": _link_revoked,
    "used_up": _link_used_up,
    "busy": _always,
    "organization_suspended": _always,
    "suspended": _always,
}
