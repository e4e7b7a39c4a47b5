"""Carrying a removal out to its end: once Auth0 was told, sessions and refresh tokens end, by one call.

They are the user's, in all organizations alike. So they end where nothing is left for which they would be
good, or where somebody asked for it who may.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from guestlist import leases, writes
from guestlist.adoption import PROJECTOR
from guestlist.audit_records import Action
from guestlist.clock import clock
from guestlist.errors import Auth0Refused, Auth0Unavailable
from guestlist.leases import Told
from guestlist.receipt_records import Access, Receipt
from guestlist.receipts import came_back
from guestlist.records import RENAMED, Halt, User
from guestlist.request import projector_request
from guestlist.store import Store

if TYPE_CHECKING:
    # The sweep backs off as a lease does, and starts without an HTTP client.
    from guestlist.auth0 import Auth0

NOBODYS = (Halt.MISSING, Halt.AWAITING_LOGIN, Halt.AWAITING_ACCEPTANCE)
"""Why a user has no account to which a write of ours may still come."""
NOT_ON_PLAN = "operation_not_supported"
"""Auth0's code for what a tenant's plan does not have."""

logger = Logger(child=True)


def depart(
    user: User, owner: str, told: Told, *, request_id: str, store: Store, auth0: "Auth0"
) -> tuple[User, Told]:
    """Carry out what follows, for those who were removed, from what Auth0 was told under a lease.

    Return the user and what was told, with the receipts that stay open.

    Raises:
        ConditionFailed: the lease is lost, or the user moved; nothing was ended on the strength of it.
        Auth0Unavailable: there is no telling whether access has ended; try again.
    """
    if not user.receipts or _is_refused(told):
        return user, told
    user = leases.keep(user, owner, told, store)
    receipts = [_told(store.receipt(name), user, told, store) for name in user.receipts]
    waiting = [receipt for receipt in receipts if receipt.open and receipt.access is None]
    wanting = [receipt for receipt in waiting if _ends(receipt, user, told)]
    access = _ended(user, auth0) if wanting else Access.NO_ACCOUNT
    for receipt in waiting:
        became = access if receipt in wanting else _kept(told)
        _record(receipt, became, request_id, store)
    left = [store.receipt(receipt.id) for receipt in receipts]
    return user, replace(told, receipts=_open(left, user))


def _is_refused(told: Told) -> bool:
    """Tell whether Auth0 would not take what it was told, so that the account still says what it said."""
    return told.halt is Halt.STOPPED and told.exists and told.halt_code != RENAMED


def _told(receipt: Receipt, user: User, told: Told, store: Store) -> Receipt:
    """Record that Auth0 was told of a removal, and whether that holds whatever lands late."""
    now = clock.now()
    if back := came_back(receipt, store):
        after = replace(receipt, superseded_at=back)
    else:
        # Somebody was let in again by a late write: what ended before is to end once more.
        first = receipt if not told.differs else replace(receipt, told_at=None, access=None, access_at=None)
        after = replace(first, told_at=first.told_at or now)
        if after.settled_at is None and _is_quiet(user, told):
            life = 0 if _never_had_any(told) else receipt.token_life
            after = replace(after, settled_at=now, tokens_end_at=now + life)
    return _kept_as(receipt, after, store)


def _is_quiet(user: User, told: Told) -> bool:
    """Tell whether no late write can let somebody in: one finds no account that is gone, or not theirs."""
    return user.unsettled_at is None or told.halt in NOBODYS


def _never_had_any(told: Told) -> bool:
    """Tell whether nobody ever got a token; of an account that is gone some may be out."""
    return not told.exists and told.halt is not Halt.MISSING


def _ends(receipt: Receipt, user: User, told: Told) -> bool:
    alone = not user.organizations and not user.foreign
    return told.exists and (alone or receipt.ends_access)


def _kept(told: Told) -> Access:
    return Access.ELSEWHERE if told.exists else Access.NO_ACCOUNT


def _ended(user: User, auth0: "Auth0") -> Access:
    """End a user's sessions and refresh tokens, or find out why that cannot be."""
    try:
        auth0.revoke_access(user.account)
    except Auth0Unavailable as error:
        # Whatever it does late, it changes no profile.
        error.ambiguous = False
        raise
    except Auth0Refused as error:
        logger.warning("sessions cannot be ended", user=user.id, reason=str(error))
        return _why(error)
    return Access.ENDED


def _why(error: Auth0Refused) -> Access:
    """Return why Auth0 ends no sessions; of our own client's troubles the next try knows.

    Raises:
        Auth0Refused: it did not take our client.
    """
    match error.auth0_status:
        case 401:
            error.ambiguous = False
            raise error
        case 403:
            return Access.NOT_ON_PLAN if error.auth0_code == NOT_ON_PLAN else Access.NOT_PERMITTED
        case 404:
            return Access.NO_ACCOUNT
        case _:
            return Access.REFUSED


def _record(receipt: Receipt, access: Access, request_id: str, store: Store) -> None:
    """Record what became of somebody's access; that it was ended, in the organization's audit as well."""
    now = clock.now()
    after, request = replace(receipt, access=access, access_at=now), projector_request(request_id, now)
    if access is not Access.ENDED:
        _kept_as(receipt, after, store)
        return
    audit = request.audit(receipt.organization, PROJECTOR, Action.USER_SIGN_OUT, receipt.user)
    store.commit(writes.changed(receipt, after), writes.audited(audit))


def _kept_as(before: Receipt, after: Receipt, store: Store) -> Receipt:
    if after == before:
        return before
    after = replace(after, version=before.version + 1)
    return store.amended(before, after, when="#version = :seen", seen=before.version)


def _open(receipts: Iterable[Receipt], user: User) -> dict[str, int]:
    return {receipt.id: user.receipts[receipt.id] for receipt in receipts if receipt.open}
