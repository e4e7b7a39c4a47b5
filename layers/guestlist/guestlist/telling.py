"""The calls that tell Auth0 one version of a user, and what came of them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from aws_lambda_powertools import Logger

from guestlist import accounts, linked_accounts
from guestlist.auth0 import Account, Auth0
from guestlist.clock import clock
from guestlist.errors import Auth0Refused, Auth0Unavailable
from guestlist.leases import SETTLING, Told
from guestlist.passwords import random_password
from guestlist.profile import app_metadata, shows
from guestlist.records import REFUSED, RENAMED, Halt, User

logger = Logger(child=True)


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


def tell(user: User, auth0: Auth0) -> Told:
    """Make the calls that one version needs: one, as a rule."""
    return _unless_refused(_call, user, auth0)


def withdraw(before: User, auth0: Auth0) -> Told:
    """Take back what an account was told of somebody's joining: it is not theirs, for all we know."""
    return _unless_refused(_withdrawn, before, auth0)


def write_over(user: User, auth0: Auth0, account: Account) -> Told:
    """Write over what a late write or somebody else left in an account that was just read."""
    return _unless_refused(_written_over, user, auth0, account)


def _unless_refused(call: Callable[..., Told], user: User, auth0: Auth0, *read: Account) -> Told:
    """Make calls; what Auth0 does not take as it is stops, until a person looks."""
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
    logger.info("an account is put right", user=user.id)
    return replace(_patch(user, auth0, account), ambiguous=True)
