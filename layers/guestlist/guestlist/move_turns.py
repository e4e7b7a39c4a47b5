"""A move, turn by turn: identity providers first, then the members' places, at last the old door."""

from collections.abc import Callable
from dataclasses import replace

from guestlist import writes
from guestlist.audit_records import Action
from guestlist.clock import clock
from guestlist.connection_claims import freed
from guestlist.members import leave
from guestlist.organization_records import Organization
from guestlist.provisioning_records import Kind, Move, MoveState, StepState
from guestlist.provisioning_steps import NotYetError
from guestlist.records import Membership
from guestlist.transfers import transfer
from guestlist.turns import Turn

PAGE = 25
"""Members who are moved between two looks at the clock."""
LONG = 60
"""Seconds for which one turn moves people; the next one goes on."""
AT_LEAST = 60
"""Seconds for which the old door stays open: who accepts at this moment joins by it, and is moved after."""


def go_on_moving(organization: Organization, turn: Turn) -> None:
    """Go on with a move whose identity providers were made, or could not be.

    Raises:
        NotYetError: there is more, for a later turn.
    """
    if (move := _move(organization)).state is MoveState.MAKING:
        if any(progress.state is StepState.UNDONE for progress in move.steps):
            return _failed(organization, turn)
        organization = _opened(organization, turn)
    if _move(organization).state is MoveState.MOVING:
        organization = _gone_through(organization, turn, _transferred)
        organization = _entered(organization, MoveState.GRACE, turn)
    if (move := _move(organization)).state is MoveState.GRACE:
        if (left := (move.closes_at or 0) - clock.now()) > 0:
            raise NotYetError(left)
        organization = _entered(organization, MoveState.CLOSING, turn)
    organization = _gone_through(organization, turn, _closed)
    done = replace(organization, move=replace(_move(organization), state=MoveState.DONE, cursor=None))
    turn.store.commit(turn.finished(organization, done))
    return None


def _move(organization: Organization) -> Move:
    if organization.move is None:
        raise ValueError(organization.id)
    return organization.move


def _failed(organization: Organization, turn: Turn) -> None:
    """Leave all as it was before."""
    move = _move(organization)
    after = replace(organization, move=replace(move, state=MoveState.FAILED))
    actor = turn.request.caller.actor
    audit = turn.request.audit(organization.id, actor, Action.ORGANIZATION_FAIL, organization.id)
    free = freed(organization.id, move.connections, turn.store)
    turn.store.commit(turn.finished(organization, after), free, writes.audited(audit))


def _opened(organization: Organization, turn: Turn) -> Organization:
    """Open the new door: who joins from now on does so by it."""
    move = _move(organization)
    moving = replace(move, state=MoveState.MOVING, closes_at=clock.now() + max(move.grace, AT_LEAST))
    connections = (*organization.connections, *move.connections)
    after = replace(organization, kind=Kind.ENTERPRISE, connections=connections, move=moving)
    return turn.kept(organization, after)


def _entered(organization: Organization, state: MoveState, turn: Turn) -> Organization:
    moving = replace(_move(organization), state=state, cursor=None)
    return turn.kept(organization, replace(organization, move=moving))


Visit = Callable[[Membership, Turn], bool]
"""Does for a member what is to be done, and tells whether they have, or had, a place behind the new door."""


def _gone_through(organization: Organization, turn: Turn, visit: Visit) -> Organization:
    """Visit all members, from where the last turn stopped, and count those who cannot be moved.

    Raises:
        NotYetError: there are more.
    """
    until = clock.now() + LONG
    while True:
        move = _move(organization)
        page = turn.store.members(organization.id, limit=PAGE, cursor=move.cursor)
        users = turn.store.users([membership.user for membership in page.items])
        former = [found for found in page.items if users[found.user].connection == move.origin]
        unmoved = (move.unmoved if move.cursor else 0) + sum(not visit(found, turn) for found in former)
        moving = replace(move, cursor=page.next, unmoved=unmoved)
        organization = turn.kept(organization, replace(organization, move=moving))
        if page.next is None:
            return organization
        if clock.now() >= until:
            raise NotYetError(0)


def _transferred(membership: Membership, turn: Turn) -> bool:
    if membership.successor:
        return True
    moved = transfer(membership.organization, membership.user, request=turn.request, store=turn.store)
    return moved is not None


def _closed(membership: Membership, turn: Turn) -> bool:
    """Close the old door behind a member who has a place at the new one."""
    if not _transferred(membership, turn):
        return False
    leave(membership.organization, membership.user, request=turn.request, store=turn.store)
    turn.queue.project(membership.user)
    return True
