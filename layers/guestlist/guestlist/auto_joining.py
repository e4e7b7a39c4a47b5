"""Joining by a domain: who becomes a member by themselves, at their first login by an own connection."""

from guestlist import writes
from guestlist.audit_records import Action
from guestlist.invites import withdrawn
from guestlist.joining import joined
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
) -> User | None:
    """Make somebody a member whom their domain lets in, if there is a seat; None: nobody lets them in.

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
    roles = auto_joins(place, email, store, user=person.id if person.version else None)
    if roles is None:
        return None
    if invite is None and place.seats is not None and place.taken >= place.seats:
        if store.organization(place.id) != place:
            # The offer that held the last seat may have been theirs, and be gone since.
            raise ConditionFailed
        return None
    store.commit(
        writes.still_lets_in(place.id, email.rpartition("@")[2], roles),
        *_joining(person, place, roles, invite, request=request, store=store),
    )
    return store.user(person.id)


def auto_joins(place: Organization, email: str, store: Store, *, user: str | None) -> tuple[str, ...] | None:
    """Return the roles with which somebody becomes a member by themselves; None: they do not.

    It is nobody who could not be invited, and no role that the organization gives no more.

    Args:
        place: whose own connection they came by.
        email: normalised, and verified by that connection.
        store: where it is looked up.
        user: their id, if there is a user with this address in that connection: who is a member, or was
            one and was removed, does not join; nor who was removed as a user of another own connection.
    """
    found = store.domain(place.id, email.rpartition("@")[2])
    if found is None or not (found.is_proved and found.auto_join):
        return None
    if user is not None and store.membership(place.id, user) is not None:
        return None
    if not allows(place, email) or _was_removed(place, email, store):
        return None
    return tuple(role for role in found.roles if gives(place, role))


def _was_removed(place: Organization, email: str, store: Store) -> bool:
    """Tell whether somebody with an address was taken off the list, by whichever own connection they came."""
    names = {connection.name for connection in place.connections} | {place.origin or ""}
    for name in names - {""}:
        user = store.user_by_email(name, email)
        membership = store.membership(place.id, user.id) if user else None
        if membership is not None and not membership.stands and membership.successor is None:
            return True
    return False


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
    offered = [writes.still_not_invited(organization, person.email)]
    if invite is not None:
        revoked = request.audit(organization, actor, Action.INVITE_REVOKE, invite.id)
        offered = [*withdrawn(organization, invite.id, store), writes.audited(revoked)]
    counts = writes.counted(
        organization,
        taken=0 if invite else 1,
        pending=-1 if invite else 0,
        admins=joining.admins,
        grants=True,
        as_read=place,
    )
    action = request.audit(organization, actor, Action.MEMBER_JOIN, person.id)
    return [*joining.writes, *offered, counts, writes.audited(action)]
