"""The lease on a user: one writer at a time, and what is unsettled when it was not so."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

import httpx
import pytest

from guestlist.clock import clock
from guestlist.deadline import Transport
from guestlist.errors import LastAdmin
from guestlist.leases import LEASE, SETTLING
from guestlist.members import deprovision
from guestlist.names import ADMIN
from guestlist.projection import WORK, project_user
from guestlist.records import User
from guestlist.store import Store
from guestlist.table import Write
from tests.bench import Bench, now
from tests.stumbling import Stumbling


class Frozen(Transport):
    """A wire whose process is frozen right before it sends its first PATCH, until its lease has lapsed."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__(tls=False)
        self._meanwhile = [meanwhile]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, as the wire does."""
        if request.method == "PATCH" and self._meanwhile:
            Context().run(self._meanwhile.pop())
        return super().handle_request(request)


class Behind(Store):
    """A store whose look at a user is an old one, as of who was slow between look and lease."""

    def __init__(self, guests: Bench, seen: User) -> None:
        super().__init__(guests.store._table)
        self._seen = seen

    def user(self, user: str) -> User:
        """Return what was seen of the user."""
        return self._seen if user == self._seen.id else super().user(user)


class Meanwhile(Store):
    """A store to which something happens between somebody's reads and their first commit."""

    def __init__(self, guests: Bench, happens: Callable[[], object]) -> None:
        super().__init__(guests.store._table)
        self._happens = [happens]

    def commit(self, *writes: Write | Iterable[Write]) -> None:
        """Carry out all of the writes or none."""
        if self._happens:
            self._happens.pop()()
        super().commit(*writes)


@pytest.fixture
def still(guests: Bench) -> Iterator[None]:
    """Time stands still, but for the jumps that the test makes."""
    ticking, stopped, jumps = clock.source, time.time(), guests.tenant.state.clock
    clock.source = lambda: stopped + jumps.advanced
    yield
    clock.source = ticking


def crash() -> None:
    """End as a process does that is killed."""
    raise KeyboardInterrupt


def test_two_projectors_at_once_make_one_call(guests: Bench, ann: str) -> None:
    """The second finds the lease taken and leaves."""
    guests.added(guests.organization(), guests.user(ann).email)
    guests.fails("PATCH", lag=0.3)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: guests.project(ann, guests.client()), range(4)))
    assert guests.calls() == ["PATCH 200"]
    assert guests.user(ann).applied == 2


def test_a_version_that_came_during_the_call_is_told_before_the_lease_goes_back(
    guests: Bench, ann: str
) -> None:
    """Whoever made it may find the lease taken: the holder sees it, and goes round again."""
    other = guests.organization()
    guests.added(guests.organization(), guests.user(ann).email)
    wire = Stumbling(after=lambda: guests.added(other, guests.user(ann).email))
    projected = guests.project(ann, guests.client(transport=wire)).user
    assert (projected.version, projected.applied, projected.lease_owner) == (3, 3, None)
    assert guests.calls() == ["PATCH 200", "PATCH 200"]
    assert other in guests.array(ann)


def test_an_admin_who_is_counted_in_while_they_are_removed_is_counted_out(guests: Bench) -> None:
    """Counting in leaves the version: whoever relied on their not counting decides anew."""
    clinic = guests.organization()
    boss, ann = (guests.added(clinic, None, ADMIN) for _ in range(2))
    guests.project(boss)
    meanwhile = Meanwhile(guests, lambda: guests.project(ann))
    deprovision(clinic, ann, request=guests.request(), store=meanwhile)
    assert guests.store.organization(clinic).admins == 1
    with pytest.raises(LastAdmin):
        guests.removed(clinic, boss)


def test_a_version_that_came_while_an_admin_was_counted_in_is_told(guests: Bench) -> None:
    """Counting in reads the user again: what is newer there than what was told is not taken for told."""
    clinic, school = guests.organization(), guests.organization()
    ann = guests.added(clinic, None, ADMIN)
    email = guests.user(ann).email
    during = Stumbling("POST", after=lambda: guests.added(school, email))
    guests.project(ann, guests.client(transport=during))
    assert guests.array(ann) == sorted([clinic, school])


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("seconds", [0, 5])
def test_a_change_is_due_whatever_was_applied_meanwhile(guests: Bench, seconds: int) -> None:
    """It was due when it was read and is not when it is written: the sweep finds it, even without a hint."""
    clinic = guests.organization()
    ann = guests.added(clinic)
    guests.advance(seconds)
    applied = Meanwhile(guests, lambda: guests.project(ann))
    deprovision(clinic, ann, request=guests.request(), store=applied)
    guests.hints("ProjectionQueue")
    guests.advance(30)
    guests.sweep()
    assert {"user": ann} in guests.hints("ProjectionQueue")


