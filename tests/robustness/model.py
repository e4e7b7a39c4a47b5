"""What Guestlist is to do, without any of how: one person, one operation after the other.

The model knows no table, no transaction, no projection and no time but the one that a request bears. It says
of each operation what it changes, and in which states an answer may be heard.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from guestlist.names import ADMIN
from tests.robustness.history import Kind, Operation, Outcome
from tests.robustness.place import ACCEPTED, EXPIRED, PENDING, REVOKED, WELCOME_LIFE, Offer, Person, Place


def after(person: Person, operation: Operation) -> Person | None:
    """Return the person after an operation, or None if it cannot have taken place now with that outcome."""
    outcome = operation.outcome
    if operation.kind in {Kind.READ_ORGANIZATIONS, Kind.READ_DOOR}:
        return person if outcome and _shows(person, outcome) else None
    place = person.at(operation.organization)
    made = dict(person.keys).get(operation.key) if operation.key else None
    if outcome and outcome.code not in {"done", "seen"}:
        refuses = _replay_refuses if made else REFUSALS.get(outcome.code, _never)
        return person if refuses(place, operation) else None
    changed = place if made else EFFECTS[operation.kind](place, operation)
    if changed is None or (outcome and not _answers(changed, operation, outcome, made)):
        return None
    moved = person.moved(operation.organization, changed)
    if operation.key and not made:
        return replace(moved, keys=(*person.keys, (operation.key, _created(operation))))
    return moved


def _shows(person: Person, outcome: Outcome) -> bool:
    if outcome.code == "not_found":
        return not person.organizations()
    return person.organizations() == outcome.organizations


def _answers(place: Place, operation: Operation, outcome: Outcome, made: str | None) -> bool:
    """Tell whether an answer shows the place as it is."""
    match operation.kind:
        case Kind.INVITE | Kind.READ_INVITE:
            offer = place.offer(operation.invite or made or outcome.id)
            shown = offer and (offer.id, offer.generation, offer.status)
            return shown == (outcome.id, outcome.generation, outcome.status)
        case Kind.ADD | Kind.READ_MEMBER:
            return place.member and (place.roles, place.version) == (outcome.roles, outcome.version)
        case Kind.RESEND:
            resent = place.offer(operation.invite)
            return resent is not None and resent.generation == outcome.generation
        case Kind.CHANGE:
            return (place.roles, place.version) == (outcome.roles, outcome.version)
    return True


def _created(operation: Operation) -> str:
    """Return what a key stands for: an invite's id, or that the person was added."""
    if operation.kind is Kind.ADD:
        return "added"
    return _new_id(operation)


def _new_id(operation: Operation) -> str:
    heard = operation.outcome.id if operation.outcome else ""
    return heard or operation.made or f"unnamed {operation.called}"


def _replay_refuses(place: Place, operation: Operation) -> bool:
    """An addition that was made before, asked for again after the member was removed."""
    if operation.outcome and operation.outcome.code in {"busy", "organization_suspended"}:
        return True
    return operation.kind is Kind.ADD and not place.member and operation.outcome == Outcome("not_found")


# What each operation does, or None where it is refused.


def _invited(place: Place, asked: Operation) -> Place | None:
    if place.member or place.pending:
        return None
    offer = Offer(_new_id(asked), 1, PENDING, asked.roles, asked.life, asked.now + asked.life)
    return place.with_offer(offer)


def _resent(place: Place, asked: Operation) -> Place | None:
    offer = place.offer(asked.invite)
    if offer is None:
        return None
    again = replace(offer, generation=offer.generation + 1, ends=asked.now + offer.life)
    if offer.status == PENDING or (offer.welcome and offer.status == ACCEPTED and place.member):
        return place.with_offer(again)
    if offer.status == EXPIRED and not place.pending and not place.member:
        return place.with_offer(replace(again, status=PENDING))
    return None


def _revoked(place: Place, asked: Operation) -> Place | None:
    offer = place.offer(asked.invite)
    if offer is None or offer.status == ACCEPTED:
        return None
    return place.with_offer(replace(offer, status=REVOKED))


def _expired(place: Place, asked: Operation) -> Place | None:
    offer = place.offer(asked.invite)
    if offer is None or offer.status != PENDING or offer.ends > asked.now:
        return None
    return place.with_offer(replace(offer, status=EXPIRED))


def _accepted(place: Place, asked: Operation) -> Place | None:
    offer = place.offer(asked.invite)
    if offer is None or offer.generation != asked.generation or offer.ends <= asked.now:
        return None
    if offer.status == PENDING and not place.member:
        return place.with_offer(replace(offer, status=ACCEPTED)).joined(offer.roles)
    # Pressing again changes nothing, while the membership stands.
    return place if offer.status == ACCEPTED and place.member else None


def _added(place: Place, asked: Operation) -> Place | None:
    if place.member:
        return None
    if place.pending:
        place = place.with_offer(replace(place.pending, status=REVOKED))
    if asked.welcome:
        life = WELCOME_LIFE
        welcome = Offer(_new_id(asked), 1, ACCEPTED, asked.roles, life, asked.now + life, welcome=True)
        place = place.with_offer(welcome)
    return place.joined(asked.roles)


def _changed(place: Place, asked: Operation) -> Place | None:
    return place.joined(asked.roles) if place.member and place.version == asked.seen else None


def _removed(place: Place, asked: Operation) -> Place | None:
    del asked
    if place.member:
        return replace(place, member=False, roles=(), version=place.version + 1)
    # Twice is the same.
    return place if place.version else None


def _looked_at(place: Place, asked: Operation) -> Place:
    del asked
    return place


EFFECTS: Mapping[Kind, Callable[[Place, Operation], Place | None]] = {
    Kind.INVITE: _invited,
    Kind.RESEND: _resent,
    Kind.REVOKE: _revoked,
    Kind.EXPIRE: _expired,
    Kind.ACCEPT: _accepted,
    Kind.ADD: _added,
    Kind.CHANGE: _changed,
    Kind.REMOVE: _removed,
    Kind.READ_MEMBER: _looked_at,
    Kind.READ_INVITE: _looked_at,
}


# In which places a refusal may be heard. Whether seats were taken, an admin the last one or an organization
# suspended is another person's doing, too: `invariants.py` looks at that.


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


def _never(place: Place, asked: Operation) -> bool:
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
