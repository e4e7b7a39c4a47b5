"""Accounts that somebody linked into others at Auth0, which discards their metadata and takes their ids away.

Whoever signs in by such an account is the primary account's user from then on. So what the account's user is
a member of moves to that user, one organization after the other; or, where the primary account is nobody's of
ours and its address is proved to be theirs, it becomes the user's own.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from aws_lambda_powertools import Logger

from guestlist import conditions, organization_writes, writes
from guestlist.adoption import PROJECTOR
from guestlist.audit_records import Action
from guestlist.clock import clock
from guestlist.errors import LastAdmin
from guestlist.invites import withdrawn
from guestlist.leases import Told
from guestlist.members import deprovision
from guestlist.organization_records import Organization
from guestlist.profile import adopted, counts_as_admin, leaving_out, names_in, without_membership
from guestlist.records import Halt, Membership, MembershipStatus, User
from guestlist.request import Request, projector_request
from guestlist.store import Store, decided_anew
from guestlist.table import ConditionFailed, Write

if TYPE_CHECKING:
    # The sweep backs off as a lease does, and starts without an HTTP client.
    from guestlist.auth0 import Account, Auth0

LINKED = "account_linked"
"""The account is inside another one. If its user is a member of something still, a person must decide."""
UNPROVED = "account_linked_unproved"
"""The other account's address is not the user's, or nobody proved it: it may be anyone's."""

logger = Logger(child=True)


class Followed(NamedTuple):
    """What came of following an account into another one; `told` is None where there is something to tell."""

    user: User
    told: Told | None = None
    heir: str | None = None
    """The user who has the memberships now, and is to be projected."""


def primary_of(account: str, auth0: "Auth0") -> "Account | None":
    """Return the account into which another one was linked, as it stands now; None if it is in none.

    Auth0's search may be behind, so what it finds is read by its id, and what it does not find may be there.
    """
    for found in auth0.users_with_identity(account.partition("|")[2]):
        primary = auth0.user(found["user_id"]) if _holds(found, account) else None
        if primary is not None and _holds(primary, account):
            return primary
    return None


def _holds(primary: "Account", account: str) -> bool:
    linked = primary["identities"][1:]
    return any(f"{identity['provider']}|{identity['user_id']}" == account for identity in linked)


def noted(user: User, primary: str, store: Store, *, owner: str | None = None) -> User:
    """Record into which account a user's was linked, so that it is followed whoever dies on the way.

    `owner` has the lease on the user; without one nobody has.

    Raises:
        ConditionFailed: the user moved, or somebody is at it.
    """
    free = "#lease_owner = :owner" if owner else "attribute_not_exists(#lease_owner)"
    values = {"owner": owner} if owner else {}
    after = replace(user, linked_into=primary, due=clock.now())
    return store.amended(user, after, when=f"#version = :seen AND {free}", seen=user.version, **values)


def follow(user: User, request_id: str, store: Store, auth0: "Auth0") -> Followed:
    """Follow a user's account into the one that it was linked into.

    Raises:
        ConditionFailed: the user moved meanwhile.
    """
    primary = auth0.user(user.linked_into)
    owner = store.user_by_account(user.linked_into)
    if primary is None or not _holds(primary, user.account) or owner == user.id:
        # It was unlinked again.
        return Followed(_let_go(user, store))
    if owner is None:
        return _bound(user, primary, store)
    heir = store.user(owner)
    if not heir.created or heir.halt:
        return _missing(user, LINKED)
    request = projector_request(request_id, clock.now())
    for name in sorted(user.organizations):
        _move(user.id, heir.id, name, request, store)
    after = store.user(user.id)
    if after.organizations.keys() - user.organizations.keys():
        # They joined something meanwhile, which moves as well.
        raise ConditionFailed
    _repoint(after, heir, store)
    return _missing(after, LINKED, heir=heir.id)


def _missing(user: User, code: str, heir: str | None = None) -> Followed:
    logger.info("an account was linked into another", user=user.id, heir=heir, left=len(user.organizations))
    return Followed(user, Told(exists=False, halt=Halt.MISSING, halt_code=code), heir)


def _let_go(user: User, store: Store) -> User:
    return store.amended(
        user, replace(user, linked_into=""), when="#linked_into = :was", was=user.linked_into
    )


