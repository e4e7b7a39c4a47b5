"""Sending budgets under the hands of many, without the functions around them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import pytest

from guestlist.budgets import DAY, Budgets, Share
from guestlist.clock import clock
from guestlist.errors import BudgetExhausted
from guestlist.links import Links
from guestlist.organization_records import Organization
from local.telling import together
from tests.bench import UNHEEDED, URL, Bench

KEYS = {"current": "key"}
Limited = Callable[..., Budgets]


@pytest.fixture
def limited(guests: Bench) -> Limited:
    """Return a maker of budgets with one small limit."""

    def make(keys: Mapping[str, str] = KEYS, **limits: int) -> Budgets:
        links = Links(origin=URL, keys=lambda: keys)
        return Budgets(replace(UNHEEDED, **limits), links=links, store=guests.store)

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


def test_a_key_of_the_links_that_goes_leaves_its_counts(
    guests: Bench, organization: str, limited: Limited
) -> None:
    """While two keys live a mail is counted under both; under one that comes out of nowhere none was."""
    place, both = guests.store.organization(organization), {"current": "new", "old": "key"}
    rotation = [both, both, KEYS, {"current": "new"}, {"current": "nowhere"}]
    shares = [limited(keys, recipient=2).share(guests.request()) for keys in rotation]
    sent = [spends(share, place, "dora@example.com") for share in shares]
    assert sent == [True, True, False, False, True]
