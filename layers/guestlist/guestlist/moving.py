"""Moving: an organization leaves a database connection for identity providers of its own."""

from dataclasses import replace
from typing import TYPE_CHECKING

from guestlist import organization_writes, writes
from guestlist.audit_records import Action
from guestlist.connection_changes import STEPS, begun_anew, is_undone, to_be_undone
from guestlist.connection_claims import told_apart, unclaimed
from guestlist.errors import NotFound, OrganizationMoved, OrganizationNotReady
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.organizations import active, key_first, made_before, signs_in_by
from guestlist.provisioning import connection_name
from guestlist.provisioning_records import Kind, Move, Progress
from guestlist.request import Request
from guestlist.store import Store, decided_anew

if TYPE_CHECKING:
    # Pydantic is for whoever reads bodies.
    from guestlist.move_bodies import MoveRequest


@decided_anew
def move(
    organization: str, asked: "MoveRequest", *, request: Request, common: str, store: Store
) -> Organization:
    """Record that an organization moves; its identity providers are made, and its members moved, afterwards.

    `common` is the connection that all organizations of the kind `shared` have in common.

    Raises:
        NotFound, OrganizationSuspended, OrganizationNotReady: there is none, or it cannot move now.
        OrganizationMoved: it has identity providers of its own, or is about to.
        ConnectionTaken: a connection is another organization's, or the common one.
        DomainTaken: one is for addresses of a domain that another organization proved.
        Unacceptable: it is named, and the organization has it, or has one made of that name.
    """
    if made := made_before(request, store):
        return store.organization(made)
    with key_first(request, store):
        before = active(organization, store)
        if before.kind is Kind.ENTERPRISE or before.moves:
            raise OrganizationMoved
        asked_for = tuple(
            connection.connection(connection_name(before.id, number))
            for number, connection in enumerate(asked.connections, len(before.connections) + 1)
        )
        told_apart(asked_for, before.connections)
        unclaimed(before.id, asked_for, common, store)
        origin = signs_in_by(before, "", common=common).name
        steps = tuple(Progress(step=step, at=request.now) for step in STEPS)
        moving = Move(origin=origin, connections=asked_for, steps=steps, grace=asked.grace)
        after = begun_anew(replace(before, move=moving), request.now)
        audit = request.audit(before.id, request.caller.actor, Action.ORGANIZATION_MOVE, before.id)
        store.commit(
            organization_writes.turned(before, after),
            [organization_writes.own_connection(before.id, connection.name) for connection in asked_for],
            writes.audited(audit),
            writes.remember(request.key, before.id, request.now),
        )
    return store.organization(organization)


@decided_anew
def call_off(organization: str, *, request: Request, store: Store) -> Organization:
    """Have a move undone whose identity providers are still being made: all stays as before. Twice is once.

    Raises:
        NotFound: there is no such organization, or it was not to move.
        OrganizationMoved: its new door is open.
        OrganizationNotReady: it is about to be gone.
    """
    before = store.organization(organization)
    move = before.move
    if move is None:
        raise NotFound
    if move.opened:
        raise OrganizationMoved
    if not move.makes or is_undone(move.steps):
        return before
    if before.status not in {OrganizationStatus.ACTIVE, OrganizationStatus.SUSPENDED}:
        raise OrganizationNotReady(state=before.status.value)
    undone = replace(move, steps=to_be_undone(move.steps, request.now))
    audit = request.audit(before.id, request.caller.actor, Action.ORGANIZATION_STAY, before.id)
    after = begun_anew(replace(before, move=undone), request.now)
    store.commit(organization_writes.turned(before, after), writes.audited(audit))
    return store.organization(organization)
