"""The receipt of a removal: each step with its time and its call, and by when all of it is through."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from guestlist.auth0 import segment
from guestlist.clock import clock, rfc3339
from guestlist.leases import SETTLING
from guestlist.tenant import TOKEN_LIFE
from local.people import PLAIN, Api
from local.stack import Stack
from tests.conftest import NewPerson
from tests.front_door import (
    WAIT,
    accounts,
    add,
    counted,
    join,
    organizations_at_auth0,
    pass_time,
    provision,
    suffer,
)
from tests.logins_setup import enterprise
from tests.minted import EVERYTHING, caller, of_organization, of_system
from tests.refusals import refused

PATCH, REVOKE = "PATCH /api/v2/users/{id}", "POST /api/v2/users/{id}/revoke-access"
Body = dict[str, Any]


@pytest.fixture
def lesser_plan(stack: Stack) -> Iterator[None]:
    """Have the tenant on a plan that ends no sessions."""
    stack.tenant.state.plan = "essentials"
    yield
    stack.tenant.state.plan = "none"


def remove(api: Api, organization: str, user: str, **query: str) -> httpx.Response:
    """Take somebody off the list, and wait until Auth0 knows."""
    path = f"/organizations/{organization}/members/{user}"
    return api.delete(path, headers=WAIT, params=query).raise_for_status()


def steps(receipt: Body) -> dict[str, tuple[str, str | None]]:
    """Return the state of each step, with its code or else its call."""
    return {step["step"]: (step["state"], step["code"] or step["call"]) for step in receipt["steps"]}


def signed_in(stack: Stack, email: str) -> tuple[int, int]:
    """Return how many sessions and refresh tokens somebody has at Auth0."""
    [account] = accounts(stack, email)
    with stack.tenant.state.lock:
        sessions = [held.user_id for held in stack.tenant.state.sessions.values()]
        tokens = [held.user_id for held in stack.tenant.state.refresh_tokens.values()]
    return sessions.count(account["user_id"]), tokens.count(account["user_id"])


def test_a_removal_is_carried_out_to_its_end(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """The door closes by one call, and by another sessions and refresh tokens end: two in all."""
    person = new_person()
    join(operator, clinic, person)
    assert person.sign_in(clinic)["admitted"]
    [member] = operator.get(f"/organizations/{clinic}/members").json()["items"]
    with counted(stack) as calls:
        answer = remove(operator, clinic, member["user"])
    receipt = answer.json()
    assert (answer.status_code, receipt["status"], receipt["settled"]) == (202, "open", True)
    assert steps(receipt) == {
        "removed": ("done", None),
        "door_closed": ("done", PATCH),
        "refresh_refused": ("done", PATCH),
        "access_ended": ("done", REVOKE),
        "tokens_run_out": ("pending", None),
    }
    assert len(calls) == 2
    assert signed_in(stack, person.email) == (0, 0)
    assert operator.get(answer.headers["location"]).json() == receipt


def test_a_removal_is_through_five_minutes_after_auth0_knew(
    stack: Stack, operator: Api, new_person: NewPerson
) -> None:
    """Not before the last token ran out that was given; then the same receipt is complete."""
    clinic, person = provision(operator), new_person()
    user = add(operator, clinic, person)["user"]
    receipt = remove(operator, clinic, user).json()
    told, end = receipt["steps"][1]["at"], receipt["steps"][4]["at"]
    assert receipt["effective_by"] == end
    assert end in {rfc3339(clock.now() + TOKEN_LIFE - late) for late in range(5)}
    assert told < end
    pass_time(stack, seconds=TOKEN_LIFE)
    with caller(stack, permissions=EVERYTHING) as later:
        again = remove(later, clinic, user)
    assert (again.status_code, again.json()["status"]) == (200, "complete")
    assert again.json()["id"] == receipt["id"]
    assert {step["state"] for step in again.json()["steps"]} == {"done"}


def test_who_belongs_elsewhere_stays_signed_in(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Sessions are the user's: one clinic logs nobody out of another, and the receipt says so."""
    person, other = new_person(), provision(operator)
    join(operator, clinic, person)
    user = add(operator, other, person)["user"]
    assert person.sign_in(clinic)["admitted"]
    before = signed_in(stack, person.email)
    with counted(stack) as calls:
        receipt = remove(operator, clinic, user).json()
    assert steps(receipt)["access_ended"] == ("skipped", "belongs_elsewhere")
    assert receipt["effective_by"] is not None
    assert (len(calls), signed_in(stack, person.email)) == (1, before)
    assert person.refresh(other)["admitted"] or person.sign_in(other)["admitted"]


