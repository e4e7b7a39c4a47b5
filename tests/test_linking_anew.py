"""Members of whom an operator said which account is theirs: no other is, and a lost one makes way."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from guestlist.auth0 import segment
from local.people import Person
from local.stack import Stack
from tests.conftest import NewPerson
from tests.domain_setup import ANY
from tests.front_door import WAIT, audited
from tests.logins_setup import Place, enterprise
from tests.minted import lasting
from tests.refusals import refused


@pytest.fixture(scope="module")
def place(stack: Stack) -> Iterator[Place]:
    """An organization with an identity provider, and a domain that it proved."""
    with lasting(stack) as api:
        yield enterprise(stack, api)


def another(person: Person, new_person: NewPerson) -> Person:
    """Return another account of the identity provider's, with the same address."""
    found = new_person("another")
    found.idp["email"] = person.email
    return found


def gone(place: Place, person: Person, user: str) -> None:
    """Delete somebody's account at Auth0, and have Guestlist learn of it."""
    with closing(place.stack.management()) as auth0:
        auth0.call("DELETE", f"/users/{segment(place.account_id(person))}")
    path = f"{place.path}/members/{user}"
    told = place.operator.patch(path, json={"roles": ["editor"]}, headers=ANY | WAIT)
    assert told.raise_for_status().json()["projection"] == "missing"


def test_nobody_else_comes_as_who_is_linked(place: Place, new_person: NewPerson) -> None:
    """Although their address is of a proved domain: an operator said which account it is."""
    ann = place.person(new_person)
    mallory = another(ann, new_person)
    body = {"email": ann.email}
    user = place.operator.post(f"{place.path}/members", json=body).raise_for_status().json()["user"]
    where = f"{place.path}/members/{user}/link"
    place.operator.post(where, json={"account": place.account_id(ann)}).raise_for_status()
    assert not place.arrives(mallory).get("admitted")
    assert place.arrives(ann)["admitted"]
    assert not place.arrives(mallory).get("admitted")


def test_whom_the_provider_names_anew_is_linked_once_their_account_is_gone(
    place: Place, new_person: NewPerson
) -> None:
    """They are the same user by the new one; by the old one, should it come back, they are nobody."""
    ann = place.person(new_person)
    anew = another(ann, new_person)
    place.invite(ann.email)
    assert place.arrives(ann)["admitted"]
    known = place.user(ann.email)
    assert known
    where, body = f"{place.path}/members/{known.id}/link", {"account": place.account_id(anew)}
    assert not place.arrives(anew).get("admitted")
    refused(place.operator.post(where, json=body), 409, "account_taken")
    gone(place, ann, known.id)
    linked = place.operator.post(where, json=body).raise_for_status().json()
    assert linked["projection"] == "awaiting_login"
    assert not place.arrives(ann).get("admitted")
    assert place.arrives(anew)["admitted"]
    after = place.user(ann.email)
    assert after
    assert (after.id, after.account) == (known.id, place.account_id(anew))
    assert not place.arrives(ann).get("admitted")
    assert audited(place.stack, place.id, "member:link").count(known.id) == 1


def test_a_lost_account_is_nobody_elses_before_the_new_one_comes(place: Place, new_person: NewPerson) -> None:
    """Two are not one person, whichever of them is linked; and who is linked twice is the later one."""
    ann, ben = place.person(new_person), place.person(new_person, "ben")
    for person in (ann, ben):
        place.invite(person.email)
        came = place.arrives(person)
        assert came["admitted"], came
    user = place.user(ann.email)
    assert user
    gone(place, ann, user.id)
    where = f"{place.path}/members/{user.id}/link"
    refused(place.operator.post(where, json={"account": place.account_id(ben)}), 409, "account_taken")
    wrong, right = another(ann, new_person), another(ann, new_person)
    for person in (wrong, right):
        place.operator.post(where, json={"account": place.account_id(person)}).raise_for_status()
    assert not place.arrives(wrong).get("admitted")
    assert place.arrives(right)["admitted"]
