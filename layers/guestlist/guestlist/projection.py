"""Projection: telling Auth0 the whole of what Guestlist knows of a user, one writer at a time."""

import secrets
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from guestlist.auth0 import Account, Auth0
from guestlist.errors import Auth0Refused, Auth0Unavailable
from guestlist.passwords import random_password
from guestlist.profile import app_metadata, shows
from guestlist.records import Halt, Membership, User
from guestlist.store import Store
from guestlist.table import ConditionFailed

LEASE = 60
"""Seconds; longer than any handler may work on one user (three calls of eight seconds each)."""
SETTLING = 180
"""Seconds after which a write that was given up is taken to land no more."""
FIRST_BACK_OFF, LAST_BACK_OFF = 15, 300

logger = Logger(child=True)


@dataclass(frozen=True)
class Told:
    """What came of telling Auth0. `account` is its answer, where a call had one."""

    account: Account | None = None
    made: bool = False
    ambiguous: bool = False
    settled: bool = False
    halt: Halt | None = None
    halt_code: str = ""


@dataclass(frozen=True)
class Projected:
    """The user afterwards, and Auth0's last word on the account; `made`: created just now, by us."""

    user: User
    account: Account | None = None
    made: bool = False


def projection_state(user: User, membership: Membership) -> str:
    """Return how far a membership's last change got, as the API words it."""
    if user.halt:
        return user.halt.value
    return "applied" if user.applied >= membership.user_version else "pending"


def project_user(user_id: str, *, store: Store, auth0: Auth0, now: int) -> Projected:
    """Tell Auth0 what the user's item says, unless someone else is at it.

    One item is the snapshot, one lease the right to write; the lease goes back only if the version
    that was told is still the newest, else it goes round again. Whoever finds their lease lost
    marks the user unsettled, because their call may land on top of a newer one's.
    """
    owner = secrets.token_hex(8)
    seen = store.user(user_id)
    if not _work(seen, now) or seen.lease_until > now:
        return Projected(seen)
    try:
        user = _take_lease(seen, owner, store, now)
    except ConditionFailed:
        return Projected(seen)
    made = False
    while True:
        try:
            told = _tell(user, auth0)
        except (Auth0Unavailable, Auth0Refused) as error:
            return Projected(_give_up(user, owner, error, store, now))
        made = made or told.made
        try:
            return Projected(_give_back(user, owner, told, store, now), told.account, made)
        except ConditionFailed:
            renewed = _renew_lease(user, owner, told, store, now)
        if renewed is None:
            return Projected(_unsettle(user, store, now))
        user = renewed


def _work(user: User, now: int) -> bool:
    if user.halt:
        return False
    return user.version > user.applied or (
        user.unsettled_at is not None and now >= user.unsettled_at + SETTLING
    )


def _tell(user: User, auth0: Auth0) -> Told:
    """Make the calls that one version needs: one, as a rule."""
    try:
        return _call(user, auth0)
    except Auth0Refused as error:
        if error.auth0_status != 400:  # noqa: PLR2004 (HTTP's own number)
            raise
        logger.warning("Auth0 takes no such user", user=user.id, reason=str(error))
        return Told(halt=Halt.STOPPED, halt_code="auth0_refused")


def _call(user: User, auth0: Auth0) -> Told:
    if not user.created:
        return _create(user, auth0)
    if user.version == user.applied:
        account = auth0.user(user.account)
        if account is None:
            return Told(halt=Halt.MISSING)
        if shows(account, user):
            return Told(account, settled=True)
        logger.info("a late write was found and is written over", user=user.id)
        return replace(_update(user, auth0), ambiguous=True)
    return _update(user, auth0)


def _create(user: User, auth0: Auth0) -> Told:
    """Create the account under the id that we chose, which finds it again if an answer was lost."""
    if user.unsettled_at is not None and auth0.user(user.account):
        return _update(user, auth0)
    password = random_password()
    try:
        answer = auth0.create_user(
            connection=user.connection,
            email=user.email,
            account=user.account,
            password=password,
            app_metadata=app_metadata(user),
        )
    except Auth0Refused as error:
        if (error.auth0_status, error.auth0_code) != (409, "auth0_idp_error"):
            raise
        if auth0.user(user.account):
            return _update(user, auth0)
        # Somebody was in the tenant before us, with an address that we have not proved to be theirs.
        return Told(halt=Halt.STOPPED, halt_code="account_exists")
    finally:
        del password
    return Told(answer.body, made=True, ambiguous=answer.ambiguous)


