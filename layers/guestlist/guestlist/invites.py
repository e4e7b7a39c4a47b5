"""Invites: offers of membership that their receivers accept."""

from dataclasses import replace
from typing import TYPE_CHECKING

from guestlist import organization_writes, writes
from guestlist.access import standing
from guestlist.addresses import normalised
from guestlist.audit_records import Action, Actor, ActorKind
from guestlist.budgets import Budgets, Share
from guestlist.errors import InviteClosed, InvitePending, SeatsTaken
from guestlist.ids import ordered_id
from guestlist.joining import not_member
from guestlist.mail_records import MailState
from guestlist.organization_records import Organization
from guestlist.organizations import active, key_first, made_before, offers, signs_in_by
from guestlist.records import Invite, InviteStatus
from guestlist.request import Request
from guestlist.store import Store, decided_anew
from guestlist.table import ConditionFailed, Write

if TYPE_CHECKING:
    # Pydantic is for whoever reads bodies; the projector and the sweep start without it.
    from guestlist.bodies import InviteRequest

MAIL_GRACE = 20
"""Seconds for which the queue's hint has the first word, before the sweep repeats it."""
OLDEST = 100
"""Offers that are looked through for one that is over, a page of them; the sweep comes to all."""
WELCOME_LIFE = 7 * 24 * 3600
SWEEP = Actor(ActorKind.SWEEP, "sweep")


def invite(
    organization: str,
    asked: "InviteRequest",
    *,
    request: Request,
    connection: str,
    budgets: Budgets,
    store: Store,
) -> Invite:
    """Offer somebody membership; nothing is done at Auth0 before they accept.

    Raises:
        NotFound, OrganizationSuspended: there is no such organization, or it is closed.
        Unacceptable: the organization does not allow the address's domain, or gives no such role.
        AlreadyMember, InvitePending: the person is in, or was invited; the error names which.
        SeatsTaken: members and pending invites fill the seats.
        BudgetExhausted: it is to be mailed, and today no more may be.
    """
    offer = offered(
        organization,
        asked.email,
        roles=tuple(asked.roles),
        locale=asked.locale,
        inviter=request.caller.actor,
        inviter_name=asked.inviter_name,
        life=asked.expires_in,
        send=asked.send,
        now=request.now,
    )
    share = budgets.share(request) if asked.send else None
    return _invite(offer, share, asked.connection, request=request, common=connection, store=store)


@decided_anew
def _invite(
    offer: Invite, share: Share | None, named: str, *, request: Request, common: str, store: Store
) -> Invite:
    inviter, admin = standing(request.caller, offer.organization, store, gives=offer.roles)
    if made := made_before(request, store):
        return store.invite(offer.organization, made)
    with key_first(request, store):
        organization = active(offer.organization, store)
        offers(organization, offer.email, offer.roles)
        connection = signs_in_by(organization, offer.email, common=common, named=named).name
        offer = replace(
            offer,
            connection="" if connection == common else connection,
            locale=offer.locale or organization.locale,
            inviter=inviter,
        )
        if held := store.active_invite(organization.id, offer.email):
            _expire_if_over(organization.id, held, request, store)
        apart = not_member(organization, [connection], offer.email, store)
        seat_free(organization, request, store)
        mailed = share.spend(organization, offer.email) if share else None
        store.commit(
            writes.new_invite(offer),
            organization_writes.counted(
                organization.id, taken=1, pending=1, mailed=mailed, grants=True, as_read=organization
            ),
            writes.audited(request.audit(organization.id, inviter, Action.INVITE_CREATE, offer.id)),
            apart,
            admin,
            writes.remember(request.key, offer.id, request.now),
        )
    return offer


def offered(
    organization: str,
    email: str,
    *,
    roles: tuple[str, ...],
    locale: str,
    inviter: Actor,
    inviter_name: str,
    life: int,
    send: bool = True,
    now: int,
) -> Invite:
    """Return an offer to somebody, which ends after `life` seconds; its mail, if any, is due at once."""
    return Invite(
        id=ordered_id(),
        organization=organization,
        email=normalised(email),
        typed_email=email,
        roles=roles,
        locale=locale,
        inviter=inviter,
        inviter_name=inviter_name,
        life=life,
        expires_at=now + life,
        created_at=now,
        mail=MailState.QUEUED if send else MailState.NONE,
        due=now + (MAIL_GRACE if send else life),
    )


