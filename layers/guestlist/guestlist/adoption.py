"""Adoption of an account that was in the tenant before us: whose it is, and what it brings along.

Verified, it is its owner's, and adopted as it stands. Unverified, anybody may have planted it: nothing is
granted to it before its address pressed a button; then it gets a password that nobody knows, its sessions
end, and only then is it adopted.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from guestlist import writes
from guestlist.clock import clock
from guestlist.errors import Auth0Refused, Auth0Unavailable, NotFound
from guestlist.invites import closed, welcome
from guestlist.names import is_organization
from guestlist.passwords import random_password
from guestlist.profile import adopted, known_name, with_foreign_name
from guestlist.records import Action, Actor, ActorKind, Halt, InviteStatus, Membership, NameState, User
from guestlist.request import Request, projector_request
from guestlist.store import Store, decided_anew
from guestlist.table import Write

if TYPE_CHECKING:
    # The sweep backs off as a lease does, and starts without an HTTP client.
    from guestlist.auth0 import Account, Auth0

logger = Logger(child=True)
PROJECTOR = Actor(ActorKind.PROJECTOR, "projector")


@dataclass(frozen=True)
class Found:
    """An account that was there before us and may be the user's, or why it may not."""

    account: "Account | None" = None
    reset: bool = False
    """Whether it has got a password that nobody knows."""
    halt: Halt | None = None
    halt_code: str = ""


def look(user: User, auth0: "Auth0") -> Found:
    """Find the account that has the user's address, and make it safe to grant something to."""
    accounts = [found for found in auth0.users_by_email(user.email) if _is_of(found, user)]
    if len(accounts) != 1:
        # None: its address is not its own, it is linked to another account, say. Several: whose is which?
        return Found(halt=Halt.STOPPED, halt_code="account_exists")
    [account] = accounts
    if account.get("email_verified"):
        return Found(account)
    if not user.proved:
        return Found(halt=Halt.AWAITING_ACCEPTANCE)
    return _secured(account, user, auth0)


def _is_of(account: "Account", user: User) -> bool:
    own = account["identities"][0]["connection"], account.get("email")
    return own == (user.connection, user.email)


def _secured(account: "Account", user: User, auth0: "Auth0") -> Found:
    """Take an account out of the hands of whoever made it, before it is granted anything."""
    name = account["user_id"]
    if code := _other_way_in(account, user, auth0):
        return Found(halt=Halt.STOPPED, halt_code=code)
    try:
        auth0.end_sessions(name)
    except Auth0Refused as error:
        logger.warning("sessions cannot be ended", user=user.id, reason=str(error))
        return Found(halt=Halt.STOPPED, halt_code="account_sessions")
    auth0.set_password(name, connection=user.connection, password=random_password())
    # Whoever signed in between the two is out as well.
    auth0.end_sessions(name)
    # An access token outlives its session: with one, they may have linked, enrolled or renamed meanwhile.
    secured = auth0.user(name)
    if secured is None:
        raise Auth0Unavailable("The account went away while it was taken over.")
    if code := _other_way_in(secured, user, auth0):
        return Found(halt=Halt.STOPPED, halt_code=code)
    return Found(secured, reset=True)


def _other_way_in(account: "Account", user: User, auth0: "Auth0") -> str:
    """Name what leads into an account past its password and the user's mailbox; empty if nothing does."""
    if not _is_of(account, user):
        return "account_exists"
    if len(account["identities"]) > 1:
        return "account_linked"
    return "account_second_factor" if auth0.has_second_factor(account["user_id"]) else ""


def bind(user: User, found: Found, store: Store) -> User | None:
    """Make an account the user's, with the names that it bears; None if it is another user's already.

    Raises:
        ConditionFailed: the user changed meanwhile.
    """
    account = found.account or {}
    name = str(account["user_id"])
    if store.user_by_account(name):
        return None
    after = adopted(user, name, _names(account))
    if found.reset:
        reset, logins = account.get("last_password_reset", ""), account.get("logins_count", 0)
        after = replace(after, password_reset=reset, logins_before=logins)
    store.commit(writes.changed(user, after), writes.rebound(user, name))
    return store.user(user.id)


def _names(account: "Account") -> list[str]:
    """Return the names in an account's array; what is none, the door does not heed either."""
    array = (account.get("app_metadata") or {}).get("organizations")
    return [name for name in array if isinstance(name, str)] if isinstance(array, list) else []


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
            store.commit(writes.reserve(name, user_id))
        return
    held = store.active_invite(name, user.email)
    room = bool(held) or organization.seats is None or organization.taken < organization.seats
    joins = room and store.membership(name, user_id) is None and user.halt is not Halt.MISSING
    after = known_name(user, name, joins=joins, now=request.now)
    store.commit(
        writes.changed(user, after),
        writes.unreserve(name, user_id),
        _joining(user, name, held, request, store) if joins else [],
        _audited(request, name, Action.MEMBER_ADOPT if joins else Action.MEMBER_DROP, user_id),
    )


def _joining(user: User, organization: str, held: str | None, request: Request, store: Store) -> list[Write]:
    """Return the writes that make a name a membership; an offer that waits for the same person is over."""
    now = request.now
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
        ended = closed(store.invite(organization, held), InviteStatus.REVOKED)
        offered = [*ended, _audited(request, organization, Action.INVITE_REVOKE, held)]
    else:
        offered = [writes.still_not_invited(organization, user.email)]
    counts = writes.counted(organization, taken=0 if held else 1, pending=-1 if held else 0, grants=False)
    return [writes.new_membership(membership), *offered, counts]


def kept(user: User, account: "Account", store: Store) -> User:
    """Keep the names that somebody put into an account's array and that none of our organizations bears.

    They are reserved, as those of an account from before us are. A name of ours in it grants nothing.
    """
    for name in sorted({*_names(account)} - {*user.organizations, *user.foreign}):
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
        writes.reserve(name, user_id) if may_come else [],
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
    store.commit(counted, writes.counted(organization, admins=1, grants=False))


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
