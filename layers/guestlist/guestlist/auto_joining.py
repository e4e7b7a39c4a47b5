"""Joining by a domain: who becomes a member by themselves, at their first login by an own connection."""

from guestlist import conditions, organization_writes, writes
from guestlist.audit_records import Action
from guestlist.domain_records import Domain
from guestlist.invites import withdrawn
from guestlist.joining import granted, joined
from guestlist.names import ADMIN
from guestlist.organization_records import Organization
from guestlist.organizations import allows, gives
from guestlist.records import Invite, User
from guestlist.request import Request
from guestlist.store import Store
from guestlist.table import ConditionFailed, Write


def let_in(
    person: User,
    place: Organization,
    email: str,
    invite: Invite | None,
    *,
    request: Request,
    store: Store,
) -> User | str:
    """Make somebody a member whom their domain lets in, if there is a seat; else say why they are nobody.

    It is nobody who could not be invited, and no role that the organization gives no more. Nor is it who is
    a member, or was one and was removed, as a user of whichever own connection: one address has one seat.

    Args:
        person: who they are, or will be.
        place: whose own connection they came by.
        email: normalised, and verified by that connection.
        invite: the offer that holds their address, which led nowhere, and is over then.
        request: the door's.
        store: where it is recorded.

    Raises:
        TooManyOrganizations: the profile has no room.
        ConditionFailed: something moved meanwhile; decide anew.
    """
    domain = store.domain(place.id, email.rpartition("@")[2])
    if domain is None or not (domain.is_proved and domain.auto_join):
        return "nobody awaits them"
    if not allows(place, email):
        return "the organization does not allow the domain"
    alone = _alone(person, place, email, store)
    if alone is None:
        return "the address is, or was, a member's by one of the organization's connections"
    if invite is None and place.seats is not None and place.taken >= place.seats:
        if store.organization(place.id) != place:
            # The offer that held the last seat may have been theirs, and be gone since.
            raise ConditionFailed
        return "all seats are taken"
    roles, vouched = _given(domain, place, store)
    store.commit(
        conditions.still_lets_in(domain),
        vouched,
        alone,
        *_joining(person, place, roles, invite, request=request, store=store),
    )
    return store.user(person.id)


def _given(domain: Domain, place: Organization, store: Store) -> tuple[tuple[str, ...], list[Write]]:
    """Return the roles that a domain gives now, and what that relies on.

    Of an admin who is one no more the role `admin` is worth nothing, as in their invites; the others are
    what the organization has its people come with, whoever said so.
    """
    roles = tuple(role for role in domain.roles if gives(place, role))
    if ADMIN not in roles:
        return roles, []
    vouched = granted(place.id, domain.grantor, store)
    if vouched is None:
        return tuple(role for role in roles if role != ADMIN), []
    return roles, vouched


def _alone(person: User, place: Organization, email: str, store: Store) -> list[Write] | None:
    """Return that nobody with an address was ever a member by another own connection; None: somebody was."""
    if person.version and store.membership(place.id, person.id):
        return None
    own = {*place.dropped, *(connection.name for connection in place.connections)}
    own.add(place.origin or person.connection)
    alone = list[Write]()
    for name in sorted(own - {person.connection}):
        user = store.user_by_email(name, email)
        if user and store.membership(place.id, user.id):
            return None
        alone.append(conditions.still_never_member(place.id, name, email, user.id if user else None))
    return alone


def _joining(
    person: User,
    place: Organization,
    roles: tuple[str, ...],
    invite: Invite | None,
    *,
    request: Request,
    store: Store,
) -> list[Write]:
    """Return the writes that make somebody a member by their domain; an offer that led nowhere is over."""
    actor, organization = request.caller.actor, place.id
    joining = joined(person, organization, roles, inviter=None, store=store, now=request.now)
    offered = [conditions.still_not_invited(organization, person.email)]
    if invite is not None:
        revoked = request.audit(organization, actor, Action.INVITE_REVOKE, invite.id)
        offered = [*withdrawn(organization, invite.id, store), writes.audited(revoked)]
    counts = organization_writes.counted(
        organization,
        taken=0 if invite else 1,
        pending=-1 if invite else 0,
        admins=joining.admins,
        grants=True,
        as_read=place,
    )
    action = request.audit(organization, actor, Action.MEMBER_JOIN, person.id)
    return [*joining.writes, *offered, counts, writes.audited(action)]
