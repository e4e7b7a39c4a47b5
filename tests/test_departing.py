"""A removal carried out to its end under failures and races: whoever is back stays signed in, nobody else."""

from collections.abc import Callable

import httpx
import pytest

from guestlist.clock import clock
from guestlist.deadline import Transport
from guestlist.leases import FIRST_BACK_OFF, LAST_BACK_OFF, LEASE, SETTLING
from guestlist.members import deprovision
from guestlist.receipt_records import Access, Receipt, Terms
from guestlist.receipts import LATE, receipt_of
from guestlist.records import Halt
from tests.adoption_setup import link, plant
from tests.bench import Bench, bench, now
from tests.stumbling import Stumbling

TERMS = Terms(token_life=300)


class Dying(Transport):
    """A wire whose process is killed as it is about to end somebody's access."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, as the wire does."""
        if request.url.path.endswith("/revoke-access"):
            raise KeyboardInterrupt
        return super().handle_request(request)


def removed(guests: Bench, organization: str, user: str, terms: Terms = TERMS) -> str:
    """Take somebody off the list with a receipt, and return its id; Auth0 is not told yet."""
    done = deprovision(organization, user, terms=terms, request=guests.request(), store=guests.store)
    return str(done.receipt)


def receipt(guests: Bench, organization: str, user: str) -> Receipt:
    """Return the receipt of somebody's last removal, as it would be shown."""
    found = guests.store.membership(organization, user)
    assert found
    return receipt_of(organization, str(found.receipt), guests.store)


def test_removals_that_wait_together_are_two_calls(guests: Bench, organization: str, ann: str) -> None:
    """From all organizations at once: the door closes by one, and access ends by the other."""
    others = [guests.organization() for _ in range(3)]
    for other in others:
        guests.added(other, guests.user(ann).email)
    guests.project(ann)
    guests.calls()
    for place in (organization, *others):
        removed(guests, place, ann)
    user = guests.project(ann).user
    assert guests.calls() == ["PATCH 200", "POST 202"]
    assert (user.receipts, user.due) == ({}, None)
    found = [receipt(guests, place, ann) for place in (organization, *others)]
    assert {one.access for one in found} == {Access.ENDED}
    assert all(guests.audited(place).count("user:sign_out") == 1 for place in (organization, *others))


def test_the_last_of_two_removals_ends_access(guests: Bench, organization: str, ann: str) -> None:
    """The first leaves a membership for which sessions are good."""
    other = guests.organization()
    guests.added(other, guests.user(ann).email)
    for place in (organization, other):
        removed(guests, place, ann)
        guests.project(ann)
    found = [receipt(guests, place, ann).access for place in (organization, other)]
    assert found == [Access.ELSEWHERE, Access.ENDED]
    assert guests.calls() == ["PATCH 200"] * 2 + ["POST 202"]


def test_names_that_are_not_ours_keep_sessions(guests: Bench, organization: str, ann: str) -> None:
    """The door lets the account in there, for all that Guestlist knows."""
    guests.amended(ann, foreign=("laboratory",))
    removed(guests, organization, ann)
    guests.project(ann)
    assert receipt(guests, organization, ann).access is Access.ELSEWHERE
    assert guests.calls() == ["PATCH 200"]


def test_what_joins_elsewhere_during_the_call_keeps_sessions(
    guests: Bench, organization: str, ann: str
) -> None:
    """It came after the removal was told, and before anything was ended."""
    other, email = guests.organization(), guests.user(ann).email
    removed(guests, organization, ann)
    wire = Stumbling(after=lambda: guests.added(other, email))
    guests.project(ann, guests.client(transport=wire))
    assert receipt(guests, organization, ann).access is Access.ELSEWHERE
    assert guests.calls() == ["PATCH 200", "PATCH 200"]
    assert guests.array(ann) == [other]


def test_who_is_back_during_the_call_is_left_alone(guests: Bench, organization: str, ann: str) -> None:
    """The receipt is void, and the next removal has its own, with calls of its own."""
    email, first = guests.user(ann).email, removed(guests, organization, ann)
    wire = Stumbling(after=lambda: guests.added(organization, email))
    user = guests.project(ann, guests.client(transport=wire)).user
    assert guests.calls() == ["PATCH 200", "PATCH 200"]
    void = receipt_of(organization, first, guests.store)
    assert (void.superseded_at, void.effective_by, user.receipts) == (now(), None, {})
    second = removed(guests, organization, ann)
    guests.project(ann)
    assert second != first
    assert receipt(guests, organization, ann).access is Access.ENDED
    assert receipt_of(organization, first, guests.store).superseded_at == void.superseded_at


def test_a_lease_that_was_lost_ends_nobodys_sessions(guests: Bench, organization: str, ann: str) -> None:
    """Its holder stood still before the call; by then the person is back, and Auth0 knows."""
    email = guests.user(ann).email
    removed(guests, organization, ann)

    def meanwhile() -> None:
        guests.advance(LEASE + 1)
        guests.added(organization, email)
        guests.project(ann)

    guests.project(ann, guests.client(transport=Stumbling(before=meanwhile)))
    assert "POST 202" not in guests.calls()
    guests.settled(ann)
    assert guests.array(ann) == [organization]
    assert "POST 202" not in guests.calls()


