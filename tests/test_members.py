"""Members by the API: adding, roles in the right organization's token, removing, the last admin."""

import httpx
import pytest

from local.people import Api
from local.stack import NAMESPACE, Stack
from tests.accept_setup import invited
from tests.conftest import NewPerson
from tests.front_door import WAIT, add, join, provision
from tests.minted import EVERYTHING, caller, of_organization, of_system
from tests.refusals import refused

ROLES = f"{NAMESPACE}/roles"


def test_roles_are_in_the_token_of_their_organization_alone(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """A change of roles shows at the next login there, and nowhere else."""
    person, other = new_person(), provision(operator)
    join(operator, clinic, person, roles=["editor"])
    add(operator, other, person, roles=["viewer"])
    [member] = operator.get(f"/organizations/{clinic}/members").json()["items"]
    path, change = f"/organizations/{clinic}/members/{member['user']}", {"roles": ["author", "editor"]}
    operator.patch(path, json=change, headers={"If-Match": '"1"', **WAIT}).raise_for_status()
    assert person.sign_in(clinic)["claims"][ROLES] == ["author", "editor"]
    assert person.sign_in(other)["claims"][ROLES] == ["viewer"]


@pytest.mark.parametrize("way", ["remove", "demote"])
def test_the_last_admin_stays(way: str, operator: Api, clinic: str, new_person: NewPerson) -> None:
    """The last admin is neither removed nor demoted; with a second one both go."""
    first = add(operator, clinic, new_person(), roles=["admin"])["user"]
    path = f"/organizations/{clinic}/members/{first}"
    refused(leave(operator, path, way), 409, "last_admin")
    assert operator.get(path).json()["roles"] == ["admin"]
    add(operator, clinic, new_person(), roles=["admin", "editor"])
    assert leave(operator, path, way).is_success


def leave(api: Api, path: str, way: str) -> httpx.Response:
    if way == "remove":
        return api.delete(path)
    return api.patch(path, json={"roles": ["editor"]}, headers={"If-Match": '"1"'})


def test_an_invited_admin_counts_once_they_accept(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """An offer of the role makes no admin; its acceptance does."""
    first, second = add(operator, clinic, new_person(), roles=["admin"])["user"], new_person()
    _, url = invited(operator, clinic, second, roles=["admin"])
    path = f"/organizations/{clinic}/members/{first}"
    refused(operator.delete(path), 409, "last_admin")
    second.press(url)
    assert operator.delete(path).status_code == 202


def test_a_member_is_removed_once(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """Removing twice is the same; the member is gone from list and reading, and may be added again."""
    person = new_person()
    user = add(operator, clinic, person)["user"]
    path = f"/organizations/{clinic}/members/{user}"
    once, twice = (operator.delete(path, headers=WAIT).json()["id"] for _ in range(2))
    assert once == twice
    refused(operator.get(path), 404, "not_found")
    assert operator.get(f"/organizations/{clinic}").json()["members"] == 0
    assert operator.get(f"/users/{user}").json()["organizations"] == []
    again = add(operator, clinic, person, roles=["editor"])
    assert (again["user"], again["roles"], again["receipt"]) == (user, ["editor"], once)


def test_an_old_version_changes_no_member_who_came_again(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """A membership's version rises through its removal, so an ETag of before is stale."""
    person = new_person()
    user = add(operator, clinic, person)["user"]
    path = f"/organizations/{clinic}/members/{user}"
    operator.delete(path).raise_for_status()
    add(operator, clinic, person)
    refused(operator.patch(path, json={"roles": ["x"]}, headers={"If-Match": '"1"'}), 412, "stale")


def test_roles_are_kept_once_and_in_order(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """A role given twice is one role."""
    member = add(operator, clinic, new_person(), roles=["viewer", "editor", "viewer"])
    assert member["roles"] == ["editor", "viewer"]


def test_two_spellings_are_one_user(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """A person is one user in all organizations, whatever case their address was typed in."""
    person, other = new_person(), provision(operator)
    user = add(operator, clinic, person)["user"]
    body = {"email": person.email.replace("person", "PERSON").replace("clinic", "Clinic")}
    added = operator.post(f"/organizations/{other}/members", json=body, headers=WAIT).json()
    assert (added["user"], added["projection"]) == (user, "applied")
    named = operator.get(f"/users/{user}/organizations").json()["items"]
    assert {place["organization"] for place in named} == {clinic, other}


def test_an_admin_sees_the_membership_and_never_the_account(
    operator: Api, system: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Its id at Auth0 is shown to who acts in all organizations, and to the user themselves, admin or not."""
    user, other = (add(operator, clinic, new_person(), roles=["admin"])["user"] for _ in range(2))
    account, others = (operator.get(f"/users/{found}").json()["account"] for found in (user, other))
    bearers: dict[str, dict[str, object]] = {
        "another admin": {"sub": others, **of_organization(clinic, "admin")},
        "a bound system": {**of_system(*EVERYTHING[1:]), **of_organization(clinic)},
        "the user": {"sub": account, **of_organization(clinic, "editor")},
        "the user, an admin": {"sub": account, **of_organization(clinic, "admin")},
    }
    shown = {}
    for name, claims in bearers.items():
        with caller(stack, **claims) as api:
            shown[name] = api.get(f"/users/{user}").raise_for_status().json().get("account")
    assert account == system.get(f"/users/{user}").json()["account"]
    assert shown == {**dict.fromkeys(bearers, account), "another admin": None, "a bound system": None}


def test_a_removed_member_reads_nothing_more_of_themselves(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """However long their token lives, and though they belong elsewhere still."""
    person, other = new_person(), provision(operator)
    user = add(operator, clinic, person, roles=["editor"])["user"]
    add(operator, other, person)
    account = operator.get(f"/users/{user}").json()["account"]
    paths = [f"/users/{user}", f"/users/{user}/organizations"]
    with caller(stack, sub=account, **of_organization(clinic, "editor")) as member:
        assert [member.get(path).status_code for path in paths] == [200, 200]
        operator.delete(f"/organizations/{clinic}/members/{user}").raise_for_status()
        for path in paths:
            refused(member.get(path), 404, "not_found")
