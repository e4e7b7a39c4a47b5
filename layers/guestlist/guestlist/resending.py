"""Resending an invite: a new link, by mail or in the answer; the old one is dead."""

from dataclasses import replace

from guestlist import organization_writes, writes
from guestlist.access import sees_links, standing
from guestlist.audit_records import Action
from guestlist.budgets import Budgets, Share
from guestlist.errors import InviteClosed, InvitePending, Unacceptable
from guestlist.invites import MAIL_GRACE, seat_free
from guestlist.joining import not_member
from guestlist.mail_records import MailState
from guestlist.organization_records import Organization
from guestlist.organizations import active, joins_by, offers
from guestlist.records import Invite, InviteStatus
from guestlist.request import Request
from guestlist.store import Store, decided_anew
from guestlist.table import Write


def resend(
    organization: str, invite_id: str, *, request: Request, connection: str, budgets: Budgets, store: Store
) -> Invite:
    """Send a new link, whose life starts now; the old link is dead. Who resends it is its inviter now.

    An invite that has expired is renewed, if seat and address are free. That it is resent is somebody's word
    that its address shall be mailed again if a mail bounced from there. One that was made
    without a mail goes without one again, if the caller may have the link.

    Raises:
        InviteClosed: it was accepted or revoked, and is not the welcome of somebody who is a member still.
        AlreadyMember, InvitePending, SeatsTaken: it expired, and cannot be renewed.
        BudgetExhausted: today no more may be mailed.
    """
    share = budgets.share(request)
    return _resend(organization, invite_id, share, request=request, connection=connection, store=store)


@decided_anew
def _resend(
    organization: str, invite_id: str, share: Share, *, request: Request, connection: str, store: Store
) -> Invite:
    before = store.invite(organization, invite_id)
    actor, admin = standing(request.caller, organization, store, gives=before.roles)
    place = active(organization, store)
    offers(place, before.email, before.roles)
    if not (_welcomes(before, store) or before.status in {InviteStatus.PENDING, InviteStatus.EXPIRED}):
        raise InviteClosed
    silent = before.silent and sees_links(request.caller)
    ends = request.now + before.life
    again = replace(
        before,
        inviter=actor,
        generation=before.generation + 1,
        status=before.status if before.welcome else InviteStatus.PENDING,
        expires_at=ends,
        mail=MailState.NONE if silent else MailState.QUEUED,
        mail_detail="",
        mailing_until=0,
        attempts=0,
        due=ends if silent else request.now + MAIL_GRACE,
    )
    renewal, taken = list[Write](), 0
    if before.status is InviteStatus.EXPIRED:
        if held := store.active_invite(organization, before.email):
            raise InvitePending(invite=held)
        apart = not_member(place, _ways_in(place, before, connection), before.email, store)
        seat_free(place, request, store)
        renewal, taken = [writes.hold_address(before), *apart], 1
    mailed = None if silent else share.spend(place, before.email)
    counts = organization_writes.counted(
        organization, taken=taken, pending=taken, mailed=mailed, grants=True, as_read=place
    )
    action = request.audit(organization, actor, Action.INVITE_RESEND, before.id)
    store.commit(writes.changed(before, again), renewal, counts, writes.audited(action), admin)
    return replace(again, version=before.version + 1)


def _ways_in(place: Organization, invite: Invite, common: str) -> list[str]:
    """Return the connection by which an invitee joins; all, where their first login is to tell by which.

    Raises:
        Unacceptable: the organization has the offer's connection no more.
    """
    try:
        return [joins_by(place, invite, common).name]
    except Unacceptable:
        if (invite.connection or common) != place.origin:
            raise
        return [own.name for own in place.current_connections]


def _welcomes(invite: Invite, store: Store) -> bool:
    """Tell whether its link leads somebody to a password who was made a member at once, and is one still."""
    if not (invite.welcome and invite.user and invite.status is InviteStatus.ACCEPTED):
        return False
    membership = store.membership(invite.organization, invite.user)
    return membership is not None and membership.stands
