"""Connections that an enterprise organization gets and drops, and moves called off, while processes die."""

from guestlist.connection_changes import is_undone
from guestlist.organization_records import Organization
from guestlist.provisioning import connection_name
from tests.robustness.crash_case import ANN, BEN, CLINIC, HOSPITAL, HOUR, Case
from tests.robustness.crash_cases_of_own import invited, provisioned
from tests.robustness.front import PROVIDER, SELF_SERVICE, Front

SECOND, THIRD = (connection_name(HOSPITAL, number) for number in (2, 3))
"""Names of the hospital's connections: of one by which nobody comes, and of the next that is made."""


def _standing(front: Front) -> None:
    """Let the hospital have two identity providers, and Ann be invited by the first."""
    provisioned(front)
    front.world.rest(HOUR)
    invited(front)


def _awaiting(front: Front) -> None:
    """Let it wait for its IT to set up a third."""
    _standing(front)
    front.add_connection(HOSPITAL, SELF_SERVICE)


def _moving(front: Front) -> None:
    """Let the clinic, of which Ben is a member and Ann is to be one, wait with its move for its IT."""
    front.add(CLINIC, BEN)
    front.invite(CLINIC, ANN)
    front.move(CLINIC, 0, PROVIDER, SELF_SERVICE)


def _is_dropped(front: Front) -> bool:
    """Tell whether the hospital has dropped what it was to drop, or is about to."""
    change = front.store.organization(HOSPITAL).connection_change
    return change is not None and (not change.makes or is_undone(change.steps))


def _stays(place: Organization) -> bool:
    return place.move is not None and (not place.move.makes or is_undone(place.move.steps))


OF_CONNECTIONS = (
    Case("add a connection", _standing, lambda front: front.add_connection(HOSPITAL, PROVIDER), pairs=False),
    Case(
        "drop a connection",
        _standing,
        lambda front: front.drop_connection(HOSPITAL, SECOND),
        _is_dropped,
        pairs=False,
    ),
    Case(
        "call a connection off",
        _awaiting,
        lambda front: front.drop_connection(HOSPITAL, THIRD),
        _is_dropped,
        pairs=False,
    ),
    Case(
        "call a move off",
        _moving,
        lambda front: front.call_off_move(CLINIC),
        lambda front: _stays(front.store.organization(CLINIC)),
        pairs=False,
    ),
)
