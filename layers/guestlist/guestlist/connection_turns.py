"""A change of an organization's connections, turn by turn."""

from dataclasses import replace

from guestlist import writes
from guestlist.audit_records import Action
from guestlist.bounding import with_bound
from guestlist.clock import clock
from guestlist.connection_changes import is_undone, somebody_by
from guestlist.connection_claims import freed
from guestlist.organization_records import Organization
from guestlist.provisioning_records import ChangeState, ConnectionChange, StepState
from guestlist.provisioning_steps import NotYetError, undo, wait_for_late_calls
from guestlist.turns import Turn

LATE = 60
"""Seconds after which whoever was joining by a connection as it was to be dropped has joined."""
LONG = 60
"""Seconds for which one turn looks for somebody who comes by it; the next one goes on."""


def go_on_changing(organization: Organization, turn: Turn) -> None:
    """Go on with a change: its connection was made, or could not be, or is to be dropped.

    Raises:
        NotYetError: there is more, for a later turn.
        Auth0Refused, Auth0Unavailable: it stays as far as it got.
    """
    change = _change(organization)
    if change.drops:
        return _drop(organization, turn)
    if is_undone(change.steps):
        return _ended(organization, ChangeState.FAILED, turn)
    return _opened(organization, ChangeState.ADDED, turn)


def _change(organization: Organization) -> ConnectionChange:
    if organization.connection_change is None:
        raise ValueError(organization.id)
    return organization.connection_change


def _drop(organization: Organization, turn: Turn) -> None:
    """Take a connection down by which nobody comes; whoever came at the last moment keeps it."""
    change = _change(organization)
    if (left := change.at + LATE - clock.now()) > 0:
        raise NotYetError(left)
    if not is_undone(change.steps):
        organization, used = _looked(organization, turn)
        if used:
            return _opened(organization, ChangeState.KEPT, turn)
    for number in reversed(range(len(change.steps))):
        change = _change(organization)
        if change.steps[number].state is StepState.UNDONE:
            continue
        wait_for_late_calls(organization)
        undo(change.steps[number].step, replace(organization, connections=change.connections), turn)
        undone = replace(change.steps[number], state=StepState.UNDONE, at=clock.now())
        steps = (*change.steps[:number], undone, *change.steps[number + 1 :])
        after = replace(organization, attempts=0, connection_change=replace(change, steps=steps))
        organization = turn.kept(organization, after)
    return _ended(organization, ChangeState.DROPPED, turn)


def _looked(organization: Organization, turn: Turn) -> tuple[Organization, bool]:
    """Look whether anybody comes by the connection that is to be dropped, from where the last turn stopped.

    Raises:
        NotYetError: there are more to be looked at.
    """
    change = _change(organization)
    [connection] = change.connections
    used, cursor = somebody_by(
        connection, organization.id, turn.store, cursor=change.cursor, until=clock.now() + LONG
    )
    if used or cursor is None:
        return organization, used
    turn.kept(organization, replace(organization, connection_change=replace(change, cursor=cursor)))
    raise NotYetError(0)


def _opened(organization: Organization, state: ChangeState, turn: Turn) -> None:
    """Have people join by the connection, which says for how long a sign-in counts by now."""
    organization = with_bound(_change(organization).connections, organization, turn)
    connections = (*organization.connections, *_change(organization).connections)
    _ended(organization, state, turn, replace(organization, connections=connections))


def _ended(
    organization: Organization, state: ChangeState, turn: Turn, after: Organization | None = None
) -> None:
    """Record what came of it; what the organization has no more may be another's."""
    change, request = _change(organization), turn.request
    ended = replace(after or organization, connection_change=replace(change, state=state, cursor=None))
    gone = state in {ChangeState.FAILED, ChangeState.DROPPED}
    failed = state in {ChangeState.FAILED, ChangeState.KEPT}
    [connection] = change.connections
    audit = request.audit(organization.id, request.caller.actor, Action.CONNECTION_FAIL, connection.name)
    turn.store.commit(
        turn.finished(organization, ended),
        freed(organization.id, change.connections, turn.store) if gone else [],
        writes.audited(audit) if failed else [],
    )
