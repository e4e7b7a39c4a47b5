"""What a step of provisioning makes at Auth0, and how it is unmade. Each may be done any number of times."""

from collections.abc import Callable, Collection
from functools import partial

from guestlist import client_lists
from guestlist.clock import clock
from guestlist.connection_steps import disable, enable, gone_is_undone, make_connections, unmake_connections
from guestlist.leases import SETTLING
from guestlist.organization_records import Organization
from guestlist.provisioning_records import ListName, Step
from guestlist.turns import Turn

RETRY = 5
"""Seconds after which a list is looked at again at which another is."""


class NotYetError(Exception):
    """A step has to wait, for so many seconds, for something that is under way.

    `overdue`: it is not to take long; somebody has to hear of it if it does.
    """

    def __init__(self, seconds: int, *, overdue: bool = False) -> None:
        super().__init__(seconds)
        self.seconds, self.overdue = seconds, overdue


def do(step: Step, organization: Organization, turn: Turn) -> Organization:
    """Make what a step is for; return the organization with what is to be kept of it.

    Raises:
        StepRefusedError, Auth0Refused: it cannot be.
        AwaitingSetupError, NotYetError, Auth0Unavailable: not now.
    """
    return _STEPS[step][0](organization, turn)


def undo(step: Step, organization: Organization, turn: Turn) -> Organization:
    """Unmake what a step made, all of it or as much as there is."""
    return _STEPS[step][1](organization, turn)


def wait_for_late_calls(organization: Organization) -> None:
    """Undo nothing while something that was given up may still be made.

    Raises:
        NotYetError: it may.
    """
    since = organization.unsettled_at
    if since is not None and (left := since + SETTLING - clock.now()) > 0:
        raise NotYetError(left)


def _list(name: ListName, organization: Organization, turn: Turn) -> Organization:
    for client in turn.applications(organization):
        _listed(name, client, organization, getattr(organization, name), turn)
    return organization


def _unlist(name: ListName, organization: Organization, turn: Turn) -> Organization:
    for client in turn.applications(organization):
        with gone_is_undone():
            _listed(name, client, organization, (), turn)
    return organization


def _listed(
    name: ListName, client: str, organization: Organization, entries: Collection[str], turn: Turn
) -> None:
    """Have an organization's entries on an application's list, and wait until nothing can change it.

    Raises:
        NotYetError: another is at a list, or a late write may still land there.
    """
    client_lists.want(name, client, organization.id, entries, turn.store)
    told = client_lists.tell(name, client, store=turn.store, auth0=turn.auth0)
    if not told.settled:
        since = told.unsettled_at
        raise NotYetError(RETRY if since is None else max(1, since + SETTLING - clock.now()))


Part = Callable[[Organization, Turn], Organization]
_STEPS: dict[Step, tuple[Part, Part]] = {
    Step.CONNECTIONS: (make_connections, unmake_connections),
    Step.APPLICATIONS: (enable, disable),
    Step.CALLBACKS: (partial(_list, ListName.CALLBACKS), partial(_unlist, ListName.CALLBACKS)),
    Step.WEB_ORIGINS: (partial(_list, ListName.WEB_ORIGINS), partial(_unlist, ListName.WEB_ORIGINS)),
}
