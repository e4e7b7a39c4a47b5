"""Adding somebody as a member at once, without an offer."""

from dataclasses import replace
from typing import TYPE_CHECKING

from guestlist import conditions, organization_writes, writes
from guestlist.access import standing
from guestlist.audit_records import Action
from guestlist.budgets import Budgets, Share
from guestlist.errors import AlreadyMember
from guestlist.invites import seat_free, welcome, withdrawn
from guestlist.joining import joined, new_user, not_member_by
from guestlist.members import member
from guestlist.organizations import active, key_first, made_before, offers, signs_in_by
from guestlist.records import Invite, Membership
from guestlist.request import Request
from guestlist.store import Store, decided_anew

if TYPE_CHECKING:
    # Pydantic is for whoever reads bodies; the projector and the sweep start without it.
    from guestlist.bodies import MemberRequest


def add_member(
    organization: str,
    asked: "MemberRequest",
    *,
    request: Request,
    connection: str,
    budgets: Budgets,
    store: Store,
) -> tuple[Membership, Invite | None]:
    """Make somebody a member at once; with `welcome`, a mail's link leads to setting a password.

    Raises:
        Unacceptable: the organization does not allow the address's domain, or gives no such role.
        AlreadyMember: they are in, `user` names them.
        SeatsTaken, OrganizationSuspended, TooManyOrganizations: it cannot be.
        BudgetExhausted: it may come to a mail, and today no more may be sent.
    """
    offer = welcome(
        organization,
        asked.email,
        roles=tuple(asked.roles),
        locale=asked.locale,
        inviter=request.caller.actor,
        inviter_name=asked.inviter_name,
        now=request.now,
    )
    return _add(
        offer,
        budgets.share(request),
        request=request,
        common=connection,
        named=asked.connection,
        welcomed=asked.welcome,
        store=store,
    )


@decided_anew
def _add(
    offer: Invite,
    share: Share,
    *,
    request: Request,
    common: str,
    named: str,
    welcomed: bool,
    store: Store,
) -> tuple[Membership, Invite | None]:
    organization, roles = offer.organization, offer.roles
    actor, admin = standing(request.caller, organization, store, gives=roles)
    if made := made_before(request, store):
        return member(organization, made, store), None
    with key_first(request, store):
        place = active(organization, store)
        offers(place, offer.email, roles)
        connection = signs_in_by(place, offer.email, common=common, named=named)
        user = store.user_by_email(connection.name, offer.email) or new_user(
            connection, offer.email, request.now
        )
        present = store.membership(organization, user.id)
        if present and present.stands:
            raise AlreadyMember(user=user.id)
        apart = [not_member_by(place.origin, place, offer.email, store)] if place.origin else []
        held = store.active_invite(organization, user.email)
        if not held:
            seat_free(place, request, store)
        joining = joined(
            user,
            organization,
            roles,
            inviter=actor,
            welcomed=welcomed,
            store=store,
            now=request.now,
        )
        if held:
            revoked = request.audit(organization, actor, Action.INVITE_REVOKE, held)
            offered = [*withdrawn(organization, held, store), writes.audited(revoked)]
        else:
            offered = [conditions.still_not_invited(organization, user.email)]
        offer = replace(offer, user=user.id, locale=offer.locale or place.locale)
        # Without a welcome it comes to one where the address is that of an account that nobody proved.
        mails = welcomed or (joining.user.unproved and request.caller.organization is not None)
        mailed = share.spend(place, user.email) if mails else None
        counts = organization_writes.counted(
            organization,
            mailed=mailed,
            taken=0 if held else 1,
            pending=-1 if held else 0,
            admins=joining.admins,
            grants=True,
            as_read=place,
        )
        action = request.audit(organization, actor, Action.MEMBER_ADD, user.id)
        remembered = writes.remember(request.key, user.id, request.now)
        greeting = writes.new_invite(offer) if welcomed else []
        audited = writes.audited(action)
        store.commit(joining.writes, apart, offered, greeting, counts, audited, admin, remembered)
    return joining.membership, offer if welcomed else None
