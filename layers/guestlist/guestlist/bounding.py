"""How long a sign-in at an organization's identity providers counts: told to its connections, one by one.

The door reads it there at each login and refresh, so a change costs some calls per connection and
none per member.
"""

from collections.abc import Iterable
from dataclasses import replace

from guestlist.clock import clock
from guestlist.connection_steps import OWNER, gone_is_undone, mark, named, with_marks
from guestlist.organization_records import Organization
from guestlist.provisioning_records import Connection
from guestlist.provisioning_steps import wait_for_late_calls
from guestlist.table import ConditionFailed
from guestlist.turns import Turn


def tell_connections(organization: Organization, turn: Turn) -> None:
    """Have an organization's connections say for how long a sign-in counts, and be sure that it stays so.

    Raises:
        Auth0Refused, Auth0Unavailable: one was not told.
        NotYetError: a late call may still say something else.
        ConditionFailed: the turn is another's by now, or there is nothing to tell any more.
    """
    while True:
        organization = with_bound(organization.current_connections, organization, turn)
        told = replace(organization, max_session_told=organization.max_session)
        try:
            turn.store.commit(turn.finished(organization, told))
        except ConditionFailed:
            organization = turn.store.organization(organization.id)
            if organization.lease_owner != turn.owner or not organization.bounding:
                raise
        else:
            return


def with_bound(connections: Iterable[Connection], organization: Organization, turn: Turn) -> Organization:
    """Have connections say for how long a sign-in counts; return the organization once they do for certain.

    Raises:
        Auth0Refused, Auth0Unavailable, NotYetError: as `tell_connections`.
    """
    ambiguous = [_told(connection, organization, turn) for connection in connections]
    if any(ambiguous):
        organization = turn.kept(organization, replace(organization, unsettled_at=clock.now()))
    wait_for_late_calls(organization)
    return organization


def _told(connection: Connection, organization: Organization, turn: Turn) -> bool:
    """Write what a connection does not say yet; return whether that may take effect later again.

    By one that is gone, or another organization's, nobody comes in.
    """
    found = named(connection.name, turn.auth0)
    metadata = (found or {}).get("metadata") or {}
    if found is None or metadata.get(OWNER) != organization.id:
        return False
    marked, ambiguous = with_marks(metadata, organization), False
    if marked != metadata:
        with gone_is_undone():
            ambiguous = mark(found, marked, turn.auth0).ambiguous
    return ambiguous
