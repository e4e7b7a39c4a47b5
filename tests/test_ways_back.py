"""Whoever was removed stays out, whichever way back they try; adding them anew is on purpose, and says so."""

from collections.abc import Callable
from contextlib import closing

import pytest

from guestlist.auth0 import segment
from local.people import Api, Person
from local.stack import CONNECTION, Stack
from tests.accept_setup import invited
from tests.adoption_setup import account, owner, planted
from tests.conftest import NewPerson
from tests.domain_setup import ANY
from tests.front_door import WAIT, accounts, add, join, organizations_at_auth0
from tests.logins_setup import Place, enterprise

Way = Callable[[Person], object]


def removed(api: Api, organization: str, email: str) -> str:
    """Take somebody off the list, by their address, and return the receipt's id."""
    members = api.get(f"/organizations/{organization}/members").json()["items"]
    [user] = [member["user"] for member in members if member["email"] == email]
    answer = api.delete(f"/organizations/{organization}/members/{user}", headers=WAIT)
    return str(answer.raise_for_status().json()["id"])


def presses_again(person: Person) -> None:
    """Press the button that they came by."""
    assert person.press(person.link()).status_code == 410


def sets_a_password(person: Person) -> None:
    """Have whoever owns the tenant set a password, which lifts blocks, and unblock the account."""
    [found] = accounts(person.stack, person.email)
    with closing(owner(person.stack.tenant)) as auth0:
        path = f"/users/{segment(found['user_id'])}"
        auth0.call("PATCH", path, {"blocked": True})
        auth0.call("PATCH", path, {"password": person.password, "connection": CONNECTION})
        auth0.call("PATCH", path, {"blocked": False})


def is_looked_at(person: Person) -> None:
    """Let the sweep and all that is queued go on."""
    person.stack.workers.tick()
    person.stack.workers.idle()


@pytest.mark.parametrize("way", [presses_again, sets_a_password, is_looked_at], ids=lambda way: way.__name__)
def test_no_way_leads_back(way: Way, operator: Api, clinic: str, new_person: NewPerson) -> None:
    """Neither by what they had, nor by what is done to their account, nor by what goes on by itself."""
    person = new_person()
    join(operator, clinic, person)
    assert person.sign_in(clinic)["admitted"]
    removed(operator, clinic, person.email)
    way(person)
    assert not person.sign_in(clinic, prompt="login")["admitted"]
    assert not person.refresh(clinic)["admitted"]
    assert organizations_at_auth0(person.stack, person) == []


def test_an_offer_that_was_never_taken_up_leads_nowhere(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """It ended as its person was added at once; their removal does not revive it."""
    person = new_person()
    _, url = invited(operator, clinic, person)
    add(operator, clinic, person)
    removed(operator, clinic, person.email)
    assert person.press(url).status_code == 410
    assert organizations_at_auth0(person.stack, person) == []


@pytest.fixture
def place(stack: Stack, operator: Api) -> Place:
    """Return an organization with its own provider, whose domain's people join by themselves."""
    made = enterprise(stack, operator)
    path, body = f"{made.path}/domains/{made.domain}", {"auto_join": True}
    operator.patch(path, json=body, headers=ANY).raise_for_status()
    return made


@pytest.mark.parametrize("came", [True, False], ids=["had come", "never came"])
def test_no_login_at_their_own_provider_leads_back(
    place: Place, operator: Api, new_person: NewPerson, *, came: bool
) -> None:
    """Although everybody else with an address of that domain joins by arriving."""
    person = place.person(new_person)
    if came:
        assert place.arrives(person)["admitted"]
    else:
        add(operator, place.id, person)
    removed(operator, place.id, person.email)
    assert not place.arrives(person)["admitted"]
    assert place.arrives(place.person(new_person, "ben"))["admitted"]


@pytest.mark.parametrize("by", ["an addition", "an offer"])
def test_who_is_wanted_back_comes_back(by: str, operator: Api, clinic: str, new_person: NewPerson) -> None:
    """The membership says that they were removed before, and by which receipt."""
    person = new_person()
    join(operator, clinic, person)
    receipt = removed(operator, clinic, person.email)
    if by == "an addition":
        add(operator, clinic, person)
    else:
        person.press(invited(operator, clinic, person)[1])
    [member] = operator.get(f"/organizations/{clinic}/members").json()["items"]
    assert (member["receipt"], member["projection"]) == (receipt, "applied")
    assert person.sign_in(clinic, prompt="login")["admitted"]


def test_a_block_is_not_lifted_by_a_reset_of_ours(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """An account that nobody proved would get a new password: not while somebody has blocked it."""
    person = new_person()
    name = planted(person, blocked=True)
    _, url = invited(operator, clinic, person)
    person.press(url)
    stack.workers.idle()
    [member] = operator.get(f"/organizations/{clinic}/members").json()["items"]
    assert (member["projection"], member["projection_code"]) == ("stopped", "account_blocked")
    assert account(stack.tenant, name)["blocked"] is True
    assert "app_metadata" not in account(stack.tenant, name)