def test_a_lapsed_lease_is_taken_over_and_the_user_unsettled(guests: Bench, ann: str) -> None:
    """Its holder crashed around the call, which may have been sent and may land yet."""
    guests.added(guests.organization(), guests.user(ann).email)
    with pytest.raises(KeyboardInterrupt):
        guests.project(ann, guests.client(transport=Stumbling(before=crash)))
    assert guests.project(ann).user.applied == 1
    guests.advance(LEASE + 1)
    taken_over = guests.project(ann).user
    assert (taken_over.applied, taken_over.lease_owner) == (2, None)
    assert taken_over.due == (taken_over.unsettled_at or 0) + SETTLING
    assert guests.settled(ann).due is None


@pytest.mark.usefixtures("still")
def test_a_holder_whose_lease_was_taken_over_unsettles_what_is_there(guests: Bench, ann: str) -> None:
    """Its slow call may have landed on top of the newer one's, which had settled meanwhile or not."""
    other = guests.organization()
    guests.added(other, guests.user(ann).email)

    def lapse() -> None:
        guests.advance(LEASE + 1)
        guests.removed(other, ann)
        guests.project(ann)
        guests.advance(5)

    late = guests.project(ann, guests.client(transport=Stumbling(before=lapse))).user
    assert (late.version, late.applied, late.lease_owner) == (3, 3, None)
    assert other in guests.array(ann)
    assert (late.unsettled_at, late.due) == (clock.now(), clock.now() - 5 + SETTLING)  # the earlier due stays
    guests.settled(ann)
    assert other not in guests.array(ann)


def test_a_process_that_is_thawed_after_its_lease_sends_nothing(guests: Bench, ann: str) -> None:
    """Its deadline is over by the time, though its steady clock may have stood still."""
    other = guests.organization()
    guests.added(other, guests.user(ann).email)

    def lapse() -> None:
        guests.advance(LEASE + 1)
        guests.removed(other, ann)
        guests.project(ann)
        guests.calls()

    guests.project(ann, guests.client(transport=Frozen(lapse)))
    assert guests.calls() == []
    assert other not in guests.array(ann)


def test_a_lease_lost_by_a_failing_call_unsettles_too(guests: Bench, ann: str) -> None:
    """Whoever took it over stays in charge; the earlier due time stays."""
    guests.added(guests.organization(), guests.user(ann).email)

    due = guests.user(ann).due
    guests.fails("PATCH", status=500, times=3)
    wire = Stumbling(after=lambda: guests.amended(ann, lease_owner="thief", lease_until=clock.now() + 60))
    kept = guests.project(ann, guests.client(transport=wire)).user
    assert (kept.lease_owner, kept.unsettled_at, kept.due) == ("thief", now(), due)


def test_giving_back_never_clears_what_somebody_else_unsettled(guests: Bench, ann: str) -> None:
    """It came during the look that would have settled: the wait starts anew, and nobody reads too early."""
    guests.expelled(ann)
    guests.fails("PATCH", reset=True)
    guests.project(ann)
    guests.advance(SETTLING)

    guests.calls()
    wire = Stumbling("GET", after=lambda: guests.amended(ann, unsettled_at=clock.now()))
    looked = guests.project(ann, guests.client(transport=wire)).user
    assert (looked.unsettled_at, looked.lease_owner, guests.calls()) == (now(), None, ["GET 200"])
    assert looked.due == (looked.unsettled_at or 0) + SETTLING


def test_sweeps_do_not_put_off_the_end_of_a_wait(guests: Bench, ann: str) -> None:
    """Whoever unsettles leaves an earlier due time as it is; once nothing else is to be done, it moves."""
    guests.amended(ann, unsettled_at=clock.now(), due=clock.now(), attempts=9)
    guests.sweep()
    since = guests.user(ann).unsettled_at
    assert guests.project(ann).user.due == (since or 0) + SETTLING
    guests.advance(SETTLING)
    assert guests.project(ann).user.unsettled_at is None
    assert guests.calls() == ["GET 200"]


def test_a_lease_that_comes_after_the_work_was_done_makes_no_call(guests: Bench, ann: str) -> None:
    """Two looked at the same time, one after the other took the lease: the second settles nothing early."""
    guests.expelled(ann)
    guests.fails("PATCH", reset=True)
    seen = guests.user(ann)
    first = guests.project(ann).user
    guests.calls()

    behind = Behind(guests, seen)
    second = project_user(ann, request_id="second", store=behind, auth0=guests.auth0).user
    assert (second.unsettled_at, second.due, guests.calls()) == (first.unsettled_at, first.due, [])


def test_a_lease_outlives_the_work_under_it() -> None:
    """Else a second writer would begin while the first one's call is in flight."""
    assert LEASE > WORK
