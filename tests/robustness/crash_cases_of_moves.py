"""Moves to identity providers of an organization's own, while processes die: under way, and at both doors."""

from guestlist.names import ADMIN
from guestlist.records import Membership
from tests.robustness.crash_case import ANN, BEN, CLEO, CLINIC, HOUR, SCHOOL, Case
from tests.robustness.front import Front


def members(front: Front) -> None:
    """Let Ann and Ben be admins of the clinic, and Ann an editor of the school."""
    front.add(CLINIC, BEN, ADMIN)
    front.add(CLINIC, ANN, ADMIN)
    front.add(SCHOOL, ANN, "editor")


def anns_membership(front: Front) -> Membership:
    """Return Ann's membership of the clinic."""
    found = front.member(CLINIC, ANN)
    assert found
    return found


def _moving(front: Front) -> None:
    """Let Ann and Ben be admins of the clinic, which Cleo is invited to, and Ann in the school as well."""
    members(front)
    front.invite(CLINIC, CLEO)


def _moved(front: Front) -> None:
    """Let both have their places behind the clinic's new door, and the old one be open."""
    _moving(front)
    front.world.rest(HOUR)
    front.move(CLINIC, 30 * 24 * HOUR)


def _anns_place(front: Front) -> Membership:
    """Return Ann's membership behind the clinic's new door."""
    found = front.store.membership(CLINIC, str(anns_membership(front).successor))
    assert found
    return found


OF_MOVES = (
    Case("move", _moving, lambda front: front.move(CLINIC, 0), pairs=False),
    Case(
        "change roles while both doors are open",
        _moved,
        lambda front: front.change_roles(_anns_place(front), "editor"),
        lambda front: _anns_place(front).roles == ("editor",),
        pairs=False,
    ),
    Case(
        "remove while both doors are open",
        _moved,
        lambda front: front.deprovision(_anns_place(front)),
        lambda front: not _anns_place(front).stands,
        pairs=False,
    ),
)
