"""The projection under failure: Auth0 comes to bear what the table says, whatever is lost or late."""

import httpx
import pytest

from guestlist.clock import clock
from guestlist.deadline import Transport
from guestlist.errors import TooManyOrganizations
from guestlist.leases import SETTLING
from guestlist.profile import PROFILE_BYTES
from guestlist.records import Halt
from tests.bench import Bench, now


class Changing(Transport):
    """A wire on which the user changes, and three seconds go by, with every call."""

    def __init__(self, guests: Bench, user: str) -> None:
        super().__init__(tls=False)
        self._guests, self._user, self.changes = guests, user, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, as the wire does."""
        response = super().handle_request(request)
        self._guests.advance(3)
        self._guests.added(self._guests.organization(), self._guests.user(self._user).email)
        self.changes += 1
        return response


def test_changes_that_wait_together_are_one_call(guests: Bench, ann: str) -> None:
    """The whole state is told, never a difference."""
    others = [guests.organization() for _ in range(3)]
    for organization in others:
        guests.added(organization, guests.user(ann).email)
    guests.project(ann)
    assert guests.calls() == ["PATCH 200"]
    assert set(others) < set(guests.array(ann))


def test_changes_that_do_not_end_are_handed_on(guests: Bench, ann: str) -> None:
    """After some rounds the lease goes back, and the next hint goes on: a function's time has an end."""
    changing = Changing(guests, ann)
    guests.added(guests.organization(), guests.user(ann).email)
    projected = guests.project(ann, guests.client(transport=changing)).user
    assert (projected.lease_owner, projected.due) == (None, now())
    assert 0 < projected.applied < projected.version == changing.changes + 2
    assert guests.project(ann).user.applied == projected.version


def test_foreign_names_stay(guests: Bench, organization: str, ann: str) -> None:
    """Names in the array that are none of ours are told with ours, sorted."""
    guests.amended(ann, foreign=("aaa", "zzz"))
    guests.added(guests.organization(), guests.user(ann).email)
    guests.removed(organization, ann)
    guests.project(ann)
    assert [guests.array(ann)[0], guests.array(ann)[-1], len(guests.array(ann))] == ["aaa", "zzz", 3]


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("how", [{"status": 500}, {"status": 502}, {"status": 503}, {"reset": True}])
def test_a_change_whose_answer_was_lost_is_told_and_stays_unsettled(
    guests: Bench, ann: str, how: dict[str, object], *, after_effect: bool
) -> None:
    """The second try is answered; the first may land yet: a look three minutes later settles it."""
    guests.expelled(ann)
    guests.fails("PATCH", **how, after_effect=after_effect)
    told = guests.project(ann).user
    assert (told.applied, guests.array(ann), told.due) == (2, [], (told.unsettled_at or 0) + SETTLING)
    guests.calls()
    done = guests.settled(ann)
    assert (done.unsettled_at, done.due, guests.calls()) == (None, None, ["GET 200"])


def test_silence_is_given_up_and_tried_again(guests: Bench, ann: str) -> None:
    """Nothing answers until the deadline: the user is due soon, unsettled, and nobody's lease."""
    guests.expelled(ann)
    guests.fails("PATCH", timeout=True)
    given_up = guests.project(ann, guests.client(deadline=0.5)).user
    assert (given_up.applied, given_up.lease_owner, given_up.unsettled_at) == (1, None, now())
    assert clock.now() < (given_up.due or 0) <= clock.now() + 15
    assert guests.project(ann).user.applied == 2
    assert guests.array(ann) == []


def test_a_rate_limit_is_due_when_it_is_over(guests: Bench, ann: str) -> None:
    """The call was refused before it did anything: nothing is unsettled."""
    guests.expelled(ann)
    guests.fails("PATCH", status=429, times=9)
    given_up = guests.project(ann, guests.client(deadline=0.5)).user
    assert (given_up.unsettled_at, given_up.attempts, given_up.applied) == (None, 1, 1)


def test_a_write_that_lands_minutes_late_is_written_over(guests: Bench, organization: str, ann: str) -> None:
    """It re-admits who was removed meanwhile, for as long as it takes the look three minutes after."""
    other = guests.organization()
    guests.added(other, guests.user(ann).email)
    guests.fails("PATCH", reset=True, land_after=150)
    guests.project(ann)
    guests.removed(other, ann)
    assert guests.project(ann).user.applied == 3
    guests.advance(150)
    assert guests.array(ann) == [organization, other]
    guests.advance(SETTLING - 150)
    rewritten = guests.project(ann).user
    assert (guests.array(ann), rewritten.unsettled_at) == ([organization], now())
    assert guests.settled(ann).due is None


def test_a_look_before_its_time_settles_nothing(guests: Bench, ann: str) -> None:
    """A hint that comes early finds nothing to do, makes no call, and leaves the due time as it is."""
    guests.expelled(ann)
    guests.fails("PATCH", reset=True)
    unsettled = guests.project(ann).user
    guests.calls()
    guests.advance(SETTLING - 5)
    assert guests.project(ann).user == unsettled
    assert guests.calls() == []


def test_what_auth0_takes_for_invalid_stops_until_something_changes(
    guests: Bench, organization: str, ann: str
) -> None:
    """A person must decide; but the next change is tried, since a removal must never be held up."""
    other = guests.organization()
    guests.added(other, guests.user(ann).email)
    guests.fails("PATCH", status=400)
    stopped = guests.project(ann).user
    assert (stopped.halt, stopped.halt_code, stopped.due) == (Halt.STOPPED, "auth0_refused", None)
    guests.removed(other, ann)
    guests.removed(organization, ann)
    assert guests.project(ann).user.halt is None
    assert guests.array(ann) == []


def test_a_missing_scope_is_tried_again_later(guests: Bench, ann: str) -> None:
    """Our own client is at fault, not the user: nothing is stopped."""
    guests.expelled(ann)
    guests.fails("PATCH", status=403)
    given_up = guests.project(ann).user
    assert (given_up.halt, given_up.attempts, given_up.unsettled_at) == (None, 1, None)
    assert guests.project(ann).user.applied == 2


def test_a_profile_that_is_full_takes_no_more_but_gives_up_some(guests: Bench, ann: str) -> None:
    """An organization or a longer role that would pass 8 KB is refused; a removal never is."""
    item = guests.user(ann)
    [first], email = item.organizations, item.email
    many = {f"{'c' * 40}{number}": ("member",) for number in range(PROFILE_BYTES // 98)}
    guests.amended(ann, organizations={**item.organizations, **many})
    other, roles = guests.organization(), [f"{'r' * 38}{number}" for number in range(5)]
    with pytest.raises(TooManyOrganizations):
        guests.added(other, email, *roles)
    with pytest.raises(TooManyOrganizations):
        guests.changes_roles(first, ann, *roles)
    guests.removed(first, ann)
    assert guests.project(ann).user.applied == 2
    assert first not in guests.array(ann)