def welcome(
    organization: str,
    email: str,
    *,
    roles: tuple[str, ...],
    inviter: Actor,
    locale: str = "en",
    inviter_name: str = "",
    user: str | None = None,
    now: int,
) -> Invite:
    """Return an invite born accepted, with no seat of its own: its link leads a member to a password."""
    offer = offered(
        organization,
        email,
        roles=roles,
        locale=locale,
        inviter=inviter,
        inviter_name=inviter_name,
        life=WELCOME_LIFE,
        now=now,
    )
    return replace(offer, status=InviteStatus.ACCEPTED, accepted_at=now, user=user, welcome=True)


def seat_free(organization: Organization, request: Request, store: Store) -> None:
    """Refuse where members and pending invites fill the seats; an offer whose time is over holds none.

    Raises:
        SeatsTaken: they do; none of the oldest hundred offers is over.
        ConditionFailed: one was, and its seat is free now, or the organization moved; decide anew.
    """
    if organization.seats is None or organization.taken < organization.seats:
        return
    offers = store.invites(organization.id, InviteStatus.PENDING, limit=OLDEST, cursor=None).items
    over = next((offer for offer in offers if offer.expires_at <= request.now), None)
    if over is None:
        if store.organization(organization.id) != organization:
            # What else the decision rests on was read while members or offers moved: it may be none.
            raise ConditionFailed
        raise SeatsTaken(seats=organization.seats, taken=organization.taken)
    expire(organization.id, over.id, request=request, store=store)
    raise ConditionFailed


@decided_anew
def revoke(organization: str, invite_id: str, *, request: Request, store: Store) -> Invite:
    """Take an offer back. It touches the invite alone, never a membership.

    Raises:
        InviteClosed: it was accepted.
    """
    actor, admin = standing(request.caller, organization, store)
    before = store.invite(organization, invite_id)
    if before.status is InviteStatus.ACCEPTED:
        raise InviteClosed
    if before.status is InviteStatus.REVOKED:
        return before
    ended = _ended(before, InviteStatus.REVOKED)
    store.commit(
        ended, writes.audited(request.audit(organization, actor, Action.INVITE_REVOKE, before.id)), admin
    )
    return store.invite(organization, invite_id)


@decided_anew
def expire(organization: str, invite_id: str, *, request: Request, store: Store) -> None:
    """Carry out the end of an invite whose time is over: seat and address are free again."""
    before = store.invite(organization, invite_id)
    if not before.active or before.expires_at > request.now:
        return
    action = request.audit(organization, SWEEP, Action.INVITE_EXPIRE, before.id)
    store.commit(_ended(before, InviteStatus.EXPIRED), writes.audited(action))


def closed(before: Invite, status: InviteStatus) -> list[Write]:
    """Return the writes that end an invite; the organization's counters are for the caller to move."""
    ended = writes.changed(before, replace(before, status=status, due=None))
    return [ended, writes.free_address(before)] if before.active else [ended]


def withdrawn(organization: str, held: str, store: Store) -> list[Write]:
    """Return the writes that end the offer which holds an address: its person joins in another way.

    Raises:
        ConditionFailed: it ended since its address was looked up, and its seat is free; decide anew.
    """
    before = store.invite(organization, held)
    if not before.active:
        raise ConditionFailed
    return closed(before, InviteStatus.REVOKED)


def _ended(before: Invite, status: InviteStatus) -> list[Write]:
    """Return the writes that end an invite and free its seat."""
    freed = organization_writes.counted(before.organization, taken=-1, pending=-1, grants=False)
    return [*closed(before, status), *([freed] if before.active else [])]


def _expire_if_over(organization: str, invite_id: str, request: Request, store: Store) -> None:
    held = store.invite(organization, invite_id)
    if held.expires_at > request.now:
        raise InvitePending(invite=held.id)
    expire(organization, invite_id, request=request, store=store)
