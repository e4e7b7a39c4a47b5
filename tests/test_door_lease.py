"""The lease on the door: one writer at a time, who gives it back whatever came meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import closing
from contextvars import Context
from dataclasses import replace

import httpx
import pytest

from guestlist.auth0 import Auth0
from guestlist.clock import clock
from guestlist.closing import suspend
from guestlist.deadline import Transport
from guestlist.door_keeping import LEASE, keep_door
from guestlist.door_records import WATCH, Door
from tests.bench import Bench


class Turning(Transport):
    """A wire on which somebody suspends another organization after each call of a method."""

    def __init__(self, method: str, times: int, turn: Callable[[], object]) -> None:
        super().__init__(tls=False)
        self._method, self._left, self._turn = method, times, turn

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, as the wire does."""
        response = super().handle_request(request)
        if request.method == self._method and self._left:
            self._left -= 1
            Context().run(self._turn)
        return response


@pytest.fixture
def bench(guests: Bench) -> Iterator[Bench]:
    """The parts, with nothing closed and nobody at the door, before and after."""
    yield guests
    guests.advance(LEASE)
    door = guests.store.door()
    guests.store.amended(door, replace(door, closed=()), when="attribute_exists(#pk)")
    keep(guests)


def keep(guests: Bench, transport: httpx.BaseTransport | None = None) -> Door:
    """Look after the door, as the function does when a hint comes."""
    client_id, client_secret = guests.tenant.bootstrap_client
    credentials = {"client_id": client_id, "client_secret": client_secret}
    with closing(Auth0(guests.tenant.url, lambda: credentials, transport=transport)) as auth0:
        return keep_door(values=dict, store=guests.store, auth0=auth0)


def suspended(guests: Bench) -> None:
    suspend(guests.organization(), request=guests.request(), store=guests.store)


def test_a_turn_that_comes_meanwhile_is_told_in_the_same_lease(bench: Bench) -> None:
    """Whoever made it may find the lease taken."""
    suspended(bench)
    door = keep(bench, Turning("PATCH", 1, lambda: suspended(bench)))
    assert (len(door.closed), door.applied, door.lease_owner) == (2, door.version, None)


def test_the_lease_goes_back_when_a_turn_comes_while_auth0_fails(bench: Bench) -> None:
    """The next look is due within a minute, not when the lease has lapsed."""
    suspended(bench)
    bench.fails("PATCH", path="/api/v2/actions", status=503, times=3)
    door = keep(bench, Turning("PATCH", 1, lambda: suspended(bench)))
    assert (door.applied < door.version, door.lease_owner, door.due) == (True, None, now_and(WATCH))
    assert keep(bench).applied == bench.store.door().version


def test_turns_without_an_end_do_not_keep_the_lease(bench: Bench) -> None:
    """After some rounds another look goes on, at once."""
    suspended(bench)
    door = keep(bench, Turning("PATCH", 100, lambda: suspended(bench)))
    assert (door.applied < door.version, door.lease_owner, door.due) == (True, None, now_and(0))
    assert keep(bench).applied == bench.store.door().version


def now_and(seconds: int) -> object:
    """Return what equals the time in so many seconds, give or take those that a test takes."""
    return pytest.approx(clock.now() + seconds, abs=5)
