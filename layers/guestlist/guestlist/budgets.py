"""Sending budgets: how many mails a UTC day allows, so that nobody turns the API into a spam relay.

An organization's mails are counted in the transaction that asks for one. An inviter's and a recipient's
are counted just before it: a request that comes to nothing after that has spent its share of them.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from guestlist.errors import BudgetExhausted
from guestlist.records import Organization
from guestlist.request import Request
from guestlist.store import Store
from guestlist.writes import Mailed

DAY = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How many mails a UTC day allows."""

    organization: int
    """To all that one organization writes to."""
    inviter: int
    """To all that one caller writes to who acts for one organization; not who may act in all of them."""
    recipient: int
    """To one address from one organization."""
    recipient_in_all: int
    """To one address from all organizations: no one of them can use up what the others may send."""


class Budgets:
    """The limits, and what is needed to count by them.

    Args:
        keys: those of the links; an address is counted under its HMAC with the `current` one. A key that
            takes over starts the recipients' counts of that day anew, so that day has at most twice as many.
    """

    def __init__(self, limits: Limits, *, keys: Callable[[], Mapping[str, str]], store: Store) -> None:
        self.limits = limits
        self.store = store
        self._keys = keys

    def share(self, request: Request) -> "Share":
        """Return what a request for one mail takes of the budgets."""
        return Share(self, request)

    def hashed(self, *parts: object) -> str:
        """Return what stands for something in a key of the table, and cannot be guessed from there."""
        message = "\0".join(["budget", *map(str, parts)])
        return hmac.digest(self._keys()["current"].encode(), message.encode(), hashlib.sha256).hex()[:32]


class Share:
    """One request's mail: it is spent once, however often the request is decided anew."""

    def __init__(self, budgets: Budgets, request: Request) -> None:
        self._budgets = budgets
        self._request = request
        self._day = request.now // DAY
        self._spent = False

    def spend(self, place: Organization, email: str) -> Mailed:
        """Spend it, as nothing else speaks against the request, and return what is left to commit.

        Raises:
            BudgetExhausted: one of the three budgets is used up until the day is over.
        """
        most = self._budgets.limits.organization
        # Another process's day may have begun a moment before ours.
        day = max(self._day, place.mail_day)
        if place.mail_day == day and place.mails >= most:
            raise self._exhausted("organization")
        if not self._spent:
            self._spend_inviters()
            self._spend_recipients(place.id, email)
            self._spent = True
        return Mailed(day, first=place.mail_day < day, most=most)

    def _spend_inviters(self) -> None:
        caller = self._request.caller
        if caller.organization is not None:
            self._count(
                "inviter", f"inviter#{self._day}#{caller.id}", {"mails": self._budgets.limits.inviter}
            )

    def _spend_recipients(self, organization: str, email: str) -> None:
        limits, hashed = self._budgets.limits, self._budgets.hashed
        own = f"of_{hashed(self._day, email, organization)}"
        most = {"mails": limits.recipient_in_all, own: limits.recipient}
        self._count("recipient", f"recipient#{self._day}#{hashed(self._day, email)}", most)

    def _count(self, budget: str, bucket: str, most: Mapping[str, int]) -> None:
        if not self._budgets.store.spent(bucket, most, until=(self._day + 1) * DAY):
            raise self._exhausted(budget)

    def _exhausted(self, budget: str) -> BudgetExhausted:
        return BudgetExhausted(budget, retry_after=DAY - self._request.now % DAY)
