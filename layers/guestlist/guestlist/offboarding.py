"""Offboarding: behind a closed door its people go, then what it has at Auth0, then its record.

It goes on where it stopped: what is left is read from what is there.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from guestlist import organization_writes, writes
from guestlist.audit_records import Action
from guestlist.clock import clock
from guestlist.closing import listed
from guestlist.connection_claims import freed
from guestlist.domains import release_all
from guestlist.invites import revoke
from guestlist.leases import try_again
from guestlist.members import deprovision
from guestlist.organization_records import Organization
from guestlist.provisioning_records import Step
from guestlist.provisioning_steps import NotYetError, undo, wait_for_late_calls
from guestlist.records import REFUSED, RENAMED, Halt, InviteStatus, Membership, User
from guestlist.store import decided_anew
from guestlist.table import ConditionFailed
from guestlist.turns import Turn

PAGE = 25
"""Members or invites that are taken off between two looks at the clock."""
LONG = 60
"""Seconds for which one turn takes people off; the next one goes on."""
LOOK_AGAIN = 15
"""Seconds after which it is looked again whether Auth0 knows who is out."""
TRY_AGAIN = 60
"""The same, where Auth0 refuses all who are left: a call a minute for each, for as long as it does."""


def take_down(organization: Organization, turn: Turn) -> None:
    """Take down what is left of an organization.

    Raises:
        NotYetError: there is more, for the next turn.
        Auth0Refused, Auth0Unavailable: it stays as far as it got.
    """
    until = clock.now() + LONG
    while take_off_people(organization.id, turn):
        if clock.now() >= until:
            raise NotYetError(0)
    organization = known_to_be_told(organization, turn)
    for step in reversed(Step):
        wait_for_late_calls(organization)
        organization = undo(step, organization, turn)
    release_all(organization.id, request=turn.request, store=turn.store)
    _deleted(organization.id, turn)
    turn.queue.door()


def take_off_people(organization: str, turn: Turn) -> bool:
    """Revoke what is offered and remove who is in, a page of them; tell whether there was anyone."""
    request, store = turn.request, turn.store
    offers = store.invites(organization, InviteStatus.PENDING, limit=PAGE, cursor=None).items
    for invite in offers:
        revoke(organization, invite.id, request=request, store=store)
    members = store.members(organization, limit=PAGE, cursor=None).items
    for member in members:
        deprovision(organization, member.user, request=request, store=store)
        turn.queue.project(member.user)
    return bool(offers or members)


def known_to_be_told(organization: Organization, turn: Turn) -> Organization:
    """Go through all who were ever in, and return when Auth0 was told of each, and no late write is to come.

    Whom Auth0 would not take as they were is tried again at each look.

    Raises:
        NotYetError: it was not, for all we know; it is gone on from there.
    """
    while True:
        page = turn.store.memberships(organization.id, limit=100, cursor=organization.cursor)
        users = turn.store.users([membership.user for membership in page.items])
        behind = [
            users[membership.user]
            for membership in page.items
            if membership.user in users and not _is_told(membership, users[membership.user])
        ]
        if refused := [user for user in behind if user.halt_code == REFUSED]:
            _try_again(refused, turn)
        if behind:
            alone = len(refused) == len(behind)
            raise NotYetError(TRY_AGAIN if alone else LOOK_AGAIN, overdue=True)
        if page.next is None:
            return organization
        organization = turn.kept(organization, replace(organization, cursor=page.next))


def _try_again(refused: Sequence[User], turn: Turn) -> None:
    """Have those told once more whom Auth0 would not take: they may have been put right, or deleted."""
    for user in refused:
        with suppress(ConditionFailed):  # somebody is at it
            try_again(user, turn.store)
            turn.queue.project(user.id)


def _is_told(membership: Membership, user: User) -> bool:
    """Tell whether the account was told, or there is none, and nobody is about to write to it."""
    # Of an account that others have by now, all was taken back that somebody's joining had put there.
    taken_back = user.halt_code == RENAMED and user.halted >= membership.user_version
    told = user.applied >= membership.user_version or not user.created or taken_back
    # A late write finds no account that is gone.
    quiet = user.unsettled_at is None or user.halt is Halt.MISSING
    return told and quiet and user.lease_owner is None


@decided_anew
def _deleted(organization: str, turn: Turn) -> None:
    """Take the record away, and the mark from the door's list; the id is never given again."""
    request, store = turn.request, turn.store
    before = store.organization(organization)
    # One that its members' profiles left out is on no list.
    opened = [] if before.left_out else [listed(store.door(), organization, closed=False, now=request.now)[1]]
    audit = request.audit(organization, request.caller.actor, Action.ORGANIZATION_DELETE, organization)
    free = freed(organization, before.connections, store)
    store.commit(organization_writes.gone(before, turn.owner), free, opened, writes.audited(audit))
