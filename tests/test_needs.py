"""Offers and members whose login cannot be believed yet say what is missing; nobody is refused for it."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.people import Api
from local.stack import Stack
from tests.conftest import NewPerson
from tests.domain_setup import claim, prove, set_record
from tests.front_door import invite, provision, unique
from tests.logins_setup import Place, enterprise
from tests.minted import lasting


@pytest.fixture(scope="module")
def place(stack: Stack) -> Iterator[Place]:
    """An organization with an identity provider, and a domain that it proved."""
    with lasting(stack) as api:
        yield enterprise(stack, api)


def shown(api: Api, path: str, **query: str) -> Any:  # noqa: ANN401 (JSON)
    """Return a resource, or the items of a list."""
    found = api.get(path, params=query).raise_for_status().json()
    return found.get("items", found)


@pytest.mark.parametrize("waits", ["invites", "members"])
def test_it_is_said_until_the_domain_is_proved(place: Place, new_person: NewPerson, waits: str) -> None:
    """In the answer, the resource and the list; from then on they come in, and nothing is."""
    ann, ben = place.person(new_person, domain=f"{unique('late')}.example"), place.person(new_person)
    made, other = (
        place.operator.post(f"{place.path}/{waits}", json={"email": one.email}).raise_for_status()
        for one in (ann, ben)
    )
    assert (made.json()["needs"], other.json()["needs"]) == ("domain_proof", None)
    path = made.headers["location"]
    assert shown(place.operator, path)["needs"] == "domain_proof"
    listed = {one["email"]: one["needs"] for one in shown(place.operator, f"{place.path}/{waits}")}
    assert (listed[ann.email], listed[ben.email]) == ("domain_proof", None)
    assert not place.arrives(ann).get("admitted")
    claimed = claim(place.operator, place.id, ann.email.partition("@")[2])
    assert shown(place.operator, path)["needs"] == "domain_proof"
    set_record(place.operator, claimed)
    prove(place.operator, claimed).raise_for_status()
    assert shown(place.operator, path)["needs"] is None
    assert place.arrives(ann)["admitted"]


def test_the_first_administrator_is_invited_before_anything_can_be_proved(
    operator: Api, stack: Stack
) -> None:
    """As the organization is made; what is missing then is said with the offer."""
    admin = {"email": f"ann@{unique('first')}.example"}
    place = enterprise(stack, operator, admin=admin)
    [offer] = shown(operator, f"{place.path}/invites")
    assert (offer["email"], offer["needs"]) == (admin["email"], "domain_proof")
    taken_back = operator.delete(f"{place.path}/invites/{offer['id']}").raise_for_status().json()
    assert taken_back["needs"] is None


def test_a_domain_that_is_anothers_is_missing_too(
    place: Place, operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """It is this organization's identity provider that would have to be believed."""
    other = enterprise(stack, operator)
    ann = place.person(new_person, domain=other.domain)
    assert place.invite(ann.email)["needs"] == "domain_proof"
    assert other.invite(ann.email)["needs"] is None


def test_who_is_linked_needs_nothing(place: Place, new_person: NewPerson) -> None:
    """Nor does who has come so."""
    ann = place.person(new_person, domain=f"{unique('never')}.example")
    added = place.operator.post(f"{place.path}/members", json={"email": ann.email}).raise_for_status()
    path = added.headers["location"]
    linked = place.operator.post(f"{path}/link", json={"account": place.account_id(ann)})
    assert linked.raise_for_status().json()["needs"] is None
    assert shown(place.operator, path)["needs"] is None
    assert place.arrives(ann)["admitted"]
    assert shown(place.operator, path)["needs"] is None


def test_where_passwords_are_ours_no_domain_is_needed(operator: Api, new_person: NewPerson) -> None:
    """The mailbox proves who they are."""
    clinic, ann = provision(operator), new_person("ann")
    assert invite(operator, clinic, ann)["needs"] is None
    ann.join()
    [member] = shown(operator, f"/organizations/{clinic}/members")
    assert member["needs"] is None