def _bound(user: User, primary: "Account", store: Store) -> Followed:
    """Make the primary account the user's, if its address is theirs and proved, as an adoption would."""
    by = str(primary["identities"][0]["connection"])
    if not all(_admits(store.organization(name), by) for name in user.organizations):
        return _missing(user, LINKED)
    if not primary.get("email_verified") or str(primary.get("email", "")).lower() != user.email:
        return _missing(user, UNPROVED)
    name = str(primary["user_id"])
    after = replace(adopted(user, name, names_in(primary)), linked_into="", due=clock.now())
    store.commit(writes.changed(user, after), writes.rebound(user, name))
    return Followed(store.user(user.id))


def _admits(place: Organization, connection: str) -> bool:
    """Tell whether members of an organization may come by a connection: by its own alone, if it has some."""
    return not place.connections or connection in {own.name for own in place.connections}


@decided_anew
def _move(former: str, heir: str, organization: str, request: Request, store: Store) -> None:
    """Give one membership to the primary account's user, with its seat and roles, once.

    It stays where the organization's own connections are its only doors, and where it is moving itself. Who
    removed the heir there after the user had joined meant the person.
    """
    before, place = store.membership(organization, former), store.organization(organization)
    if before is None or not before.stands or not _admits(place, store.user(heir).connection):
        return
    if before.successor or (before.predecessor and _stands(organization, before.predecessor, store)):
        return
    present = store.membership(organization, heir)
    if present and not present.stands and present.changed_at >= before.created_at:
        try:
            deprovision(organization, former, request=request, store=store)
        except LastAdmin:
            logger.warning("the last admin stays one", organization=organization, user=heir)
        else:
            return
    store.commit(*_moved(before, present, place, request, store, heir=store.user(heir)))


def _stands(organization: str, user: str, store: Store) -> bool:
    found = store.membership(organization, user)
    return found is not None and found.stands


def _moved(
    before: Membership,
    present: Membership | None,
    place: Organization,
    request: Request,
    store: Store,
    *,
    heir: User,
) -> list[Write]:
    """Return the writes that give a membership to the heir; if they are a member already, a seat is free."""
    organization, now, user = place.id, request.now, store.user(before.user)
    both = present is not None and present.stands
    had = present.roles if present and both else ()
    roles = tuple(sorted({*had, *before.roles}))
    taken_along = replace(heir, organizations={**heir.organizations, organization: roles})
    after = leaving_out(taken_along, organization, leaves=place.leaves_out, now=now)
    gone = without_membership(user, organization, now)
    held = store.active_invite(organization, heir.email)
    removed = replace(
        before,
        status=MembershipStatus.REMOVED,
        successor=heir.id,
        receipt=None,
        changed_at=now,
        user_version=user.version + 1,
    )
    counts = organization_writes.counted(
        organization,
        taken=-int(both) - bool(held),
        pending=-bool(held),
        admins=counts_as_admin(after, organization)
        - counts_as_admin(heir, organization)
        - counts_as_admin(user, organization),
        grants=False,
        left_out=place.leaves_out,
    )
    done = [(Action.MEMBER_MOVE, heir.id)] + ([(Action.INVITE_REVOKE, held)] if held else [])
    return [
        writes.changed(before, removed),
        writes.changed(user, gone),
        writes.changed(heir, after),
        _membership(before, present, heir, roles, now),
        *(withdrawn(organization, held, store) if held else [_not_invited(organization, heir)]),
        counts,
        *(writes.audited(request.audit(organization, PROJECTOR, *one)) for one in done),
    ]


def _not_invited(organization: str, heir: User) -> Write:
    return conditions.still_not_invited(organization, heir.email)


def _membership(
    before: Membership, present: Membership | None, heir: User, roles: tuple[str, ...], now: int
) -> Write:
    """Return the write of the heir's membership: theirs, if they are in already, else the one that moves."""
    kept = present if present and present.stands else before
    after = replace(
        kept,
        user=heir.id,
        email=heir.email,
        roles=roles,
        version=present.version if present else 1,
        user_version=heir.version + 1,
        successor=None,
        predecessor=None,
        changed_at=now,
    )
    return writes.changed(present, after) if present else writes.new_membership(after)


def _repoint(user: User, heir: User, store: Store) -> None:
    """Have whoever adds or invites the address of a user with no place left mean the heir from now on.

    Raises:
        ConditionFailed: somebody else did so.
    """
    known = store.user_by_email(user.connection, user.email)
    leads = not user.organizations and user.connection == heir.connection
    if leads and known and known.id == user.id:
        store.commit(writes.repointed(user, heir))
