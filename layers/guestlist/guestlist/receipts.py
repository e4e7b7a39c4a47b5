"""Receipts of removals: written with the removal, read by whoever has to show that somebody is out."""

from dataclasses import replace

from guestlist import writes
from guestlist.audit_records import Action
from guestlist.errors import NotFound
from guestlist.ids import random_id
from guestlist.profile import PROJECTION_GRACE
from guestlist.receipt_records import Access, Receipt, Terms
from guestlist.records import Membership, User
from guestlist.request import Request
from guestlist.store import Store

LATE = 600
"""Seconds after which a removal that is not through is late; a wait for a late write takes three minutes."""


def opened(membership: Membership, terms: Terms, request: Request) -> Receipt:
    """Return the receipt of a removal that is about to be committed."""
    return Receipt(
        id=random_id(),
        organization=membership.organization,
        user=membership.user,
        request=request.id,
        removed_at=request.now,
        token_life=terms.token_life,
        ends_access=terms.ends_access,
    )


def beside(receipt: Receipt, former: Membership) -> tuple[Receipt, Receipt]:
    """Return a receipt, and that of the same person behind the old door; each names the other."""
    other = replace(receipt, id=random_id(), user=former.user, along=receipt.id)
    return replace(receipt, along=other.id), other


def with_receipt(user: User, receipt: Receipt, now: int) -> User:
    """Return the user as one whose removal is to be carried out to its end, due for it."""
    receipts = {**user.receipts, receipt.id: receipt.removed_at}
    return replace(user, receipts=receipts, due=now + PROJECTION_GRACE, attempts=0)


def shown_again(removed: Membership, terms: Terms, request: Request, store: Store) -> Membership:
    """Return the tombstone of somebody who was removed before, with its receipt.

    One who was removed without a receipt gets it now, and Auth0 is told once more. Who asks for the end of
    sessions that were kept has them ended.

    Raises:
        ConditionFailed: the user came back meanwhile.
    """
    user, now = store.user(removed.user), request.now
    if removed.receipt is None:
        receipt = replace(opened(removed, terms, request), removed_at=removed.changed_at)
        after = replace(removed, receipt=receipt.id)
        store.commit(
            writes.changed(removed, after),
            writes.changed(user, with_receipt(user, receipt, now)),
            writes.new_receipt(receipt),
        )
        return after
    receipt = store.receipt(removed.receipt)
    over = receipt.access in {Access.ENDED, Access.NO_ACCOUNT}
    if terms.ends_access and not receipt.ends_access and not over:
        ends = replace(receipt, ends_access=True, access=None, access_at=None)
        again = writes.changed(user, with_receipt(user, receipt, now))
        asked = request.audit(removed.organization, request.caller.actor, Action.USER_SIGN_OUT, user.id)
        store.commit(writes.changed(receipt, ends), again, writes.audited(asked))
    return removed


def receipt_of(organization: str, receipt_id: str, store: Store) -> Receipt:
    """Return a receipt of an organization's as things stand: whoever is back makes an open one void.

    Raises:
        NotFound: the organization has none with this id.
    """
    receipt = store.receipt(receipt_id)
    if receipt.organization != organization:
        raise NotFound
    back = came_back(receipt, store) if receipt.open else None
    return replace(receipt, superseded_at=back) if back else receipt


def came_back(receipt: Receipt, store: Store) -> int | None:
    """Return when somebody was added again, or removed once more since; None if this removal stands."""
    found = store.membership(receipt.organization, receipt.user)
    stands = found is None or (not found.stands and found.receipt == receipt.id)
    return None if stands or found is None else found.changed_at