def test_a_removal_that_dies_after_it_was_told_goes_on(guests: Bench, organization: str, ann: str) -> None:
    """Whoever takes the lease over ends what is to end, and looks once more three minutes later."""
    removed(guests, organization, ann)
    with pytest.raises(KeyboardInterrupt):
        guests.project(ann, guests.client(transport=Dying(tls=False)))
    half = receipt(guests, organization, ann)
    assert (half.told_at, half.access, half.effective_by) == (now(), None, None)
    guests.advance(LEASE + 1)
    guests.project(ann)
    whole = receipt(guests, organization, ann)
    assert (whole.access, whole.told_at, whole.open) == (Access.ENDED, half.told_at, False)
    assert guests.settled(ann).due is None
    assert guests.calls() == ["PATCH 200", "POST 202", "GET 200"]


def test_while_access_cannot_be_ended_it_is_tried_again(guests: Bench, organization: str, ann: str) -> None:
    """The door is shut meanwhile, and Auth0 is not told of that again."""
    removed(guests, organization, ann)
    guests.fails("POST", status=503, times=3)
    user = guests.project(ann).user
    assert (user.applied, user.unsettled_at, len(user.receipts)) == (2, None, 1)
    assert receipt(guests, organization, ann).effective_by is None
    guests.advance(FIRST_BACK_OFF)
    guests.calls()
    assert guests.project(ann).user.receipts == {}
    assert guests.calls() == ["POST 202"]
    done = receipt(guests, organization, ann)
    assert done.effective_by == (done.settled_at or 0) + TERMS.token_life


@pytest.mark.parametrize(
    ("status", "why"),
    [(403, Access.NOT_PERMITTED), (404, Access.NO_ACCOUNT), (400, Access.REFUSED)],
)
def test_what_auth0_refuses_to_end_is_told(
    status: int, why: Access, guests: Bench, organization: str, ann: str
) -> None:
    """The receipt does not wait for it: the door is shut, and tokens run out."""
    removed(guests, organization, ann)
    guests.fails("POST", status=status)
    assert guests.project(ann).user.receipts == {}
    found = receipt(guests, organization, ann)
    assert (found.access, found.open) == (why, False)


def test_a_client_that_auth0_does_not_take_is_no_answer(guests: Bench, organization: str, ann: str) -> None:
    """Our own trouble is over some day; then access ends."""
    removed(guests, organization, ann)
    guests.fails("POST", status=401, times=2)
    assert len(guests.project(ann).user.receipts) == 1
    guests.advance(FIRST_BACK_OFF)
    guests.project(ann)
    assert receipt(guests, organization, ann).access is Access.ENDED


def test_who_cannot_be_told_is_tried_for_ever() -> None:
    """Auth0 takes no such user: nothing is promised, the sweep goes on, and counts it as late."""
    with bench() as guests:
        organization = guests.organization()
        ann = guests.added(organization)
        guests.project(ann)
        removed(guests, organization, ann)
        guests.fails("PATCH", status=400, times=2)
        stopped = guests.project(ann).user
        assert stopped.halt is Halt.STOPPED
        assert 0 < (stopped.due or 0) - clock.now() <= LAST_BACK_OFF
        assert guests.sweep().late_receipts == 0
        guests.advance(LATE)
        assert guests.sweep().late_receipts == 1
        assert guests.project(ann).user.halt is Halt.STOPPED
        guests.advance(LAST_BACK_OFF)
        assert guests.sweep().late_receipts == 1
        assert guests.project(ann).user.halt is None
        assert receipt(guests, organization, ann).access is Access.ENDED
        assert guests.array(ann) == []


def awaits_acceptance(guests: Bench, organization: str, email: str) -> str:
    """Add somebody whose address is that of an account that nobody proved."""
    plant(guests.tenant, email)
    user = guests.added(organization, email)
    guests.project(user)
    assert guests.user(user).halt is Halt.AWAITING_ACCEPTANCE
    return user


def was_linked(guests: Bench, organization: str, email: str) -> str:
    """Have somebody's account linked into one that is nobody's."""
    user = guests.added(organization, email)
    guests.project(user)
    primary = plant(guests.tenant, f"primary-{email}")
    link(guests.tenant, primary, guests.user(user).account)
    guests.amended(user, unsettled_at=1, due=1)
    guests.project(user)
    assert guests.user(user).halt is Halt.MISSING
    return user


def was_never_told(guests: Bench, organization: str, email: str) -> str:
    """Add somebody whom Auth0 does not know yet."""
    return guests.added(organization, email)


@pytest.mark.parametrize(
    "kind", [awaits_acceptance, was_linked, was_never_told], ids=lambda kind: kind.__name__
)
def test_where_no_account_is_theirs_no_call_is_made(
    kind: Callable[[Bench, str, str], str], guests: Bench, organization: str
) -> None:
    """The receipt is through at once, but for tokens of an account that there was."""
    user = kind(guests, organization, f"{kind.__name__}@example.com")
    removed(guests, organization, user)
    guests.calls()
    assert guests.project(user).user.receipts == {}
    found = receipt(guests, organization, user)
    assert (found.access, guests.calls()) == (Access.NO_ACCOUNT, [])
    assert found.complete(clock.now()) is (kind is not was_linked)


def test_who_was_removed_without_a_receipt_gets_one(guests: Bench, organization: str, ann: str) -> None:
    """By asking again: it says when they were removed, and Auth0 is told once more."""
    guests.removed(organization, ann)
    guests.project(ann)
    guests.advance(SETTLING)
    removed(guests, organization, ann)
    guests.project(ann)
    found = receipt(guests, organization, ann)
    assert found.access is Access.ENDED
    assert found.removed_at + SETTLING <= (found.told_at or 0)
