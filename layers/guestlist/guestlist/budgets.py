"""Sending budgets: how many mails a UTC day allows, so that nobody turns the API into a spam relay.

An organization's mails are counted in the transaction that asks for one. An inviter's and a recipient's
are counted just before it: a request that comes to nothing after that has spent its share of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from guestlist.errors import BudgetExhausted
from guestlist.links import Links
from guestlist.organization_records import Organization
from guestlist.organization_writes import Mailed
from guestlist.request import Request
from guestlist.store import Store

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
    """The limits, and what is needed to count by them."""

    def __init__(self, limits: Limits, *, links: Links, store: Store) -> None:
        self.limits = limits
        self.links = links
        self.store = store

    def share(self, request: Request) -> "Share":
        """Return what a request for one mail takes of the budgets."""
        return Share(self, request)


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
            self._spend_recipients(place, email)
            self._spent = True
        return Mailed(day, first=place.mail_day < day, most=most)

    def _spend_inviters(self) -> None:
        caller, limits = self._request.caller, self._budgets.limits
        if caller.organization is not None:
            self._count("inviter", caller.id, {"mails": limits.inviter})

    def _spend_recipients(self, place: Organization, email: str) -> None:
        limits = self._budgets.limits
        counters = {"mails": limits.recipient_in_all, f"of_{place.id.encode().hex()}": limits.recipient}
        # Under each live key: the count goes on as a key goes whose successor has lived for a day.
        for mailbox in self._budgets.links.mailboxes(email):
            self._count("recipient", mailbox, counters)

    def _count(self, budget: str, whose: str, counters: Mapping[str, int]) -> None:
        bucket, until = f"{budget}#{self._day}#{whose}", (self._day + 1) * DAY
        if not self._budgets.store.spent(bucket, counters, until=until):
            raise self._exhausted(budget)

    def _exhausted(self, budget: str) -> BudgetExhausted:
        return BudgetExhausted(budget, retry_after=DAY - self._request.now % DAY)
