"""How many Management API calls each operation costs (design, section 8); tokens are counted apart."""

import time

from local.people import Api
from local.stack import Stack
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.front_door import (
    WAIT,
    accounts,
    add,
    counted,
    invite,
    join,
    organizations_at_auth0,
    pass_time,
    provision,
)

USERS, TICKETS = "/api/v2/users", "/api/v2/tickets/password-change"


def test_an_invite_costs_nothing_until_its_button(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Inviting, sending again, opening and revoking are ours alone."""
    person = new_person()
    with counted(stack) as calls:
        made = invite(operator, clinic, person)
        of_invite = f"/organizations/{clinic}/invites/{made['id']}"
        again = operator.post(f"{of_invite}/resend")
        stack.workers.idle()
        opened = person.browser.get(person.link())
        revoked = operator.delete(of_invite)
    assert [answer.status_code for answer in (again, opened, revoked)] == [200, 200, 200]
    assert calls == []


def test_a_new_person_who_accepts_costs_two_calls(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """The account, with its organizations, and the ticket."""
    person = new_person()
    invite(operator, clinic, person)
    with counted(stack) as calls:
        person.choose_password(person.press(person.link()).headers["location"])
    assert calls == [f"POST {USERS}", f"POST {TICKETS}"]
    assert organizations_at_auth0(stack, person) == [clinic]


def test_a_known_person_who_accepts_costs_one_call(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Who has a password is led to the application's login for the organization."""
    person, second = new_person(), provision(operator)
    invite(operator, clinic, person)
    ticket = person.press(person.link()).headers["location"]
    # A password as old as its account would pass for the random one.
    pass_time(stack, seconds=2)
    person.choose_password(ticket)
    invite(operator, second, person)
    with counted(stack) as calls:
        location = person.press(person.link()).headers["location"]
    assert [call.split("/auth0")[0] for call in calls] == [f"PATCH {USERS}"]
    assert location == f"{stack.app}/login?organization={second}"
    assert person.sign_in(second)["admitted"]


def test_every_change_of_a_known_member_costs_one_call(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Adding, giving other roles, removing: each is one PATCH."""
    person, second = new_person(), provision(operator)
    join(operator, clinic, person)
    with counted(stack) as adding:
        added = operator.post(f"/organizations/{second}/members", json={"email": person.email}, headers=WAIT)
    of_member, seen = added.headers["location"], {"If-Match": added.headers["etag"], **WAIT}
    with counted(stack) as changing:
        operator.patch(of_member, json={"roles": ["editor"]}, headers=seen).raise_for_status()
    with counted(stack) as removing:
        operator.delete(of_member, headers=WAIT).raise_for_status()
    for calls in (adding, changing, removing):
        assert [call.split("/auth0")[0] for call in calls] == [f"PATCH {USERS}"]
    assert organizations_at_auth0(stack, person) == [clinic]


def test_changes_that_wait_together_cost_one_call(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Six changes made while a call is under way: the one that follows it tells all of them."""
    person, others = new_person(), [provision(operator) for _ in range(6)]
    user = add(operator, clinic, person, roles=["editor"])["user"]
    with counted(stack) as calls, stack.tenant.state.lock:  # no call is carried out meanwhile
        operator.delete(f"/organizations/{clinic}/members/{user}").raise_for_status()
        _until_projecting(stack, user)
        for other in others:
            answer = operator.post(f"/organizations/{other}/members", json={"email": person.email})
            assert answer.json()["projection"] == "pending"
    assert len(calls) == 2
    assert organizations_at_auth0(stack, person) == sorted(others)
    [account] = accounts(stack, person.email)
    assert account["app_metadata"]["guestlist"]["version"] == 8


def _until_projecting(stack: Stack, user: str) -> None:
    """Wait until the projector has taken its snapshot of the user, and calls."""
    end = time.monotonic() + 20
    while store(stack).user(user).lease_owner is None:
        assert time.monotonic() < end, "nobody projects"
        time.sleep(0.01)
