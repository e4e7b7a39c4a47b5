"""The door's list has no room, or Auth0 does not let it be written: whoever is closed next is left out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest

from guestlist.door_records import MARKS, MOST, OWN_SECRETS, SECRETS
from guestlist.metrics import NAMESPACE, Figure
from guestlist.tenant_drift import DOORS
from local.people import PLAIN, Api, Person
from local.stack import Stack
from tests.accept_setup import store
from tests.door_setup import open_all, turn
from tests.front_door import audited, pass_time, suffer
from tests.left_out_setup import at_rest, profile, turned

ACTIONS = "/api/v2/actions/"


@pytest.fixture(autouse=True)
def _all_open(stack: Stack, operator: Api) -> Iterator[None]:
    yield
    httpx.delete(f"{stack.tenant.url}/_local/faults", verify=PLAIN)
    pass_time(stack, seconds=60)
    stack.workers.tick()
    open_all(stack, operator)


@contextmanager
def full(stack: Stack, marks: int = MOST) -> Iterator[None]:
    """Have so many organizations on the door's list that are nowhere else."""
    kept = store(stack)
    others = tuple(f"-{number:011}" for number in range(marks))
    kept.amended(kept.door(), replace(kept.door(), closed=others, due=None), when="attribute_exists(#pk)")
    try:
        yield
    finally:
        left = tuple(mark for mark in kept.door().closed if mark not in others)
        kept.amended(kept.door(), replace(kept.door(), closed=left), when="attribute_exists(#pk)")


@contextmanager
def forbidden(stack: Stack) -> Iterator[None]:
    """Have Auth0 refuse to change Actions, for want of a scope."""
    suffer(stack, method="PATCH", path=ACTIONS, status=403, times=100)
    try:
        yield
    finally:
        httpx.delete(f"{stack.tenant.url}/_local/faults", verify=PLAIN)


def test_the_list_and_the_door_s_own_secrets_are_as_many_as_an_action_may_have() -> None:
    """The largest list leaves room for what set-up writes."""
    assert max(len(door["secrets"]) for door in DOORS.values()) == OWN_SECRETS
    assert MOST == (SECRETS - OWN_SECRETS) * MARKS > 3000


def test_the_last_that_has_room_is_listed(operator: Api, stack: Stack, clinic: str) -> None:
    """Auth0 takes the longest list."""
    turn(operator, clinic, "suspend")
    turn(operator, clinic, "resume")
    with full(stack, MOST - 1):
        closed = turn(operator, clinic, "suspend")
        assert (closed["door"], closed["left_out"]) == ("closed", None)
        turn(operator, clinic, "resume")


def test_whoever_finds_the_list_full_is_left_out_and_stays_so(
    operator: Api, stack: Stack, clinic: str, ann: Person
) -> None:
    """Also when there is room again, and in a suspension that overtakes the resumption."""
    turn(operator, clinic, "suspend")
    turn(operator, clinic, "resume")
    with full(stack):
        assert turned(stack, operator, clinic, "suspend")["left_out"] == {"done": 1, "of": 1}
        assert len(store(stack).door().closed) == MOST
    assert profile(stack, ann) == ([], [])
    assert turned(stack, operator, clinic, "suspend")["left_out"] == {"done": 1, "of": 1}
    operator.post(f"/organizations/{clinic}/resume").raise_for_status()
    assert turned(stack, operator, clinic, "suspend")["left_out"]
    assert turned(stack, operator, clinic, "resume")["left_out"] is None
    assert profile(stack, ann)[0] == [clinic]
    assert turn(operator, clinic, "suspend")["left_out"] is None
    assert profile(stack, ann)[0] == [clinic]


def test_a_full_list_keeps_nobody_from_leaving(operator: Api, stack: Stack, clinic: str, ann: Person) -> None:
    """Its people are taken off at once, which is as good."""
    turn(operator, clinic, "suspend")
    turn(operator, clinic, "resume")
    with full(stack):
        left = operator.delete(f"/organizations/{clinic}").raise_for_status().json()
        assert (left["status"], left["door"]) == ("offboarding", "closing")
        for _ in range(3):
            stack.workers.idle()
            pass_time(stack, seconds=60)
            stack.workers.tick()
        stack.workers.idle()
        assert operator.get(f"/organizations/{clinic}").status_code == 404
        assert len(store(stack).door().closed) == MOST
    assert profile(stack, ann) == ([], [])


def test_a_refusal_is_an_alarm_and_the_next_suspension_is_left_out(
    operator: Api,
    stack: Stack,
    clinic: str,
    ann: Person,
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The one that is on the list already is left out as well when it is asked for again."""
    monkeypatch.setenv(NAMESPACE, "clinics")
    with forbidden(stack):
        operator.post(f"/organizations/{clinic}/suspend").raise_for_status()
        stack.workers.idle()
        assert Figure.DOOR_REFUSED in capsys.readouterr().out
        shown = operator.get(f"/organizations/{clinic}").json()
        assert (shown["door"], shown["left_out"]) == ("closing", None)
        assert turned(stack, operator, clinic, "suspend")["left_out"] == {"done": 1, "of": 1}
    assert profile(stack, ann) == ([], [])
    assert store(stack).door().closed == ()
    assert audited(stack, clinic, "organization:suspend") == [clinic, clinic]


def test_a_right_that_is_granted_again_is_used_again(operator: Api, stack: Stack, clinic: str) -> None:
    """Each look after the door finds out; what is on the list by then is told."""
    with forbidden(stack):
        operator.post(f"/organizations/{clinic}/suspend").raise_for_status()
        stack.workers.idle()
        assert store(stack).door().refused
    pass_time(stack, seconds=60)
    stack.workers.tick()
    assert at_rest(stack, operator, clinic)["left_out"] is None
    assert not store(stack).door().refused


def test_a_door_that_knows_who_is_closed_keeps_them(operator: Api, stack: Stack, clinic: str) -> None:
    """Who is suspended again, or leaves, is not taken off a list that cannot be written."""
    turn(operator, clinic, "suspend")
    with forbidden(stack):
        kept = store(stack)
        kept.amended(kept.door(), replace(kept.door(), refused=True), when="attribute_exists(#pk)")
        assert turn(operator, clinic, "suspend")["left_out"] is None
        assert operator.delete(f"/organizations/{clinic}").json()["left_out"] is None
        assert len(store(stack).door().closed) == 1