@pytest.mark.parametrize("later", [False, True], ids=["at once", "once they were removed"])
def test_an_operator_may_end_sessions_all_the_same(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson, *, later: bool
) -> None:
    """With the removal, or by asking again: it is the same receipt."""
    person, other = new_person(), provision(operator)
    join(operator, clinic, person)
    user = add(operator, other, person)["user"]
    assert person.sign_in(other)["admitted"]
    first = remove(operator, clinic, user).json() if later else None
    receipt = remove(operator, clinic, user, sessions="end").json()
    assert steps(receipt)["access_ended"] == ("done", REVOKE)
    assert first is None or first["id"] == receipt["id"]
    assert signed_in(stack, person.email) == (0, 0)
    [audit, *_] = operator.get(f"/organizations/{clinic}/audit").json()["items"]
    assert (audit["action"], audit["actor"]["kind"]) == ("user:sign_out", "projector")
    assert audit["subject"] == {"kind": "user", "id": user}


def test_an_admin_ends_nobodys_sessions(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Nor does a system that is bound to the organization; nobody is removed by such a request."""
    admin, person = (add(operator, clinic, new_person(), roles=["admin"])["user"] for _ in range(2))
    account = operator.get(f"/users/{admin}").json()["account"]
    path = f"/organizations/{clinic}/members/{person}"
    for claims in (
        {"sub": account, **of_organization(clinic, "admin")},
        {**of_system(*EVERYTHING[1:]), **of_organization(clinic)},
    ):
        with caller(stack, **claims) as api:
            refused(api.delete(path, params={"sessions": "end"}), 403, "forbidden")
    refused(operator.delete(path, params={"sessions": "keep"}), 400, "malformed", "#/query/sessions")
    assert operator.get(path).status_code == 200


@pytest.mark.usefixtures("lesser_plan")
def test_a_plan_without_sessions_is_told(stack: Stack, operator: Api, new_person: NewPerson) -> None:
    """Below Enterprise the door refuses refreshes, and tokens run out: the bound is the same."""
    clinic, person = provision(operator), new_person()
    user = add(operator, clinic, person)["user"]
    with counted(stack) as calls:
        receipt = remove(operator, clinic, user).json()
    assert steps(receipt)["access_ended"] == ("skipped", "not_on_plan")
    assert steps(receipt)["refresh_refused"] == ("done", PATCH)
    assert receipt["effective_by"] == receipt["steps"][4]["at"]
    assert len(calls) == 2


def test_nothing_is_promised_while_auth0_is_away(stack: Stack, operator: Api, new_person: NewPerson) -> None:
    """The receipt has no time then; when Auth0 is back the sweep goes on with it."""
    clinic, person = provision(operator), new_person()
    user = add(operator, clinic, person)["user"]
    suffer(stack, method="PATCH", path="/api/v2/users", status=429, times=99)
    path = f"/organizations/{clinic}/members/{user}"
    removed = operator.delete(path).raise_for_status()
    stack.workers.idle()
    waiting = operator.get(removed.headers["location"]).json()
    assert (waiting["effective_by"], steps(waiting)["door_closed"]) == (None, ("pending", None))
    httpx.delete(f"{stack.tenant.url}/_local/faults", verify=PLAIN)
    pass_time(stack, seconds=120)
    stack.workers.tick()
    stack.workers.idle()
    done = operator.get(removed.headers["location"]).json()
    assert steps(done)["access_ended"] == ("done", REVOKE)
    assert done["effective_by"] > removed.json()["steps"][0]["at"]


def test_who_is_back_is_left_alone(operator: Api, stack: Stack, clinic: str, new_person: NewPerson) -> None:
    """Added again before Auth0 knew of the removal, they keep their sessions: the receipt is void."""
    person = new_person()
    join(operator, clinic, person)
    assert person.sign_in(clinic)["admitted"]
    [member] = operator.get(f"/organizations/{clinic}/members").json()["items"]
    with stack.tenant.state.lock:  # no call is carried out meanwhile
        removed = operator.delete(f"/organizations/{clinic}/members/{member['user']}").raise_for_status()
        body = {"email": person.email}
        operator.post(f"/organizations/{clinic}/members", json=body).raise_for_status()
    stack.workers.idle()
    receipt = operator.get(removed.headers["location"]).json()
    assert (receipt["status"], receipt["effective_by"]) == ("superseded", None)
    assert steps(receipt)["access_ended"] == ("skipped", "superseded")
    assert signed_in(stack, person.email)[0] == 1
    assert person.refresh(clinic)["admitted"]


def test_who_never_came_is_out_at_once(operator: Api, stack: Stack, new_person: NewPerson) -> None:
    """At an own identity provider nobody is at Auth0 before their first login: complete without a call."""
    place = enterprise(stack, operator)
    person = place.person(new_person)
    user = add(operator, place.id, person)["user"]
    with counted(stack) as calls:
        answer = remove(operator, place.id, user)
    assert (answer.status_code, answer.json()["status"], calls) == (200, "complete", [])
    assert steps(answer.json()) == {
        "removed": ("done", None),
        "door_closed": ("done", None),
        "refresh_refused": ("done", None),
        "access_ended": ("skipped", "no_account"),
        "tokens_run_out": ("done", None),
    }
    assert not place.arrives(person)["admitted"]


def test_of_an_account_that_is_gone_tokens_may_be_out(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Nothing can be ended there, but what was given before it went lives to its end."""
    person = new_person()
    user = add(operator, clinic, person)["user"]
    [account] = accounts(stack, person.email)
    with closing(stack.management()) as auth0:
        auth0.call("DELETE", f"/users/{segment(account['user_id'])}")
    receipt = remove(operator, clinic, user).json()
    assert steps(receipt)["access_ended"] == ("skipped", "no_account")
    assert (receipt["status"], steps(receipt)["tokens_run_out"][0]) == ("open", "pending")


def test_whoever_may_be_let_in_by_a_late_write_is_unsettled(
    stack: Stack, operator: Api, new_person: NewPerson
) -> None:
    """It lands after the removal: what is promised counts from the look that found and undid it."""
    clinic, other, person = provision(operator), provision(operator), new_person()
    user = add(operator, other, person)["user"]
    suffer(stack, method="PATCH", path="/api/v2/users", reset=True, land_after=100)
    add(operator, clinic, person)
    for place in (other, clinic):
        receipt = remove(operator, place, user).json()
        assert (receipt["settled"], receipt["effective_by"]) == (False, None)
    pass_time(stack, seconds=100)
    assert organizations_at_auth0(stack, person) == sorted([clinic, other])
    with counted(stack) as calls:
        _look(stack, SETTLING - 100)
    assert [call.partition("?")[0].rsplit("/", 1)[-1] for call in calls].count("revoke-access") == 1
    _look(stack, SETTLING)
    with caller(stack, permissions=EVERYTHING) as later:
        done = later.get(f"/organizations/{clinic}/receipts/{receipt['id']}").json()
    assert (done["settled"], done["status"], organizations_at_auth0(stack, person)) == (True, "open", [])
    assert done["effective_by"] in {rfc3339(clock.now() + TOKEN_LIFE - late) for late in range(10)}


def _look(stack: Stack, seconds: int) -> None:
    pass_time(stack, seconds=seconds)
    stack.workers.tick()
    stack.workers.idle()


def test_nobody_reads_anothers_receipt(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """An unknown one, and another organization's, are not there; nor is a removal of who never was in."""
    other, user = provision(operator), add(operator, clinic, new_person())["user"]
    receipt = operator.delete(f"/organizations/{clinic}/members/{user}").raise_for_status().json()["id"]
    for path in (f"{other}/receipts/{receipt}", f"{clinic}/receipts/{'0' * 24}"):
        refused(operator.get(f"/organizations/{path}"), 404, "not_found")
    refused(operator.delete(f"/organizations/{other}/members/{user}"), 404, "not_found")
    with caller(stack, **of_system(*EVERYTHING[1:]), **of_organization(other)) as api:
        refused(api.get(f"/organizations/{clinic}/receipts/{receipt}"), 404, "not_found")


def test_who_comes_back_on_purpose_has_been_removed_before(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """The membership names the receipt of the removal before it; the next removal has one of its stack."""
    person = new_person()
    user = add(operator, clinic, person)["user"]
    first = remove(operator, clinic, user).json()["id"]
    assert add(operator, clinic, person)["receipt"] == first
    assert remove(operator, clinic, user).json()["id"] != first
