"""A look for drift goes on by slices: within a budget, from where the last one ended, one at a time."""

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace

import pytest

from guestlist import drift_run
from guestlist.auth0 import Auth0
from guestlist.clock import clock
from guestlist.drift_records import DriftRun
from guestlist.drift_run import CLAIM, REST, ask, claim
from tests.bench import Bench
from tests.drift_setup import drift_client, looked, metadata, repaired, sliced, told

TENANT_WIDE = 8
"""Calls at the beginning of a run: Actions, two triggers' bindings, connections, each to an empty page."""


@pytest.fixture
def auth0(guests: Bench) -> Iterator[Auth0]:
    """The function's client, when the last run has been over for a day."""
    run = guests.store.drift_run()
    if run and not run.finished_at:
        looked(guests)
    guests.advance(REST)
    with closing(drift_client(guests.tenant)) as client:
        yield client


@pytest.fixture
def six(guests: Bench, organization: str) -> list[str]:
    """Members whom Auth0 knows, of whom three were tampered with."""
    users = [guests.added(organization) for _ in range(6)]
    for user in users:
        guests.project(user)
    for user in users[::2]:
        metadata(guests, user, organizations=[])
    return users


def finished(guests: Bench, auth0: Auth0, calls: int) -> list[tuple[DriftRun, int]]:
    """Slice until the run is over; return it after each slice, with the calls that it took."""
    slices = list[tuple[DriftRun, int]]()
    while not slices or slices[-1][0].finished_at is None:
        guests.calls()
        run = sliced(guests, auth0, calls=calls)
        assert run
        slices.append((run, len(guests.calls())))
    return slices


def test_a_limit_that_is_reached_at_the_first_user_ends_no_run(
    guests: Bench, auth0: Auth0, six: list[str]
) -> None:
    """The slice is over, and the next one begins with the same user."""
    guests.fails("GET", path="/api/v2/users/.*", status=429, times=3)
    run = sliced(guests, auth0, calls=1000)
    assert run
    assert (run.compared, run.finished_at, run.claimed_until) == (0, None, 0)
    guests.advance(60)
    last, _ = finished(guests, auth0, 1000)[-1]
    assert told(last) == {("organizations", user) for user in six[::2]}


def test_slices_keep_their_budget_and_find_all(guests: Bench, auth0: Auth0, six: list[str]) -> None:
    """Each goes on where the last one ended: nobody twice, nobody left out."""
    everyone = len([item for item in guests.store.all_users(None, most=10_000)[0] if item.created])
    slices = finished(guests, auth0, TENANT_WIDE)
    assert len(slices) > 2
    assert all(0 < calls <= TENANT_WIDE for _, calls in slices)
    assert told(slices[-1][0]) == {("organizations", user) for user in six[::2]}
    assert slices[-1][0].compared + slices[-1][0].passed_over >= everyone
    repaired(guests)


def test_one_slice_at_a_time(guests: Bench, auth0: Auth0, six: list[str]) -> None:
    """While one is at it, another one does nothing; where it died, the next begins after its claim."""
    taken = claim(guests.store, clock.now())
    assert taken
    guests.calls()
    assert sliced(guests, auth0) is None
    assert guests.calls() == []
    guests.advance(CLAIM)
    [(run, _)] = finished(guests, auth0, 1000)
    assert (run.id, len(run.findings)) == (taken.id, len(six[::2]))
    assert drift_run.keep(taken, replace(taken, compared=1), guests.store) is None
    repaired(guests)


def test_two_that_begin_at_once_begin_one(guests: Bench, auth0: Auth0) -> None:
    """The slower one of two finds the run taken."""
    del auth0
    before = guests.store.drift_run()
    guests.advance(REST)
    first = claim(guests.store, clock.now())
    assert first
    assert first.id != (before.id if before else "")
    assert claim(guests.store, clock.now()) is None
    guests.advance(CLAIM)


def test_someone_who_waits_goes_first(guests: Bench, auth0: Auth0, six: list[str]) -> None:
    """Where less than half of Auth0's limit is left, the slice ends, and never with nothing done."""
    sliced(guests, auth0, calls=TENANT_WIDE + 2)
    guests.control.post("/limits", json={"plan": "essentials"}).raise_for_status()
    try:
        for _ in range(25):
            with suppress(LookupError):
                auth0.user("auth0|nobody")
        before = guests.store.drift_run()
        run = sliced(guests, auth0)
    finally:
        guests.control.post("/limits", json={"plan": "none"}).raise_for_status()
    assert before
    assert run
    assert run.compared + run.passed_over == before.compared + before.passed_over + 1
    finished(guests, auth0, 1000)
    repaired(guests)
    del six


def test_an_outage_ends_the_slice(guests: Bench, auth0: Auth0, six: list[str]) -> None:
    """What was not looked at is said, and the next slice goes on; the rest is found."""
    sliced(guests, auth0, calls=TENANT_WIDE)
    guests.fails("GET", path="/api/v2/users/.*", status=503, times=3)
    run = sliced(guests, auth0)
    assert run
    assert ([finding.kind.value for finding in run.findings], run.finished_at) == (["unchecked"], None)
    [*_, (after, _)] = finished(guests, auth0, 1000)
    assert after.counts["organizations"] >= len(six[::2]) - 1
    repaired(guests)


def test_an_outage_at_the_beginning_puts_the_run_off(guests: Bench, auth0: Auth0) -> None:
    """The door is looked at by the next slice."""
    guests.control.post(
        "/faults", json={"method": "GET", "path": "/api/v2/actions.*", "status": 503, "times": 3}
    )
    run = sliced(guests, auth0)
    assert run
    assert (run.door_seen, run.claimed_until, run.findings) == (False, 0, ())
    assert finished(guests, auth0, 1000)[-1][0].door_seen


def test_whoever_asks_gets_a_run_from_the_beginning(guests: Bench, auth0: Auth0, six: list[str]) -> None:
    """In place of one that goes on, whose slice leaves no trace; asked twice before it begins is once."""
    begun = sliced(guests, auth0, calls=TENANT_WIDE + 2)
    taken = claim(guests.store, clock.now())
    asked = ask(repair=True, request=guests.request(), store=guests.store)
    assert begun
    assert taken
    assert asked.id != begun.id
    assert ask(repair=True, request=guests.request(), store=guests.store) == asked
    assert drift_run.keep(taken, replace(taken, compared=99), guests.store) is None
    assert ask(repair=False, request=guests.request(), store=guests.store).id != asked.id
    [(run, _)] = finished(guests, auth0, 1000)
    # What the first slice came by was put right then, if it came by any.
    assert (run.repair, len(run.findings)) == (False, len(six[::2]) - len(begun.findings))
    assert sliced(guests, auth0) is None
    looked(guests)
    repaired(guests)
