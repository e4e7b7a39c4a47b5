"""`guestlist explain` where people come by identity providers: it says what the first login then comes to."""

from typing import Any

import pytest

from guestlist.logins import DURING_LOGIN
from local.people import Api
from local.stack import Stack
from tests.command import Guestlist
from tests.conftest import NewPerson
from tests.domain_setup import ANY
from tests.front_door import pass_time, unique
from tests.logins_setup import Place, enterprise, several


@pytest.fixture
def place(operator: Api, stack: Stack) -> Place:
    """Return an organization with an identity provider, and a domain that it proved."""
    return enterprise(stack, operator)


def explained(run: Guestlist, who: str, place: Place) -> dict[str, Any]:
    """Return what is explained, for programs."""
    return dict(run("explain", who, "--organization", place.id, "--json").json())


@pytest.mark.parametrize("waits", ["invites", "members"])
@pytest.mark.parametrize("domain", ["proved", "unproved"])
def test_whom_the_first_login_admits(
    guestlist: Guestlist, place: Place, new_person: NewPerson, waits: str, domain: str
) -> None:
    """It is the domain that decides: a button that is pressed does not."""
    elsewhere = None if domain == "proved" else f"{unique('unproved')}.example"
    ann = place.person(new_person, domain=elsewhere)
    body = {"email": ann.email, "roles": ["editor"]}
    place.operator.post(f"{place.path}/{waits}", json=body).raise_for_status()
    said = explained(guestlist, ann.email, place)
    assert said["admitted"] is (domain == "proved")
    assert place.connection in said["next"] or f"domains claim {elsewhere}" in said["next"]
    assert "button" not in said["next"]
    assert place.arrives(ann)["admitted"] is said["admitted"]


def test_whom_nothing_awaits(guestlist: Guestlist, place: Place, new_person: NewPerson) -> None:
    """Their way in is an offer; where the domain lets people in it is not told whether they may."""
    ann = place.person(new_person)
    said = explained(guestlist, ann.email, place)
    assert (said["admitted"], said["next"].startswith("Offer membership")) == (False, True)
    path = f"{place.path}/domains/{place.domain}"
    place.operator.patch(path, json={"auto_join": True}, headers=ANY).raise_for_status()
    text = guestlist("explain", ann.email, "--organization", place.id).out
    assert "it cannot be told yet" in text
    assert f"first login makes them a member, by {place.connection}" in text


def test_of_several_connections_it_says_by_which_one_they_come(
    guestlist: Guestlist, operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """Before they came and after: by the other one the same address is nobody's."""
    here, there = several(stack, operator)
    ann = here.person(new_person)
    body = {"email": ann.email, "connection": here.connection}
    added = operator.post(f"{here.path}/members", json=body).raise_for_status().json()
    assert added["connection"] == here.connection
    assert f", by {here.connection}, unless" in explained(guestlist, ann.email, here)["first_login"]
    assert not there.arrives(ann)["admitted"]
    assert here.arrives(ann)["admitted"]
    pass_time(stack, seconds=DURING_LOGIN)
    stack.workers.idle()
    said = explained(guestlist, ann.email, here)
    assert said["next"].endswith(
        f"They come by {here.connection} alone: by another of its connections they are nobody."
    )


def test_who_is_linked_needs_no_proved_domain(
    guestlist: Guestlist, place: Place, new_person: NewPerson
) -> None:
    """It is the account that is theirs."""
    ann = place.person(new_person, domain=f"{unique('unproved')}.example")
    added = place.operator.post(f"{place.path}/members", json={"email": ann.email}).raise_for_status()
    assert explained(guestlist, ann.email, place)["admitted"] is False
    body = {"account": place.account_id(ann)}
    path = f"{place.path}/members/{added.json()['user']}/link"
    place.operator.post(path, json=body).raise_for_status()
    said = explained(guestlist, ann.email, place)
    assert (said["admitted"], said["first_login"].startswith("admits the account that was linked")) == (
        True,
        True,
    )
    assert place.arrives(ann)["admitted"]


def test_a_closed_organization_admits_nobody(
    guestlist: Guestlist, place: Place, new_person: NewPerson
) -> None:
    """Nothing is said of first logins then."""
    ann = place.person(new_person)
    place.invite(ann.email)
    place.operator.post(f"{place.path}/suspend").raise_for_status()
    said = explained(guestlist, ann.email, place)
    assert (said["admitted"], said["first_login"]) == (False, "")
