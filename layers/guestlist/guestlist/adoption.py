"""Adoption of an account that was in the tenant before us: what it brings along, who has to prove what."""

from dataclasses import replace
from typing import TYPE_CHECKING

from guestlist import conditions, organization_writes, writes
from guestlist.accounts import Found
from guestlist.audit_records import Action, Actor, ActorKind
from guestlist.clock import clock
from guestlist.errors import NotFound
from guestlist.invites import welcome, withdrawn
from guestlist.names import is_organization
from guestlist.organization_records import NameState, Organization
from guestlist.profile import adopted, known_name, leaving_out, names_in, with_foreign_name
from guestlist.records import Halt, Membership, User
from guestlist.request import Request, projector_request
from guestlist.store import Store, decided_anew
from guestlist.table import Write

if TYPE_CHECKING:
    # The sweep backs off as a lease does, and starts without an HTTP client.
    from guestlist.auth0 import Account

PROJECTOR = Actor(ActorKind.PROJECTOR, "projector")


def bind(user: User, found: Found, store: Store) -> User | None:
    """Make an account the user's, with the names that it bears; None if it is another user's already.

    Raises:
        ConditionFailed: the user changed meanwhile.
    """
    account = found.account or {}
    name = str(account["user_id"])
    if store.user_by_account(name):
        return None
    after = adopted(user, name, names_in(account))
    if found.reset:
        reset, logins = account.get("last_password_reset", ""), account.get("logins_count", 0)
        after = replace(after, password_reset=reset, logins_before=logins)
    store.commit(writes.changed(user, after), writes.rebound(user, name))
    return store.user(user.id)


def before_joining(user: User, store: Store) -> User:
    """Return the user as before the acceptances and additions that Auth0 was not told of yet."""
    joined = [
        name
        for name in user.organizations
        if (membership := store.membership(name, user.id)) and membership.user_version > user.applied
    ]
    kept = {name: roles for name, roles in user.organizations.items() if name not in joined}
    return replace(user, organizations=kept, version=user.applied)


def take_over(user_id: str, request_id: str, store: Store) -> User:
    """Make memberships of the names that an adopted account bears and that are organizations of ours.

    They are without roles. Where a tombstone or the seats forbid it, or the account is gone, the name is
    dropped, and the organization's audit says so. A name that is nobody's stays, reserved.
    """
    for name in store.user(user_id).foreign:
        _take_over(user_id, name, request_id, store)
    return _taken_over(user_id, store)


@decided_anew
def _taken_over(user_id: str, store: Store) -> User:
    user = store.user(user_id)
    done = replace(user, adopting=False)
    return store.amended(user, done, when="#foreign = :seen", seen=list(user.foreign))


@decided_anew
def _take_over(user_id: str, name: str, request_id: str, store: Store) -> None:
    user, request = store.user(user_id), projector_request(request_id, clock.now())
    if name not in user.foreign:
        return
    try:
        organization = store.organization(name)
    except NotFound:
        if is_organization(name) and store.name_state(name) is not NameState.TAKEN:
            store.commit(organization_writes.reserve(name, user_id))
        return
    held = store.active_invite(name, user.email)
    room = bool(held) or organization.seats is None or organization.taken < organization.seats
    by_an_old_door = organization.origin == user.connection
    known = store.membership(name, user_id) is not None
    joins = room and not known and not by_an_old_door and user.halt is not Halt.MISSING
    after = known_name(user, name, joins=joins, now=request.now)
    if joins and organization.leaves_out:
        after = leaving_out(after, name, leaves=True, now=request.now)
    store.commit(
        writes.changed(user, after),
        organization_writes.unreserve(name, user_id),
        _joining(user, organization, held, request, store) if joins else [],
        _audited(request, name, Action.MEMBER_ADOPT if joins else Action.MEMBER_DROP, user_id),
    )