def _update(user: User, auth0: Auth0) -> Told:
    try:
        answer = auth0.update_app_metadata(user.account, app_metadata(user))
    except Auth0Refused as error:
        if error.auth0_status == 404:  # noqa: PLR2004 (HTTP's own number)
            return Told(halt=Halt.MISSING)
        raise
    return Told(answer.body, ambiguous=answer.ambiguous)


def _take_lease(seen: User, owner: str, store: Store, now: int) -> User:
    """Take a lease that nobody holds. One that ran out left a call behind that may still land."""
    held = replace(seen, lease_owner=owner, lease_until=now + LEASE)
    if seen.lease_owner is None:
        return store.amended(seen, held, when="attribute_not_exists(#lease_owner)")
    return store.amended(
        seen,
        replace(held, unsettled_at=now),
        when="#lease_owner = :seen_owner AND #lease_until = :seen_until",
        seen_owner=seen.lease_owner,
        seen_until=seen.lease_until,
    )


def _renew_lease(user: User, owner: str, told: Told, store: Store, now: int) -> User | None:
    """Keep the lease for a version that came meanwhile; None if the lease is lost."""
    longer = replace(
        user, lease_until=max(now + LEASE, user.lease_until + 1), created=user.created or not told.halt
    )
    if told.ambiguous:
        longer = replace(longer, unsettled_at=now)
    try:
        return store.amended(user, longer, when="#lease_owner = :owner", owner=owner)
    except ConditionFailed:
        return None


def _give_back(user: User, owner: str, told: Told, store: Store, now: int) -> User:
    """Record what was told and give the lease back, in one write, if all is as it was."""
    unsettled_at = None if told.settled else now if told.ambiguous else user.unsettled_at
    after = replace(
        user,
        applied=user.applied if told.halt else user.version,
        created=user.created or not told.halt,
        password_reset_at=now if told.made else user.password_reset_at,
        halt=told.halt,
        halt_code=told.halt_code,
        unsettled_at=None if told.halt else unsettled_at,
        lease_owner=None,
        lease_until=0,
        attempts=0,
        due=None if told.halt or unsettled_at is None else unsettled_at + SETTLING,
    )
    when, values = "#lease_owner = :owner AND #version = :seen", {"owner": owner, "seen": user.version}
    if user.unsettled_at is None:
        return store.amended(user, after, when=f"{when} AND attribute_not_exists(#unsettled_at)", **values)
    return store.amended(
        user, after, when=f"{when} AND #unsettled_at = :since", since=user.unsettled_at, **values
    )


def _give_up(user: User, owner: str, error: Auth0Unavailable | Auth0Refused, store: Store, now: int) -> User:
    """Give the lease back with the work undone, due again a little later."""
    logger.warning("a projection was put off", user=user.id, reason=str(error))
    ambiguous = isinstance(error, Auth0Unavailable) and error.ambiguous
    back_off = min(FIRST_BACK_OFF * 2**user.attempts, LAST_BACK_OFF)
    after = replace(
        user,
        unsettled_at=now if ambiguous else user.unsettled_at,
        lease_owner=None,
        lease_until=0,
        attempts=user.attempts + 1,
        due=now + back_off,
    )
    try:
        return store.amended(user, after, when="#lease_owner = :owner", owner=owner)
    except ConditionFailed:
        return _unsettle(user, store, now)


def _unsettle(user: User, store: Store, now: int) -> User:
    """Have the account read again later, whatever its state is now."""
    unknown = replace(user, unsettled_at=None, due=None)
    return store.amended(
        unknown, replace(unknown, unsettled_at=now, due=now + SETTLING), when="attribute_exists(#pk)"
    )
