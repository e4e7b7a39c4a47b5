"""Accounts that are not linked: another person's, and those of no connection of the organization's."""

from contextlib import closing

import httpx
import pytest

from local.people import Api, Person
from local.stack import Stack
from tests.conftest import NewPerson
from tests.domain_setup import proved
from tests.front_door import unique
from tests.kinds_setup import connections, offboarded, provisioned
from tests.logins_setup import enterprise
from tests.moving_setup import SAML, Mover
from tests.refusals import refused

SECOND = SAML | {"metadata_url": "https://id.ward.example/metadata"}


def names(clinic: Mover) -> list[str]:
    """Return the names of its identity providers' connections."""
    own = connections(clinic.stack, clinic.id)
    return sorted(found["name"] for found in own if found["strategy"] != "auth0")


def link(clinic: Mover, user: str, account: str, connection: str = "") -> httpx.Response:
    """Say whose an account is."""
    body = {"account": account} | ({"connection": connection} if connection else {})
    answer = clinic.operator.post(f"{clinic.path}/members/{user}/link", json=body)
    clinic.stack.workers.idle()
    return answer


def ids(clinic: Mover, *people: Person) -> list[str]:
    """Return people's ids behind the newest door that they have."""
    return [clinic.members(person.email)[-1]["user"] for person in people]


def there_before(stack: Stack) -> str:
    """Make a connection to Google Workspace as a person does at Auth0; return its name."""
    name, options = unique("idp"), {"client_id": "id", "client_secret": "no"}
    with closing(stack.management()) as auth0:
        auth0.call("POST", "/connections", {"name": name, "strategy": "google-apps", "options": options})
    return name


def test_two_members_do_not_become_one(clinic: Mover, new_person: NewPerson) -> None:
    """Who is refused keeps seat and door, and is linked to an account of their own."""
    ann, ben = clinic.person(new_person, roles=["admin"]), clinic.person(new_person, roles=["viewer"])
    clinic.move(connections=[SAML, SECOND])
    name, (a, b) = names(clinic)[0], ids(clinic, ann, ben)
    anns, bens = (f"samlp|{name}|{person.idp['sub']}" for person in (ann, ben))
    assert link(clinic, a, anns, name).status_code == 200
    refused(link(clinic, b, anns, name), 409, "account_taken")
    assert (clinic.record.taken, clinic.record.admins) == (2, 1)
    assert [member["moved_to"] for member in clinic.members(ben.email)] == [None]
    assert clinic.comes_as_before(ben)["admitted"]
    assert link(clinic, b, bens, name).status_code == 200
    assert clinic.arrives(ann, name)["admitted"]
    assert clinic.arrives(ben, name)["admitted"]
    assert (clinic.record.taken, clinic.record.admins) == (2, 1)


def test_who_has_come_by_another_account_is_refused_before_they_are_moved(
    clinic: Mover, operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """The connection was another organization's, which is gone; they stay bound to what they came by."""
    name = there_before(stack)
    applications = [stack.clients["app"].client_id]
    more = {"kind": "enterprise", "connections": [{"name": name}], "applications": applications}
    former = provisioned(stack, operator, **more)
    ann = clinic.person(new_person, roles=["editor"])
    proved(operator, former, clinic.domain)
    body = {"email": ann.email, "send": False}
    operator.post(f"/organizations/{former}/invites", json=body).raise_for_status()
    assert ann.sign_in(former, connection=name, prompt="login")["admitted"]
    offboarded(stack, operator, former)
    clinic.move(connections=[SAML, {"name": name}])
    [a] = ids(clinic, ann)
    refused(link(clinic, a, "google-apps|another@clinic.example", name), 409, "account_taken")
    assert [member["moved_to"] for member in clinic.members(ann.email)] == [None]
    assert clinic.shown["move"]["unmoved"] == 1


@pytest.mark.parametrize(
    "account",
    [
        "google-oauth2|1234",
        "samlp|nowhere|ann",
        "samlp|ann",
        "oidc|{own}|ann",
        "waad|Vx0",
        "google-apps|ann@clinic.example",
        "email|1234",
    ],
)
def test_an_account_of_another_connection_is_refused(
    clinic: Mover, new_person: NewPerson, account: str
) -> None:
    """As far as its id tells; what tells nothing needs at least a connection of its strategy."""
    ann = clinic.person(new_person)
    clinic.move()
    [a] = ids(clinic, ann)
    refused(link(clinic, a, account.format(own=clinic.provider)), 422, "unacceptable", "#/account")


def test_nobody_takes_an_account_of_another_organization(
    clinic: Mover, operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """Whose own person could not sign in any more."""
    other = enterprise(stack, operator)
    ben, ann = other.person(new_person, "ben"), clinic.person(new_person)
    other.invite(ben.email)
    clinic.move()
    [a] = ids(clinic, ann)
    refused(link(clinic, a, other.account_id(ben)), 422, "unacceptable", "#/account")
    assert other.arrives(ben)["admitted"]


@pytest.mark.parametrize("form", ["google-apps|{email}", "google-apps|{name}|{email}"])
def test_an_id_that_names_no_connection_is_taken_of_one_with_its_strategy(
    clinic: Mover, stack: Stack, new_person: NewPerson, form: str
) -> None:
    """Of Google Workspace it holds the address alone, unless it is told otherwise."""
    name = there_before(stack)
    ann = clinic.person(new_person)
    clinic.move(connections=[{"name": name}])
    [a] = ids(clinic, ann)
    refused(link(clinic, a, f"google-apps|elsewhere|{ann.email}"), 422, "unacceptable", "#/account")
    assert link(clinic, a, form.format(name=name, email=ann.email)).status_code == 200
