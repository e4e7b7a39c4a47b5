"""Connections that a customer's IT sets up by a link, while processes die: the link, the wait, the end."""

from tests.robustness.crash_case import ANN, BEN, CLINIC, HOSPITAL, HOUR, Case, is_leaving
from tests.robustness.customer import FLOW, awaits_setup, fill_in, is_good, setup_link
from tests.robustness.front import SELF_SERVICE, Front, operators_request


def _nothing(_: Front) -> None:
    """Begin without the hospital."""


def _awaited(front: Front) -> None:
    """Have the hospital provisioned, whose connection its IT sets up, with Ann as its first administrator."""
    front.provision(HOSPITAL, kind="enterprise", connections=[SELF_SERVICE], admin={"email": ANN})


def _link_sent(front: Front) -> None:
    """Let the hospital's IT have a link, and all else wait for them."""
    _awaited(front)
    front.world.rest(HOUR)
    _link(front, HOSPITAL)


def _set_up(front: Front) -> None:
    """Let the hospital be open, whose connection its IT made."""
    _link_sent(front)
    _fills_in(front)


def _moving(front: Front) -> None:
    front.add(CLINIC, BEN)


def _link(front: Front, organization: str) -> str:
    return setup_link(organization, operators_request(), front.world)


def _asks(front: Front) -> str:
    """Ask for a link, and try it out."""
    return "a good link" if is_good(_link(front, HOSPITAL), front.world) else "a link that is no good"


def _fills_in(front: Front) -> None:
    """Have the IT fill in the newest of their links."""
    state = front.world.tenant.state
    fill_in(f"{state.url}{FLOW}?ticket={[*state.sso_tickets][-1]}", front.world)


def _asks_and_fills_in(front: Front) -> None:
    """Have the IT of whichever organization waits for them ask for another link, and fill it in."""
    places = front.store.organizations(limit=100, cursor=None).items
    for place in filter(awaits_setup, places):
        fill_in(_link(front, place.id), front.world)


def _leaves(front: Front) -> None:
    front.offboard(HOSPITAL)


OF_LINKS = (
    Case("ask for a set-up link", _awaited, _asks, later=_asks_and_fills_in),
    Case("set up by the customer's IT", _link_sent, _fills_in),
    Case("provision, set up by IT", _nothing, _awaited, later=_asks_and_fills_in, pairs=False),
    Case("offboard, waiting for IT", _link_sent, _leaves, is_leaving, pairs=False),
    Case("offboard, set up by IT", _set_up, _leaves, is_leaving, pairs=False),
    Case(
        "move, set up by IT",
        _moving,
        lambda front: front.move(CLINIC, 0, SELF_SERVICE),
        later=_asks_and_fills_in,
        pairs=False,
    ),
)
