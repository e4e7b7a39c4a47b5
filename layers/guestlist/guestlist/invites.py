"""Invites: offers of membership that their receivers accept."""

from dataclasses import replace

from guestlist.access import standing
from guestlist.addresses import normalised
from guestlist.audit import audit
from guestlist.caller import Caller
from guestlist.errors import AlreadyMember, InviteClosed, InvitePending, SeatsTaken
from guestlist.ids import ordered_id
from guestlist.organizations import active, replayed
from guestlist.records import (
    Action,
    Actor,
    ActorKind,
    Invite,
    InviteStatus,
    MailState,
    MembershipStatus,
    Organization,
)
from guestlist.resources import InviteRequest
from guestlist.store import IdempotencyKey, Store, decided_anew
from guestlist.table import Write

MAIL_GRACE = 20
"""Seconds for which the queue's hint has the first word, before the sweep repeats it."""
SWEEP = Actor(ActorKind.SWEEP, "sweep")


def invite(
    organization: str,
    asked: InviteRequest,
    *,
    caller: Caller,
    request: str,
    key: IdempotencyKey | None,
    connection: str,
    store: Store,
    now: int,
) -> Invite:
    """Offer somebody membership; nothing is done at Auth0 before they accept.

    Raises:
        NotFound, OrganizationSuspended: there is no such organization, or it is closed.
        AlreadyMember, InvitePending: the person is in, or was invited; the error names which.
        SeatsTaken: members and pending invites fill the seats.
    """
    offer = Invite(
        id=ordered_id(),
        organization=organization,
        email=normalised(asked.email),
        typed_email=asked.email,
        roles=tuple(asked.roles),
        locale=asked.locale,
        inviter=caller.actor,
        inviter_name=asked.inviter_name,
        life=asked.expires_in,
        expires_at=now + asked.expires_in,
        created_at=now,
        mail=MailState.QUEUED if asked.send else MailState.NONE,
        due=now + (MAIL_GRACE if asked.send else asked.expires_in),
    )
    return _invite(offer, caller, request, key, connection, store, now)


@decided_anew
def _invite(
    offer: Invite, caller: Caller, request: str, key: IdempotencyKey | None, connection: str, store: Store, now: int
) -> Invite:
    if known := store.remembered(key, now):
        return store.invite(offer.organization, replayed(key, known))
    user, admin = standing(caller, offer.organization, store)
    offer = replace(offer, inviter=replace(offer.inviter, user=user))
    organization = active(offer.organization, store)
    if held := store.active_invite(organization.id, offer.email):
        if held == offer.id:
            return offer  # our own commit, whose answer was lost
        _expire_if_over(organization.id, held, request, store, now)
    not_member(organization.id, connection, offer.email, store)
    seat_free(organization)
    action = audit(organization.id, offer.inviter, Action.INVITE_CREATE, offer.id, request=request, now=now)
    store.commit(
        store.new_invite(offer),
        store.counted(organization.id, taken=1, pending=1, grants=True),
        store.audited(action),
        admin,
        store.remember(key, offer.id, now),
    )
    return offer


def not_member(organization: str, connection: str, email: str, store: Store) -> None:
    """Refuse a person who is a member already."""
    user = store.user_by_email(connection, email)
    membership = store.membership(organization, user.id) if user else None
    if membership and membership.status is MembershipStatus.ACTIVE:
        raise AlreadyMember(user=membership.user)


def seat_free(organization: Organization) -> None:
    """Refuse where members and pending invites fill the seats."""
    if organization.seats is not None and organization.taken >= organization.seats:
        raise SeatsTaken(seats=organization.seats, taken=organization.taken)


@decided_anew
def resend(organization: str, invite_id: str, *, caller: Caller, request: str, store: Store, now: int) -> Invite:
    """Send a new link, whose life starts now; the old link is dead.

    An invite that has expired is renewed, if seat and address are free.

    Raises:
        InviteClosed: it was accepted or revoked.
    """
    user, admin = standing(caller, organization, store)
    before = store.invite(organization, invite_id)
    place = active(organization, store)
    if before.status in {InviteStatus.ACCEPTED, InviteStatus.REVOKED}:
        raise InviteClosed
    again = replace(
        before,
        generation=before.generation + 1,
        status=InviteStatus.PENDING,
        expires_at=now + before.life,
        mail=MailState.QUEUED,
        attempts=0,
        due=now + MAIL_GRACE,
    )
    renewal = []
    if not before.active:
        if held := store.active_invite(organization, before.email):
            raise InvitePending(invite=held)
        seat_free(place)
        renewal = [store.hold_address(before), store.counted(organization, taken=1, pending=1, grants=True)]
    actor = replace(caller.actor, user=user)
    action = audit(organization, actor, Action.INVITE_RESEND, before.id, request=request, now=now)
    store.commit(store.changed(before, again), renewal, store.audited(action), admin)
    return store.invite(organization, invite_id)


@decided_anew
def revoke(organization: str, invite_id: str, *, caller: Caller, request: str, store: Store, now: int) -> Invite:
    """Take an offer back. It touches the invite alone, never a membership.

    Raises:
        InviteClosed: it was accepted.
    """
    user, admin = standing(caller, organization, store)
    before = store.invite(organization, invite_id)
    if before.status is InviteStatus.ACCEPTED:
        raise InviteClosed
    if before.status is InviteStatus.REVOKED:
        return before
    ended = ending(before, InviteStatus.REVOKED, store)
    action = audit(organization, replace(caller.actor, user=user), Action.INVITE_REVOKE, before.id, request=request, now=now)
    store.commit(ended, store.audited(action), admin)
    return store.invite(organization, invite_id)


@decided_anew
def expire(organization: str, invite_id: str, *, request: str, store: Store, now: int) -> None:
    """Carry out the end of an invite whose time is over: seat and address are free again."""
    before = store.invite(organization, invite_id)
    if not before.active or before.expires_at > now:
        return
    action = audit(organization, SWEEP, Action.INVITE_EXPIRE, before.id, request=request, now=now)
    store.commit(ending(before, InviteStatus.EXPIRED, store), store.audited(action))


def ending(before: Invite, status: InviteStatus, store: Store) -> list[Write]:
    """Return the writes that end an invite without a membership."""
    ended = replace(before, status=status, due=None)
    if not before.active:
        return [store.changed(before, ended)]
    freed = store.counted(before.organization, taken=-1, pending=-1, grants=False)
    return [store.changed(before, ended), store.free_address(before), freed]


def _expire_if_over(organization: str, invite_id: str, request: str, store: Store, now: int) -> None:
    held = store.invite(organization, invite_id)
    if held.expires_at > now:
        raise InvitePending(invite=held.id)
    expire(organization, invite_id, request=request, store=store, now=now)
