"""The projection of who is new: one account, whatever becomes of the answers."""

import pytest

from guestlist.clock import clock
from guestlist.leases import SETTLING
from guestlist.records import Halt
from tests.adoption_setup import plant
from tests.bench import Bench, now

LOST: dict[str, object] = {"status": 500, "after_effect": True}
UNHEARD: dict[str, object] = {"reset": True, "after_effect": True}


def test_a_new_person_costs_one_call(guests: Bench, organization: str) -> None:
    """The account is made with its organizations and roles, sorted and flat; nothing is left to do."""
    user = guests.added(organization, None, "editor", "admin")
    assert guests.project(user).made
    assert guests.calls() == ["POST 201"]
    account = guests.account(user) or {}
    roles = [f"{organization}:{role}" for role in guests.user(user).organizations[organization]]
    assert account["app_metadata"] == {
        "organizations": [organization],
        "guestlist": {"version": 1, "roles": roles},
    }
    assert (guests.user(user).due, guests.user(user).unsettled_at) == (None, None)


@pytest.mark.parametrize("fault", [LOST, UNHEARD])
def test_a_create_whose_answer_was_lost_is_found_by_its_id(
    guests: Bench, organization: str, fault: dict[str, object]
) -> None:
    """One account, made once, known at once to be ours and new."""
    user = guests.added(organization)
    guests.fails("POST", **fault)
    projected = guests.project(user)
    assert (projected.made, projected.user.applied, projected.user.due) == (True, 1, None)
    assert guests.accounts(user) == [projected.user.account]
    assert [call.split()[0] for call in guests.calls()] == ["POST", "GET"]


def test_a_create_that_failed_is_made_by_the_next_try(guests: Bench, organization: str) -> None:
    """It is not there by its id, so it is made with the same id when it is due again; then it settles."""
    user = guests.added(organization)
    guests.fails("POST", reset=True)
    given_up = guests.project(user).user
    assert (given_up.applied, given_up.unsettled_at, given_up.lease_owner) == (0, now(), None)
    assert guests.project(user).user.applied == 1
    assert guests.user(user).due == (guests.user(user).unsettled_at or 0) + SETTLING
    assert guests.settled(user).due is None
    assert guests.accounts(user) == [given_up.account]


def test_a_create_that_lands_late_makes_no_second_account(guests: Bench, organization: str) -> None:
    """It lands between two tries, its array overtaken by a change: the account is found and told."""
    user = guests.added(organization)
    guests.fails("POST", reset=True, land_after=20)
    guests.project(user)
    other = guests.organization()
    guests.added(other, guests.user(user).email)
    guests.advance(20)
    assert guests.project(user).user.applied == 2
    assert guests.array(user) == sorted([organization, other])
    assert guests.accounts(user) == [guests.user(user).account]


def test_a_lost_create_that_cannot_be_looked_up_stays_ambiguous(guests: Bench, organization: str) -> None:
    """The look for it fails as well: it may have been made, so the next try looks before it makes."""
    user = guests.added(organization)
    guests.fails("POST", **LOST)
    guests.fails("GET", status=503, times=3)
    assert guests.project(user).user.unsettled_at is not None
    guests.calls()
    projected = guests.project(user)
    assert (projected.user.applied, projected.made, guests.calls()) == (1, False, ["GET 200"])


def test_our_own_account_answers_for_a_create_that_comes_twice(guests: Bench, organization: str) -> None:
    """A conflict whose id is there is an earlier create of ours that nobody remembers."""
    user = guests.added(organization)
    guests.project(user)
    guests.amended(user, applied=0, created=False)
    guests.calls()
    assert guests.project(user).user.applied == 1
    assert guests.calls() == ["POST 409", "GET 200"]


def test_somebody_elses_account_is_granted_nothing(guests: Bench, organization: str) -> None:
    """It was in the tenant before us: the projection ends, is due no more, and says why."""
    name = plant(guests.tenant, f"squatter-{organization}@example.com")
    user = guests.added(organization, f"squatter-{organization}@example.com")
    guests.calls()
    halted = guests.project(user).user
    assert (halted.halt, halted.due) == (Halt.AWAITING_ACCEPTANCE, None)
    assert "app_metadata" not in guests.tenant.state.users[name]
    assert guests.project(user).user == halted
    assert guests.calls() == ["POST 409", "GET 404", "GET 200"]


def test_who_left_before_they_were_made_gets_no_account(guests: Bench, organization: str) -> None:
    """Nobody needs one: no call, and the removal counts as told."""
    user = guests.added(organization)
    guests.removed(organization, user)
    projected = guests.project(user).user
    assert (projected.applied, projected.due, guests.calls(), guests.accounts(user)) == (2, None, [], [])


def test_a_late_create_of_somebody_who_left_is_emptied(guests: Bench, organization: str) -> None:
    """It lands after the removal was told to nobody; the look three minutes later finds it."""
    user = guests.added(organization)
    guests.fails("POST", reset=True, land_after=60)
    guests.project(user)
    guests.removed(organization, user)
    assert guests.project(user).user.applied == 2
    guests.advance(60)
    assert guests.array(user) == [organization]
    assert guests.settled(user).created
    assert guests.array(user) == []


def test_an_account_that_is_gone_is_missing_and_not_due(guests: Bench, organization: str, ann: str) -> None:
    """It was deleted at Auth0; a change of roles does not bring it back, and is recorded all the same."""
    guests.delete_account(ann)
    guests.changes_roles(organization, ann, "editor")
    missing = guests.project(ann).user
    assert (missing.halt, missing.due, missing.lease_owner) == (Halt.MISSING, None, None)
    guests.removed(organization, ann)
    assert (guests.user(ann).organizations, guests.user(ann).due) == ({}, None)
    assert guests.accounts(ann) == []


@pytest.mark.parametrize("known", [False, True])
def test_an_addition_makes_a_gone_account_anew(
    guests: Bench, organization: str, ann: str, *, known: bool
) -> None:
    """Whether we knew already that it is gone, or find out as we tell it: both organizations are on it."""
    guests.delete_account(ann)
    if known:
        guests.changes_roles(organization, ann, "editor")
        assert guests.project(ann).user.halt is Halt.MISSING
    other = guests.organization()
    guests.added(other, guests.user(ann).email)
    projected = guests.project(ann)
    assert (projected.made, projected.user.halt, projected.user.due) == (True, None, None)
    assert guests.array(ann) == sorted([organization, other])


def test_an_addition_that_races_with_the_finding_is_carried_out(guests: Bench, ann: str) -> None:
    """It read the user before the account was found missing, and was recorded after."""
    guests.delete_account(ann)
    other = guests.organization()
    guests.added(other, guests.user(ann).email)
    guests.amended(ann, halt=Halt.MISSING, halted=1)
    assert guests.project(ann).user.halt is None
    assert other in guests.array(ann)


def test_who_is_halted_and_due_all_the_same_is_put_to_rest(guests: Bench, ann: str) -> None:
    """A due time that a race left behind would be swept for ever."""
    guests.amended(ann, halt=Halt.STOPPED, halted=1, due=clock.now())
    assert guests.project(ann).user.due is None
    assert guests.calls() == []
