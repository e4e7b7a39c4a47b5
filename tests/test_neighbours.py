"""People in two organizations: an admin of one sees, and does, nothing of the other."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from guestlist.access import ROUTES as RULES
from guestlist.access import Reach
from local.people import Api
from local.stack import Stack
from tests.callers_setup import ROUTES, ask, change
from tests.conftest import NewPerson
from tests.front_door import WAIT, add, provision
from tests.minted import caller, of_organization
from tests.refusals import refused


@dataclass(frozen=True)
class Shared:
    """A person of two organizations, and an admin of the first with a token for it."""

    own: str
    elsewhere: str
    user: str
    admin: Api
    account: str
    """The admin's, who is an admin elsewhere, too."""


@pytest.fixture
def shared(stack: Stack, operator: Api, clinic: str, new_person: NewPerson) -> Iterator[Shared]:
    """Return a person who is in two organizations, and an admin of both who holds a token of one."""
    elsewhere, person, boss = provision(operator), new_person(), new_person("admin")
    for place, role in ((clinic, "editor"), (elsewhere, "surgeon")):
        user = add(operator, place, person, roles=[role])["user"]
        admin = add(operator, place, boss, roles=["admin"])["user"]
    account = operator.get(f"/users/{admin}").json()["account"]
    with caller(stack, sub=account, **of_organization(clinic, "admin")) as api:
        yield Shared(clinic, elsewhere, user, api, account)


def told(answer: httpx.Response) -> str:
    return answer.text + json.dumps(dict(answer.headers))


def test_reads_and_lists_tell_nothing_of_the_other(shared: Shared) -> None:
    """No answer to any read names the other organization, nor the role that the person has there."""
    ids = {"organization": shared.own, "user": shared.user, "invite": "0" * 26, "domain": "no.example"}
    ids["receipt"] = "0" * 24
    for route in [route for route in ROUTES if route.startswith("GET ")]:
        answer = ask(shared.admin, route, ids)
        assert shared.elsewhere not in told(answer), route
        assert "surgeon" not in told(answer), route
    belongs = shared.admin.get(f"/users/{shared.user}/organizations").json()["items"]
    assert belongs == [{"organization": shared.own, "roles": ["editor"]}]


def test_refusals_tell_nothing_of_the_other(shared: Shared) -> None:
    """Every call to the other organization is answered as if there were none, without its name."""
    ids = {"organization": shared.elsewhere, "user": shared.user, "invite": "0" * 26, "domain": "no.example"}
    ids["receipt"] = "0" * 24
    for route in [route for route, rule in RULES.items() if rule.reach is Reach.PATH]:
        answer = ask(shared.admin, route, ids)
        refused(answer, 404, "not_found")
        assert shared.elsewhere not in told(answer)


def test_the_audit_tells_nothing_of_the_other(operator: Api, shared: Shared) -> None:
    """What happens to the person elsewhere stands in no record here."""
    before = shared.admin.get(f"/organizations/{shared.own}/audit").json()
    change(operator, shared.elsewhere, shared.user).raise_for_status()
    operator.delete(f"/organizations/{shared.elsewhere}/members/{shared.user}").raise_for_status()
    assert shared.admin.get(f"/organizations/{shared.own}/audit").json() == before


def test_a_change_elsewhere_leaves_the_member_as_it_was(operator: Api, shared: Shared) -> None:
    """Neither resource nor ETag of a member moves by what is done elsewhere."""
    path = f"/organizations/{shared.own}/members/{shared.user}"
    before = shared.admin.get(path)
    operator.delete(f"/organizations/{shared.elsewhere}/members/{shared.user}", headers=WAIT)
    after = shared.admin.get(path)
    assert (after.json(), after.headers["etag"]) == (before.json(), before.headers["etag"])


def test_removing_the_person_here_leaves_them_there(operator: Api, shared: Shared) -> None:
    """An admin's removal touches their own organization alone."""
    shared.admin.delete(f"/organizations/{shared.own}/members/{shared.user}", headers=WAIT).raise_for_status()
    belongs = operator.get(f"/users/{shared.user}/organizations").json()["items"]
    assert belongs == [{"organization": shared.elsewhere, "roles": ["surgeon"]}]
    refused(shared.admin.get(f"/users/{shared.user}"), 404, "not_found")


def test_a_member_sees_no_colleague(operator: Api, clinic: str, stack: Stack, new_person: NewPerson) -> None:
    """Themselves they may read; who else is in their organization is answered as if there were nobody."""
    own, colleague = (add(operator, clinic, new_person())["user"] for _ in range(2))
    account = operator.get(f"/users/{own}").json()["account"]
    with caller(stack, sub=account, **of_organization(clinic)) as member:
        for path in (f"/users/{own}", f"/users/{own}/organizations"):
            assert member.get(path).status_code == 200
            refused(member.get(path.replace(own, colleague)), 404, "not_found")
