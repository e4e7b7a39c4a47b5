"""Transfers, in an organization that moves: a member's roles and seat go from its old door to the new one.

A user is an identity in one connection, so behind the new door the person is another user, whose account
comes with its first login. Until the old door closes they may come by either.
"""

from dataclasses import replace

from guestlist import conditions, organization_writes, writes
from guestlist.account_ids import may_have
from guestlist.audit_records import Action
from guestlist.errors import AccountTaken, Unacceptable
from guestlist.invites import withdrawn
from guestlist.joining import joined, new_user
from guestlist.members import member
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.organizations import active, signs_in_by
from guestlist.profile import counts_as_admin, left_behind
from guestlist.provisioning_records import Connection, Kind, MoveState
from guestlist.records import Halt, Membership, User
from guestlist.request import Request
from guestlist.store import Store, decided_anew

HINT_FIRST = 20
"""Seconds for which the queue's hint has the first word, before the sweep repeats it."""


HAS_COME = "They have come by another account. Delete it at Auth0; once the member is `missing`, link again."


@decided_anew
def transfer(
    organization: str, user_id: str, *, by: Connection | None = None, request: Request, store: Store
) -> Membership | None:
    """Give a member their place behind the new door, once, and return it.

    None: there is nobody to move, or nobody can tell by which connection they are to come. `by` is the one
    by which they are here.
    """
    place, before = store.organization(organization), store.membership(organization, user_id)
    if (
        before is None
        or not before.stands
        or before.successor
        or place.status is not OrganizationStatus.ACTIVE
    ):
        return None
    user = store.user(user_id)
    if user.connection != place.origin:
        return None
    connection = _comes_by(place, user.email, by)
    if connection is None:
        return None
    heir = _heir(connection, user.email, request, store)
    held = store.membership(organization, heir.id)
    if held is not None and not held.stands:
        return None  # they were removed there by hand, and do not come back by this
    return _moved(place, before, user, heir, request=request, store=store)


@decided_anew
def link(
    organization: str, user_id: str, account: str, named: str, *, request: Request, store: Store
) -> Membership:
    """Say which account at an own identity provider is a member's; it is theirs at its first login.

    The one case in which the address's domain need not be proved. A member who has but the old door is moved
    by it. Who has come by another account, as before the provider named them anew, is linked once that one is
    gone: as long as it is there, the door lets its person in.

    Raises:
        NotFound: they are no member.
        OrganizationSuspended, OrganizationNotReady: nothing can be granted now.
        Unacceptable: the organization has no identity provider, it was not said which of several it is, or
            the account is not of that one.
        AccountTaken: the account is another person's, or the user has signed in with another one.
    """
    place, before = active(organization, store), member(organization, user_id, store)
    if before.successor:
        return link(organization, before.successor, account, named, request=request, store=store)
    if place.kind is not Kind.ENTERPRISE:
        detail = "is for members of organizations with identity providers of their own"
        raise Unacceptable(errors=[{"pointer": "#", "detail": detail}])
    user, owner = store.user(user_id), store.user_by_account(account)
    connection = signs_in_by(place, user.email, common="", named=named)
    if not may_have(connection, account):
        detail = f"is no account of the connection {connection.name}"
        raise Unacceptable(errors=[{"pointer": "#/account", "detail": detail}])
    if owner == user.id:
        return before
    if user.connection == place.origin:
        heir = store.user(owner) if owner else _heir(connection, user.email, request, store)
        bound = heir.created and owner is None
        if bound or heir.connection != connection.name or _has_anothers_seat(heir, user, place.id, store):
            raise AccountTaken
        _moved(place, before, user, heir, request=request, store=store)
        return link(organization, heir.id, account, named, request=request, store=store)
    if user.created:
        raise AccountTaken(HAS_COME)
    if owner or user.connection != connection.name:
        raise AccountTaken
    awaited = replace(user, account=account, halt=Halt.AWAITING_LOGIN, halt_code="", linked_into="")
    audit = request.audit(organization, request.caller.actor, Action.MEMBER_LINK, user.id)
    store.commit(
        writes.changed(user, awaited),
        writes.rebound(user, account),
        conditions.still_active(organization),
        writes.audited(audit),
    )
    return before


def _comes_by(place: Organization, email: str, by: Connection | None) -> Connection | None:
    """Return a member's connection behind the new door: if none can be told, that by which they are here.

    Where one or more have the address's domain, it is none of the others.
    """
    try:
        return signs_in_by(place, email, common="")
    except Unacceptable:
        domain = email.partition("@")[2]
        theirs = [own for own in place.current_connections if domain in own.domains]
        return by if by in theirs or not theirs else None


def _heir(connection: Connection, email: str, request: Request, store: Store) -> User:
    found = store.user_by_email(connection.name, email)
    return found or new_user(connection, email, request.now)


def _has_anothers_seat(heir: User, user: User, organization: str, store: Store) -> bool:
    """Tell whether somebody behind the new door came from another seat than the user's, so is not them.

    Who joined behind the new door alone may be the same person by another address.
    """
    present = store.membership(organization, heir.id)
    return present is not None and present.predecessor not in {None, user.id}


def _reopened(place: Organization, store: Store, now: int) -> None:
    """Have the old door closed once more: somebody is going to leave it after all others did.

    Raises:
        ConditionFailed: the organization changed meanwhile.
    """
    if place.move and place.move.state is MoveState.DONE:
        again = replace(place.move, state=MoveState.CLOSING, cursor=None)
        after = replace(place, move=again, due=now + HINT_FIRST, attempts=0, progressed_at=now)
        store.amended(place, after, when="#version = :seen", seen=place.version)


@decided_anew
def recounted(removed: Membership, *, store: Store, now: int) -> bool:
    """Have those counted again who are not moved, if one was removed after all was done; tell whether."""
    place = store.organization(removed.organization)
    over = place.move is not None and place.move.state is MoveState.DONE and place.move.unmoved > 0
    if not over or removed.stands or store.user(removed.user).connection != place.origin:
        return False
    _reopened(place, store, now)
    return True


def _moved(
    place: Organization, before: Membership, user: User, heir: User, *, request: Request, store: Store
) -> Membership:
    """Give the seat to another user of the same person, with what both have of roles and offers."""
    organization, now = place.id, request.now
    _reopened(place, store, now)
    present = store.membership(organization, heir.id)
    stands = present is not None and present.stands
    roles = dict.fromkeys((*before.roles, *(present.roles if present and stands else ())))
    joining = joined(
        heir,
        organization,
        tuple(roles),
        inviter=before.inviter if user.unproved else None,
        predecessor=user.id,
        store=store,
        now=now,
    )
    held = store.active_invite(organization, user.email)
    offered = (
        withdrawn(organization, held, store)
        if held
        else [conditions.still_not_invited(organization, user.email)]
    )
    counts = organization_writes.counted(
        organization,
        taken=-int(stands) - bool(held),
        pending=-bool(held),
        admins=joining.admins - counts_as_admin(heir, organization) - counts_as_admin(user, organization),
        grants=True,
        moving=True,
        as_read=joining.place,
    )
    done = [(Action.MEMBER_MOVE, heir.id)] + ([(Action.INVITE_REVOKE, held)] if held else [])
    actor = request.caller.actor
    store.commit(
        writes.changed(before, replace(before, successor=heir.id, changed_at=now)),
        writes.left_behind(user, left_behind(user, organization)),
        joining.writes,
        offered,
        counts,
        [writes.audited(request.audit(organization, actor, action, subject)) for action, subject in done],
    )
    return joining.membership
