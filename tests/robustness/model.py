"""What Guestlist is to do, without any of how: one person, one operation after the other.

The model knows no table, no transaction, no projection and no time but the one that a request bears. It says
of each operation what it changes, and in which states an answer may be heard.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.robustness.history import NOBODY, Kind, Operation, Outcome
from tests.robustness.model_groups import asked_anew, is_unheeded, regrouped
from tests.robustness.model_refusals import REFUSALS, never
from tests.robustness.place import ACCEPTED, EXPIRED, PENDING, REVOKED, WELCOME_LIFE, Offer, Person, Place


def after(person: Person, operation: Operation) -> Person | None:
    """Return the person after an operation, or None if it cannot have taken place now with that outcome."""
    outcome = operation.outcome
    if operation.kind in OF_ALL:
        return OF_ALL[operation.kind](person, operation)
    place = person.at(operation.organization)
    made = dict(person.keys).get(operation.key) if operation.key else None
    if outcome and outcome.code not in {"done", "seen"}:
        refuses = _replay_refuses if made else REFUSALS.get(outcome.code, never)
        return person if refuses(place, operation) else None
    changed = place if made else EFFECTS[operation.kind](place, operation)
    if changed is None or (outcome and not _answers(changed, operation, outcome, made)):
        return None
    moved = person.moved(operation.organization, changed)
    if operation.key and not made:
        return replace(moved, keys=(*person.keys, (operation.key, _created(operation))))
    return moved


def _seen(person: Person, operation: Operation) -> Person | None:
    return person if operation.outcome and _shows(person, operation.outcome) else None


def _shows(person: Person, outcome: Outcome) -> bool:
    if outcome.code == "not_found":
        return not person.organizations()
    return person.organizations() == outcome.organizations


def _signed_in(person: Person, operation: Operation) -> Person | None:
    """Whoever gets in is told where they belong; why the others do not is looked at by `threshold.py`."""
    if operation.outcome and operation.outcome.code == NOBODY:
        return person
    place, counts = person.at(operation.organization), all(found.counts for found in operation.mappings)
    if operation.mappings and counts and place.member and is_unheeded(place, operation):
        return None
    return _seen(person, operation) if operation.account == person.account else None


def _untouched(person: Person, operation: Operation) -> Person:
    """Where somebody is to sign in depends on nothing that is theirs: `threshold.py` looks at that."""
    del operation
    return person


def _bound(person: Person, operation: Operation) -> Person | None:
    """An account becomes that of a member who has none: once, and for ever. Their groups are looked at."""
    place = person.at(operation.organization)
    gives = operation.mappings and all(found.entries for found in operation.mappings)
    if person.account or not place.member or (gives and place.mapped is None):
        return None
    return replace(person, account=operation.account)


OF_ALL: Mapping[Kind, Callable[[Person, Operation], Person | None]] = {
    Kind.READ_ORGANIZATIONS: _seen,
    Kind.READ_DOOR: _seen,
    Kind.LOGIN: _signed_in,
    Kind.DISCOVER: _untouched,
    Kind.BIND: _bound,
}
"""What concerns a person in all organizations."""


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


def _let_in(place: Place, asked: Operation) -> Place | None:
    """Somebody arrives: an offer is taken up, or their domain lets them in, who never was a member before."""
    offer = place.pending
    if offer and offer.ends > asked.now:
        taken = place.with_offer(replace(offer, status=ACCEPTED)).joined(offer.roles)
        return taken if offer.id == asked.invite else None
    if asked.invite or place.version:
        return None
    return (place.with_offer(replace(offer, status=REVOKED)) if offer else place).joined(asked.roles)


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
    Kind.JOIN: _let_in,
    Kind.CHANGE: _changed,
    Kind.REMOVE: _removed,
    Kind.REGROUP: regrouped,
    Kind.ASK_ANEW: asked_anew,
    Kind.READ_MEMBER: _looked_at,
    Kind.READ_INVITE: _looked_at,
}
