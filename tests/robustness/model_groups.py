"""What the model makes of roles by groups: of one member, one look at their groups after the other."""

from dataclasses import replace

from guestlist.names import ADMIN
from tests.robustness.history import Operation
from tests.robustness.mapping import Rests, looked_at
from tests.robustness.place import Place


def is_unheeded(place: Place, operation: Operation) -> bool:
    """Tell whether nobody looked at somebody's groups, nor at those with which they came later.

    A look that leaves the last admin as they are leaves no trace.
    """
    rests = Rests(frozenset(place.roles), place.mapped or frozenset())
    looked = place.looked == operation.read or place.read_at >= operation.read_at
    return not looked and rests not in _spared(place, operation)


def regrouped(place: Place, asked: Operation) -> Place | None:
    """Somebody's groups are looked at, by a table that there was meanwhile; the last admin stays one."""
    if not place.member or asked.read_at < place.read_at:
        return None
    found = Rests(frozenset(asked.roles), frozenset(asked.mapped))
    if found not in [*_right(place, asked), *_spared(place, asked)]:
        return None
    after = place if found.roles == frozenset(place.roles) else place.joined(asked.roles)
    return replace(after, mapped=found.mapped, looked=asked.read, read_at=asked.read_at)


def _right(place: Place, asked: Operation) -> list[Rests]:
    """Return what a look may make of somebody, by each table that there was meanwhile."""
    return [looked_at(place.roles, place.mapped, mapping, asked.read) for mapping in asked.mappings]


def _spared(place: Place, asked: Operation) -> list[Rests]:
    """Return the same of somebody who may be the last admin, and would be none."""
    if not asked.alone or ADMIN not in place.roles:
        return []
    right = [rests for rests in _right(place, asked) if ADMIN not in rests.roles]
    return [Rests(roles | {ADMIN}, mapped | {ADMIN}) for roles, mapped in right]


def asked_anew(place: Place, asked: Operation) -> Place:
    """Have the next login look at somebody's groups, whatever they are."""
    del asked
    return replace(place, looked=None)
