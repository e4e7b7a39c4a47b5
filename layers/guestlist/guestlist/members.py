"""Members: their roles, and deprovisioning from an organization."""

from dataclasses import replace

from guestlist import organization_writes, writes
from guestlist.access import standing
from guestlist.audit_records import Action, Actor
from guestlist.errors import LastAdmin, MemberMoved, NotFound, Stale
from guestlist.organization_records import OrganizationStatus
from guestlist.organizations import active, offers
from guestlist.profile import counting, counts_as_admin, with_membership, without_membership
from guestlist.receipt_records import Receipt, Terms
from guestlist.receipts import beside, opened, shown_again, with_receipt
from guestlist.records import Membership, MembershipStatus, User
from guestlist.request import Request
from guestlist.store import Store, decided_anew
from guestlist.table import ConditionFailed, Write


def member(organization: str, user: str, store: Store) -> Membership:
    """Return a membership that stands, or raise NotFound."""
    found = store.membership(organization, user)
    if found is None or not found.stands:
        raise NotFound
    return found


@decided_anew
def change_roles(
    organization: str, user: str, roles: tuple[str, ...], *, seen: int, request: Request, store: Store
) -> Membership:
    """Give a member these roles in place of those they have.

    Raises:
        Unacceptable: the organization gives no such role.
        Stale: `seen` is not the membership's version.
        MemberMoved: another user has their seat by now, `user` names them.
        LastAdmin: nobody would be an admin any more.
    """
    before, place = member(organization, user, store), active(organization, store)
    offers(place, None, roles, had=before.roles)
    # The move is what changed it, and the caller is to know where the person went.
    if before.successor:
        raise MemberMoved(user=before.successor)
    if before.version != seen:
        raise Stale
    return _changed(before, replace(before, roles=roles), Action.MEMBER_CHANGE, request, store)


@decided_anew
def deprovision(
    organization: str, user: str, *, terms: Terms | None = None, request: Request, store: Store
) -> Membership:
    """Take a member off the organization's list; what they have in others stays. Twice is the same.

    Whoever has moved to another user meanwhile is meant as well: it is the person who is taken off. With
    `terms` there is a receipt, which the tombstone names.

    Raises:
        NotFound: they never were a member.
        LastAdmin: nobody would be an admin any more.
    """
    before = store.membership(organization, user)
    if before is None:
        raise NotFound
    if before.successor:
        moved = deprovision(organization, before.successor, terms=terms, request=request, store=store)
        left = leave(organization, user, terms=terms, request=request, store=store)
        return moved if terms and not left.receipt else left
    if before.status is MembershipStatus.REMOVED:
        return shown_again(before, terms, request, store) if terms else before
    return _removed(before, terms, request, store)


@decided_anew
def leave(
    organization: str, user: str, *, terms: Terms | None = None, request: Request, store: Store
) -> Membership:
    """Close the old door behind a person whose seat is another user's by now. Twice is the same."""
    before = store.membership(organization, user)
    if before is None or before.successor is None:
        raise NotFound
    return _removed(before, terms, request, store) if before.stands else before


def _removed(before: Membership, terms: Terms | None, request: Request, store: Store) -> Membership:
    receipt = opened(before, terms, request) if terms else None
    after = replace(before, status=MembershipStatus.REMOVED, receipt=receipt.id if receipt else None)
    return _changed(before, after, Action.MEMBER_REMOVE, request, store, receipt=receipt)


def _changed(
    before: Membership,
    after: Membership,
    action: Action,
    request: Request,
    store: Store,
    *,
    receipt: Receipt | None = None,
) -> Membership:
    """Change a membership that stands, in the truth and for its projection.

    Return it as it was made to be: by the time it would be read again, somebody else may have changed it.
    """
    organization, now = before.organization, request.now
    gives = set(after.roles) - set(before.roles)
    actor, admin = standing(request.caller, organization, store, gives=gives)
    removed = after.status is MembershipStatus.REMOVED
    user = store.user(before.user)
    projected = (
        without_membership(user, organization, now)
        if removed
        else counting(user, with_membership(user, organization, after.roles, now), organization)
    )
    former, others = _former(after, store), None
    if receipt:
        receipt, others = beside(receipt, former) if former else (receipt, None)
        projected = with_receipt(projected, receipt, now)
    gained = counts_as_admin(projected, organization) - counts_as_admin(user, organization)
    leaves = gained < 0 and _may_lose_its_last(organization, user, store)
    done = replace(after, changed_at=now, user_version=user.version + 1)
    changing = [
        writes.changed(before, done),
        writes.changed(user, projected),
        organization_writes.counted(
            organization,
            taken=-int(removed and not before.successor),
            admins=gained,
            grants=not removed,
            to_the_last=leaves,
        ),
        writes.audited(request.audit(organization, actor, action, before.user)),
        *([writes.new_receipt(receipt)] if receipt else []),
    ]
    followed = along(done, actor, action, request, store, receipt=others)
    # Of one's own membership, behind either door, the change itself says that it stands as it was read.
    own = {before.user, before.predecessor} if followed else {before.user}
    store.commit(changing, followed, [] if actor.user in own else admin)
    return replace(done, version=before.version + 1)


def _former(membership: Membership, store: Store) -> Membership | None:
    """Return the same person's membership behind a door that is not closed yet."""
    before = membership.predecessor
    found = store.membership(membership.organization, before) if before else None
    return found if found and found.stands else None


def along(
    after: Membership,
    actor: Actor,
    action: Action,
    request: Request,
    store: Store,
    *,
    receipt: Receipt | None = None,
) -> list[Write]:
    """Return the writes that have a change hold for the same person behind a door that is not closed yet."""
    organization, now, former = after.organization, request.now, _former(after, store)
    if former is None:
        return []
    user = store.user(former.user)
    changed = (
        with_membership(user, organization, after.roles, now)
        if after.stands
        else without_membership(user, organization, now)
    )
    done = replace(
        former,
        status=after.status,
        roles=after.roles,
        receipt=receipt.id if receipt else former.receipt if after.stands else None,
        changed_at=now,
        user_version=user.version + 1,
    )
    audit = request.audit(organization, actor, action, former.user)
    recorded = [writes.changed(former, done), writes.audited(audit)]
    if receipt is None:
        return [*recorded, writes.changed(user, changed)]
    return [
        *recorded,
        writes.changed(user, with_receipt(changed, receipt, now)),
        writes.new_receipt(receipt),
    ]


def _may_lose_its_last(organization: str, user: User, store: Store) -> bool:
    """Tell whether an organization may lose its last admin: only as everybody leaves it.

    Raises:
        LastAdmin: this one is its last, and it may not.
        ConditionFailed: the user moved since they were read, and may be its admin no more; decide anew.
    """
    place = store.organization(organization)
    if place.status is OrganizationStatus.OFFBOARDING:
        return True
    if place.admins <= 1:
        if store.user(user.id).version != user.version:
            raise ConditionFailed
        raise LastAdmin
    return False
