"""Projection: telling Auth0 the whole of what Guestlist knows of a user, one writer at a time."""

import secrets
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from guestlist import adoption, departing, leases, linked_accounts, telling
from guestlist.auth0 import Account, Auth0
from guestlist.clock import clock
from guestlist.deadline import within
from guestlist.errors import Auth0Refused, Auth0Unavailable, Busy
from guestlist.leases import Told
from guestlist.records import Halt, User
from guestlist.store import Store
from guestlist.table import ConditionFailed

logger = Logger(child=True)

ROUNDS = 8
"""Seconds in which versions that come meanwhile are told in the same lease; then the next hint goes on."""
WORK = 18.0
"""Seconds for all calls of one projection, so that no function's time ends with one in flight."""


@dataclass(frozen=True)
class Projected:
    """The user afterwards, and Auth0's last word on the account; `made`: created just now, by us.

    `heir`: the user who has the memberships of one whose account was linked into another, to be projected.
    """

    user: User
    account: Account | None = None
    made: bool = False
    heir: str | None = None


def project_user(user_id: str, *, request_id: str, store: Store, auth0: Auth0) -> Projected:
    """Tell Auth0 what the user's item says, unless someone else is at it.

    One item is the snapshot, one lease the right to write; the lease goes back only if the version
    that was told is still the newest, else it goes round again. Whoever finds their lease lost
    marks the user unsettled, because their call may land on top of a newer one's.
    """
    now, owner = clock.now(), secrets.token_hex(8)
    seen = store.user(user_id)
    if seen.lease_until > now:
        return Projected(seen)
    if not telling.has_work(seen, now):
        return Projected(leases.at_rest(seen, store))
    try:
        user = leases.take(seen, owner, store, now)
    except ConditionFailed:
        return Projected(store.user(user_id))
    work = _followed_into if user.linked_into else _told_until_newest
    with within(WORK):
        return work(user, owner, request_id, store, auth0, until=now + ROUNDS)


def _told_until_newest(
    user: User, owner: str, request_id: str, store: Store, auth0: Auth0, *, until: int
) -> Projected:
    """Tell Auth0 under a lease, again while newer versions come."""
    account, made = None, False
    while True:
        told = Told(exists=user.created)
        try:
            if user.adopting:
                user = adoption.take_over(user.id, request_id, store)
            told = telling.tell(user, auth0)
            if told.linked_into:
                linked = linked_accounts.noted(user, told.linked_into, store, owner=owner)
                return _followed_into(linked, owner, request_id, store, auth0, until=until)
            user, told = _put_right(user, told, store, auth0)
            account, made = told.account or account, made or told.made
            if told.found and (bound := adoption.bind(user, told.found, store)):
                user = bound
                continue
            user = _followed(user, told, request_id, store)
            user, told = departing.depart(user, owner, told, request_id=request_id, store=store, auth0=auth0)
            return Projected(leases.give_back(user, owner, told, store), account, made)
        except (Auth0Unavailable, Auth0Refused) as error:
            logger.warning("a projection was put off", user=user.id, reason=str(error))
            return Projected(leases.give_up(user, owner, error, store), account, made)
        except Busy:
            return Projected(leases.hand_on(user, owner, store), account, made)
        except ConditionFailed:
            renewed = leases.renew(user, owner, told, store)
        if renewed is None:
            return Projected(leases.unsettle(user, store), account, made)
        if clock.now() >= until:
            return Projected(leases.hand_on(renewed, owner, store), account, made)
        user = renewed


def _followed_into(
    user: User, owner: str, request_id: str, store: Store, auth0: Auth0, *, until: int
) -> Projected:
    """Go, under a lease, where a user's account was linked to; there may be something to tell then."""
    try:
        user, ended, heir = linked_accounts.follow(user, request_id, store, auth0)
        if ended:
            user, ended = departing.depart(
                user, owner, ended, request_id=request_id, store=store, auth0=auth0
            )
            return Projected(leases.give_back(user, owner, ended, store), heir=heir)
    except (Auth0Unavailable, Auth0Refused) as error:
        logger.warning("a linked account was not followed", user=user.id, reason=str(error))
        return Projected(leases.give_up(user, owner, error, store))
    except (Busy, ConditionFailed):
        return Projected(leases.hand_on(user, owner, store))
    return _told_until_newest(user, owner, request_id, store, auth0, until=until)


def _put_right(user: User, told: Told, store: Store, auth0: Auth0) -> tuple[User, Told]:
    """Mend what an answer shows to be wrong at Auth0."""
    if told.differs and told.account:
        user = adoption.kept(user, told.account, store)
        return user, replace(telling.write_over(user, auth0, told.account), differs=True)
    before = adoption.before_joining(user, store) if told.renamed else user
    if before.organizations != user.organizations:
        return user, telling.withdraw(before, auth0)
    return user, told


def _followed(user: User, told: Told, request_id: str, store: Store) -> User:
    """Carry out what follows in the table from what was told or found.

    Raises:
        ConditionFailed: the user changed meanwhile, and that was not told.
    """
    if told.halt is Halt.AWAITING_ACCEPTANCE:
        after = adoption.ask_for_proof(user.id, request_id, store)
    elif user.uncounted and told.exists and not told.halt:
        after = adoption.count_in(user.id, store)
    else:
        return user
    if (after.version, after.unsettled_at) != (user.version, user.unsettled_at):
        raise ConditionFailed
    return after
