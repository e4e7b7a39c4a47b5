"""Projection: telling Auth0 the whole of what Guestlist knows of a user, one writer at a time."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from guestlist import accounts, adoption, departing, leases, linked_accounts
from guestlist.auth0 import Account, Auth0
from guestlist.clock import clock
from guestlist.deadline import within
from guestlist.errors import Auth0Refused, Auth0Unavailable, Busy
from guestlist.leases import SETTLING, Told
from guestlist.passwords import random_password
from guestlist.profile import app_metadata, shows
from guestlist.records import REFUSED, RENAMED, Halt, User
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
    if not has_work(seen, now):
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
            told = _tell(_call, user, auth0)
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
        return user, replace(_tell(_written_over, user, auth0, told.account), differs=True)
    before = adoption.before_joining(user, store) if told.renamed else user
    if before.organizations != user.organizations:
        return user, _tell(_withdrawn, before, auth0)
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


def has_work(user: User, now: int) -> bool:
    """Tell whether something is to be done for a user: what ends a projection ends it at its version."""
    # A receipt that waits for late writes alone waits for the look at them.
    departs = bool(user.receipts) and (user.unsettled_at is None or user.halt is not None)
    return departs or _is_to_be_told(user, now)


def _is_to_be_told(user: User, now: int) -> bool:
    if user.linked_into:
        return True
    match user.halt:
        case None:
            settles = user.unsettled_at is not None and now >= user.unsettled_at + SETTLING
            return user.version > user.applied or settles or user.adopting
        case Halt.MISSING:
            return user.is_made_by_us and (user.wanted > user.halted or user.adopting)
        case Halt.STOPPED | Halt.AWAITING_ACCEPTANCE:
            return user.version > user.halted or user.adopting or bool(user.receipts)
        case _:
            return False


def _tell(call: Callable[..., Told], user: User, auth0: Auth0, *read: Account) -> Told:
    """Make the calls that one version needs: one, as a rule."""
    try:
        return call(user, auth0, *read)
    except Auth0Refused as error:
        if error.auth0_status != 400:  # noqa: PLR2004 (HTTP's own number)
            raise
        logger.warning("Auth0 takes no such user", user=user.id, reason=str(error))
        return Told(exists=user.created, ambiguous=error.ambiguous, halt=Halt.STOPPED, halt_code=REFUSED)


def _call(user: User, auth0: Auth0) -> Told:
    if not _is_to_be_told(user, clock.now()):
        # Another projector told it between our first look and our lease; or a removal goes on.
        return Told(exists=user.created, halt=user.halt, halt_code=user.halt_code)
    if not user.created:
        return _create(user, auth0)
    if user.version > user.applied:
        return _update(user, auth0)
    return _settle(user, auth0)


def _create(user: User, auth0: Auth0) -> Told:
    """Create the account under the id that we chose, if an earlier try of it has not made it."""
    if user.unsettled_at is not None and (account := auth0.user(user.account)):
        return _found_again(account, user, auth0)
    if not user.organizations:
        # Nobody needs an account; one that is made late is found when the wait is over.
        return Told(exists=False, settled=user.version == user.applied)
    return _make(user, auth0)


def _make(user: User, auth0: Auth0) -> Told:
    password = random_password()
    try:
        answer = auth0.create_user(
            connection=user.connection,
            email=user.email,
            account=user.account,
            password=password,
            app_metadata=app_metadata(user),
        )
    except Auth0Unavailable as error:
        if not error.ambiguous:
            raise
        account = _made_unheard(user, auth0)
        if account is None:
            raise
        return replace(_found_again(account, user, auth0), made=True)
    except Auth0Refused as error:
        if (error.auth0_status, error.auth0_code) != (409, "auth0_idp_error"):
            raise
        account = auth0.user(user.account)
        return _found_again(account, user, auth0) if account else _not_ours(user, auth0)
    finally:
        del password
    return Told(answer.body, made=True, password_reset=answer.body.get("last_password_reset", ""))


def _not_ours(user: User, auth0: Auth0) -> Told:
    """Find out in whose account the address is: it is linked there, if it was ours before."""
    if user.password_reset is not None and (told := _gone(user, auth0)).linked_into:
        return told
    return _adopt(user, auth0)


def _gone(user: User, auth0: Auth0) -> Told:
    """Find out what became of an account that is not there: it is inside another one, or it is missing."""
    primary = linked_accounts.primary_of(user.account, auth0) if user.organizations else None
    linked_into = str(primary["user_id"]) if primary else ""
    return Told(exists=False, halt=Halt.MISSING, linked_into=linked_into)


def _adopt(user: User, auth0: Auth0) -> Told:
    """Find the account that was in the tenant before us, and what is to become of it."""
    settled_at = 0 if user.unsettled_at is None else user.unsettled_at + SETTLING
    found = accounts.look(user, auth0, unsettled_for=settled_at - clock.now())
    if found.account is None:
        return Told(exists=False, halt=found.halt, halt_code=found.halt_code)
    # Told if it cannot be bound to the user, being another's.
    return Told(exists=False, found=found, halt=Halt.STOPPED, halt_code="account_taken")


def _made_unheard(user: User, auth0: Auth0) -> Account | None:
    """Look for the account of a create that was not answered; what cannot be told yet is None, too."""
    with suppress(Auth0Unavailable, Auth0Refused):
        return auth0.user(user.account)
    return None


def _found_again(account: Account, user: User, auth0: Auth0) -> Told:
    """Go on with an account that an earlier try of ours made."""
    told = Told(account) if shows(account, user) else _patch(user, auth0, account)
    return replace(told, password_reset="")


def _update(user: User, auth0: Auth0) -> Told:
    told = _patch(user, auth0)
    if user.wanted <= user.applied or not user.is_made_by_us:
        return told
    if told.halt is Halt.MISSING:
        return told if told.linked_into else _make(user, auth0)
    # Whoever joined did so by the address that Guestlist knows; in the dashboard it was given to others.
    return replace(told, renamed=(told.account or {}).get("email", user.email) != user.email)


def _withdrawn(before: User, auth0: Auth0) -> Told:
    """Take back what an account was told of somebody's joining: it is not theirs, for all we know."""
    return replace(_patch(before, auth0), halt=Halt.STOPPED, halt_code=RENAMED)


def _patch(user: User, auth0: Auth0, account: Account | None = None) -> Told:
    try:
        answer = auth0.update_app_metadata(user.account, app_metadata(user, account))
    except Auth0Refused as error:
        if error.auth0_status == 404:  # noqa: PLR2004 (HTTP's own number)
            return _gone(user, auth0)
        raise
    return Told(answer.body, ambiguous=answer.ambiguous)


def _settle(user: User, auth0: Auth0) -> Told:
    """Look whether what was told last is what stands there, three minutes after all was quiet."""
    account = auth0.user(user.account)
    if account is None:
        return _gone(user, auth0)
    if shows(account, user):
        return Told(account, settled=True)
    return Told(account, differs=True)


def _written_over(user: User, auth0: Auth0, account: Account) -> Told:
    """Write over what a late write or somebody else left in an account that was just read."""
    logger.info("an account is put right", user=user.id)
    return replace(_patch(user, auth0, account), ambiguous=True)