def _joining(
    user: User, place: Organization, held: str | None, request: Request, store: Store
) -> list[Write]:
    """Return the writes that make a name a membership; an offer that waits for the same person is over."""
    now, organization = request.now, place.id
    membership = Membership(
        organization=organization,
        user=user.id,
        email=user.email,
        roles=(),
        user_version=user.version + 1,
        created_at=now,
        changed_at=now,
    )
    if held:
        offered = [
            *withdrawn(organization, held, store),
            _audited(request, organization, Action.INVITE_REVOKE, held),
        ]
    else:
        offered = [conditions.still_not_invited(organization, user.email)]
    counts = organization_writes.counted(
        organization,
        taken=0 if held else 1,
        pending=-1 if held else 0,
        grants=False,
        left_out=place.leaves_out,
    )
    return [writes.new_membership(membership), *offered, counts]


def kept(user: User, account: "Account", store: Store) -> User:
    """Keep the names that somebody put into an account's array and that none of our organizations bears.

    They are reserved, as those of an account from before us are. A name of ours in it grants nothing.
    """
    for name in sorted({*names_in(account)} - {*user.organizations, *user.foreign}):
        _keep(user.id, name, store)
    return store.user(user.id)


@decided_anew
def _keep(user_id: str, name: str, store: Store) -> None:
    user = store.user(user_id)
    if name in {*user.organizations, *user.foreign} or _is_ours(name, store):
        return
    may_come = is_organization(name) and store.name_state(name) is not NameState.TAKEN
    store.commit(
        writes.changed(user, with_foreign_name(user, name, clock.now())),
        organization_writes.reserve(name, user_id) if may_come else [],
    )


def _is_ours(name: str, store: Store) -> bool:
    try:
        store.organization(name)
    except NotFound:
        return False
    else:
        return True


def count_in(user_id: str, store: Store) -> User:
    """Count a user as the admin that they were added as: their account is there, and theirs."""
    for name in store.user(user_id).uncounted:
        _count_in(user_id, name, store)
    return store.user(user_id)


@decided_anew
def _count_in(user_id: str, organization: str, store: Store) -> None:
    user = store.user(user_id)
    if organization not in user.uncounted:
        return
    others = tuple(name for name in user.uncounted if name != organization)
    counted = writes.difference(
        user,
        replace(user, uncounted=others),
        when="#version = :seen AND #uncounted = :were",
        seen=user.version,
        were=list(user.uncounted),
    )
    store.commit(counted, organization_writes.counted(organization, admins=1, grants=False))


def ask_for_proof(user_id: str, request_id: str, store: Store) -> User:
    """Write a user who was added at once a welcome in each organization, where there is none yet.

    Whoever presses its button has the mailbox, and so the account that somebody made with its address.
    """
    user = store.user(user_id)
    for name in user.organizations:
        if name not in user.welcomed:
            _welcome(user_id, name, request_id, store)
    return store.user(user_id)


@decided_anew
def _welcome(user_id: str, organization: str, request_id: str, store: Store) -> None:
    user, membership = store.user(user_id), store.membership(organization, user_id)
    request = projector_request(request_id, clock.now())
    if membership is None or organization in user.welcomed or organization not in user.organizations:
        return
    offer = welcome(
        organization,
        user.email,
        roles=membership.roles,
        inviter=membership.inviter or PROJECTOR,
        user=user_id,
        now=request.now,
    )
    welcomed = writes.difference(
        user,
        replace(user, welcomed=(*user.welcomed, organization)),
        when="#version = :seen AND #welcomed = :were",
        seen=user.version,
        were=list(user.welcomed),
    )
    audited = _audited(request, organization, Action.INVITE_CREATE, offer.id)
    store.commit(welcomed, writes.new_invite(offer), audited)


def _audited(request: Request, organization: str, action: Action, subject: str) -> Write:
    return writes.audited(request.audit(organization, PROJECTOR, action, subject))
