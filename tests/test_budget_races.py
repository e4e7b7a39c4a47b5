"""Sending budgets under the hands of many, without the functions around them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from guestlist.budgets import DAY, Budgets, Share
from guestlist.clock import clock
from guestlist.errors import BudgetExhausted
from guestlist.records import Organization
from local.telling import together
from tests.bench import UNHEEDED, Bench

Limited = Callable[..., Budgets]


@pytest.fixture
def limited(guests: Bench) -> Limited:
    """Return a maker of budgets with one small limit."""

    def make(key: str = "key", **limits: int) -> Budgets:
        return Budgets(replace(UNHEEDED, **limits), keys=lambda: {"current": key}, store=guests.store)

    return make


def admitted(guests: Bench, organization: str, email: str, budgets: Budgets) -> bool:
    try:
        guests.invited(organization, email, budgets=budgets)
    except BudgetExhausted:
        return False
    return True


def spends(share: Share, place: Organization, email: str) -> bool:
    try:
        share.spend(place, email)
    except BudgetExhausted:
        return False
    return True


def race(guests: Bench, organization: str, budgets: Budgets, times: int) -> int:
    """Invite so many persons in the same instant, and return how many were admitted."""
    emails = [f"racer{number}@example.com" for number in range(times)]
    return sum(together(*[partial(admitted, guests, organization, email, budgets) for email in emails]))


def test_of_fifty_at_once_ten_are_admitted(guests: Bench, organization: str, limited: Limited) -> None:
    """The first of them begins the day's count; who was in another's way decides anew."""
    assert race(guests, organization, limited(organization=10), 50) == 10
    counted = guests.store.organization(organization)
    assert (counted.mails, counted.taken, counted.mail_day) == (10, 10, clock.now() // DAY)


def test_a_process_whose_day_is_over_later_counts_on(
    guests: Bench, organization: str, limited: Limited
) -> None:
    """Clocks differ a little at midnight: the count of the day that has begun is not begun anew."""
    tomorrow = replace(guests.request(), now=clock.now() + DAY)
    place, share = guests.store.organization(organization), limited(organization=1).share
    assert share(tomorrow).spend(place, "ann@example.com").first
    begun = replace(place, mail_day=tomorrow.now // DAY, mails=1)
    with pytest.raises(BudgetExhausted):
        share(guests.request()).spend(begun, "bob@example.com")


def test_what_is_decided_anew_is_spent_once(guests: Bench, organization: str, limited: Limited) -> None:
    """Of five mails that a recipient may get, the first one takes one, whatever came between."""
    budgets, place = limited(recipient=5), guests.store.organization(organization)
    once = budgets.share(guests.request())
    for _ in range(10):
        assert spends(once, place, "carl@example.com")
    others = [budgets.share(guests.request()) for _ in range(5)]
    assert [spends(share, place, "carl@example.com") for share in others] == [True, True, True, True, False]


def test_a_new_key_of_the_links_lets_a_recipient_be_mailed_again(
    guests: Bench, organization: str, limited: Limited
) -> None:
    """Once, up to the same limit: nobody is locked out by it, and nobody is mailed without end."""
    place = guests.store.organization(organization)
    shares = [limited(key, recipient=1).share(guests.request()) for key in ("old", "old", "new", "new")]
    assert [spends(share, place, "dora@example.com") for share in shares] == [True, False, True, False]
