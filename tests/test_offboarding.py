"""Offboarding comes to its end, whatever Auth0 refuses on the way and whatever is gone there already."""

from contextlib import closing
from typing import Any

import pytest

from guestlist.auth0 import segment
from local.people import Api
from local.stack import Stack
from tests.conftest import NewPerson
from tests.front_door import accounts, add, join, organizations_at_auth0, pass_time, provision, suffer, unique
from tests.kinds_setup import connections, each_list, entry, listed, provisioned
from tests.self_service_setup import deleted_past_us, enabled, made_past_us


def left(stack: Stack, api: Api, organization: str, *, minutes: int = 15) -> int:
    """Offboard an organization; return the minutes until it is gone, or until one gives up."""
    api.delete(f"/organizations/{organization}").raise_for_status()
    return gone_in(stack, api, organization, minutes=minutes)


def gone_in(stack: Stack, api: Api, organization: str, *, minutes: int = 15) -> int:
    """Return the minutes until an organization that leaves is gone, or until one gives up."""
    for minute in range(minutes):
        stack.workers.idle()
        if api.get(f"/organizations/{organization}").status_code == 404:
            return minute
        pass_time(stack, seconds=60)
        stack.workers.tick()
    return minutes


def oldest_due(stack: Stack) -> int:
    """Have a sweep go by; return for how many seconds the first of what is overdue has been waiting."""
    return int(stack.functions["SweepFunction"].invoke({})["oldest_due"])


@pytest.mark.parametrize("kind", ["shared", "isolated"])
def test_a_change_that_auth0_refused_once_is_told_again(
    kind: str, operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """Nobody has to look at it: a projection that stopped is tried again."""
    ann = new_person("ann")
    clinic = provisioned(stack, operator, kind=kind)
    join(operator, clinic, ann)
    suffer(stack, method="PATCH", path="/api/v2/users/", status=400, times=2)
    assert left(stack, operator, clinic) < 5
    if kind == "shared":
        assert organizations_at_auth0(stack, ann) == []
    else:
        assert (connections(stack, clinic), accounts(stack, ann.email)) == ([], [])


def test_what_auth0_keeps_refusing_rings_until_somebody_deletes_the_account(
    operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """While the account bears the organization's name, its door stays shut and its record stays."""
    ann = new_person("ann")
    clinic = provision(operator)
    join(operator, clinic, ann)
    suffer(stack, method="PATCH", path="/api/v2/users/", status=400, times=1000)
    assert left(stack, operator, clinic, minutes=5) == 5
    rang = 0
    for _ in range(10):
        pass_time(stack, seconds=60)
        stack.workers.idle()  # who was hinted at it is there before the sweep
        rang += oldest_due(stack) > 300
    assert rang >= 2
    assert organizations_at_auth0(stack, ann) == [clinic]
    assert not ann.sign_in(clinic, prompt="login")["admitted"]
    [account] = accounts(stack, ann.email)
    stack.tenant.state.faults.clear()
    with closing(stack.management()) as auth0:
        auth0.call("DELETE", f"/users/{segment(account['user_id'])}")
    assert gone_in(stack, operator, clinic) < 10


def test_an_account_that_has_another_s_address_by_now_holds_nobody_up(
    operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """It was told of nothing that was joined since: whoever leaves is not in it."""
    ann = new_person("ann")
    before, clinic = provision(operator), provision(operator)
    join(operator, before, ann)
    [account] = accounts(stack, ann.email)
    stack.workers.idle()
    with stack.tenant.state.lock:
        stack.tenant.state.users[account["user_id"]]["email"] = f"other-{ann.email}"
    assert add(operator, clinic, ann)["projection"] == "stopped"
    assert left(stack, operator, clinic) < 5
    with stack.tenant.state.lock:
        kept = stack.tenant.state.users[account["user_id"]]["app_metadata"]["organizations"]
    assert kept == [before]


def application(stack: Stack) -> str:
    """Return the client id of an application that Auth0 has beside ours."""
    with closing(stack.management()) as auth0:
        body = {"name": unique("application"), "app_type": "regular_web", "callbacks": []}
        return str(auth0.call("POST", "/clients", body).body["client_id"])


def without_application(stack: Stack, client: str) -> None:
    """Delete an application past Guestlist."""
    with closing(stack.management()) as auth0:
        auth0.call("DELETE", f"/clients/{client}")


@each_list
@pytest.mark.parametrize("kind", ["shared", "isolated"])
def test_an_application_is_gone_that_bore_its_entries(
    kind: str, name: str, operator: Api, stack: Stack
) -> None:
    """What is off the list with it is off the list; the other application's is cleared."""
    gone, other, own = application(stack), application(stack), entry(name, unique("own"))
    clinic = provisioned(stack, operator, kind=kind, applications=[gone, other], **{name: [own]})
    assert listed(stack, other, name) == [own]
    without_application(stack, gone)
    assert left(stack, operator, clinic) < 5
    assert listed(stack, other, name) == []


def test_a_connection_is_gone_that_was_there_before_us(operator: Api, stack: Stack) -> None:
    """There is nothing to give back."""
    name, client = unique("corp"), application(stack)
    made_past_us(stack, name)
    named = {"connections": [{"name": name}], "applications": [client]}
    clinic = provisioned(stack, operator, kind="enterprise", **named)
    deleted_past_us(stack, name)
    assert left(stack, operator, clinic) < 5


def test_a_connection_is_given_back_whose_application_is_gone(operator: Api, stack: Stack) -> None:
    """It is disabled for the others that it was enabled for, and ours no more."""
    name, gone, other = unique("corp"), application(stack), application(stack)
    made_past_us(stack, name)
    named = {"connections": [{"name": name}], "applications": [gone, other]}
    clinic = provisioned(stack, operator, kind="enterprise", **named)
    assert enabled(stack, name) == {gone, other}
    without_application(stack, gone)
    assert left(stack, operator, clinic) < 5
    assert (enabled(stack, name), connections(stack, clinic)) == (set(), [])


@each_list
def test_an_entry_stays_for_as_long_as_anybody_has_it(name: str, operator: Api, stack: Stack) -> None:
    """Whoever came first takes it along from nobody; one that was there before us stays for good."""
    client, shared, before = application(stack), entry(name, "both"), entry(name, "before")
    with closing(stack.management()) as auth0:
        auth0.call("PATCH", f"/clients/{client}", {name: [before]})
    own: dict[str, Any] = {"applications": [client], name: [shared, before]}
    first, second = (provisioned(stack, operator, **own) for _ in range(2))
    assert left(stack, operator, first) < 5
    assert listed(stack, client, name) == [before, shared]
    assert left(stack, operator, second) < 5
    assert listed(stack, client, name) == [before]
