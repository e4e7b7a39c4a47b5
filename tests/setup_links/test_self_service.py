"""A connection that the customer's IT sets up is waited for, however long they take, and then used."""

from typing import Any

import pytest

from local.people import Api
from local.stack import Stack
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.domain_setup import proved
from tests.front_door import audited, join
from tests.kinds_setup import connections, offboarded, provisioned
from tests.logins_setup import Place
from tests.self_service_setup import (
    AWAITING,
    MADE,
    SELF_SERVICE,
    awaiting,
    enabled,
    fill_in,
    link,
    look,
    made_past_us,
    name_of,
    status,
    steps,
)


def test_what_it_sets_up_signs_its_people_in(operator: Api, stack: Stack, new_person: NewPerson) -> None:
    """Provisioned, waited for, set up by the link, found by the sweep, enabled; a first login is admitted."""
    clinic = awaiting(stack, operator)
    shown = operator.get(f"/organizations/{clinic}").json()
    assert (shown["status"], steps(stack, clinic)) == ("provisioning", AWAITING)
    name = name_of(stack, clinic)
    unset: dict[str, Any] = {"name": name, "strategy": None, "domains": [], "self_service": True}
    assert shown["connections"] == [unset]
    assert fill_in(link(operator, clinic)).status_code == 200
    look(stack)
    shown = operator.get(f"/organizations/{clinic}").json()
    assert (shown["status"], steps(stack, clinic)) == ("active", MADE)
    assert shown["connections"] == [{**unset, "strategy": "samlp"}]
    assert enabled(stack, name) == {stack.clients["app"].client_id}
    place = Place(stack, operator, clinic, name, proved(operator, clinic)["domain"])
    ann, stranger = place.person(new_person), place.person(new_person, "sam", "elsewhere.example")
    place.invite(ann.email)
    assert place.arrives(ann)["admitted"]
    assert not place.arrives(stranger)["admitted"]


def test_it_is_enabled_for_all_of_the_organization_s_applications(operator: Api, stack: Stack) -> None:
    """Those that it names, and no other."""
    own = {stack.clients[name].client_id for name in ("app", "system")}
    clinic = awaiting(stack, operator, applications=sorted(own))
    fill_in(link(operator, clinic))
    assert enabled(stack, name_of(stack, clinic)) == own
    look(stack)
    assert (status(stack, clinic), enabled(stack, name_of(stack, clinic))) == ("active", own)


def test_the_first_administrator_hears_of_it_when_it_is_there(
    operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """Not before: there would be nowhere to sign in."""
    ann = new_person("ann")
    clinic = awaiting(stack, operator, admin={"email": ann.email})
    look(stack)
    assert not [mail for mail in stack.mails() if mail.to == ann.email]
    fill_in(link(operator, clinic))
    look(stack)
    assert [mail.to for mail in stack.mails() if mail.to == ann.email] == [ann.email]


def test_the_others_are_made_meanwhile(operator: Api, stack: Stack) -> None:
    """Of several, one that we make is there at once, and is enabled when all are."""
    oidc = {"strategy": "oidc", "issuer": "https://id.clinic.example", "client_id": "guestlist"}
    clinic = awaiting(stack, operator, SELF_SERVICE, oidc)
    [own] = connections(stack, clinic)
    assert (own["strategy"], enabled(stack, own["name"])) == ("oidc", set())
    assert steps(stack, clinic) == AWAITING
    fill_in(link(operator, clinic))
    look(stack)
    assert enabled(stack, own["name"]) == {stack.clients["app"].client_id}
    assert {own["strategy"] for own in connections(stack, clinic)} == {"oidc", "samlp"}


@pytest.mark.parametrize("begun", [False, True], ids=["not begun", "half-way"])
def test_it_is_offboarded_while_it_waits(begun: bool, operator: Api, stack: Stack) -> None:  # noqa: FBT001 (a case)
    """At once; what its IT had begun goes too."""
    clinic = awaiting(stack, operator)
    if begun:
        made_past_us(stack, name_of(stack, clinic), organization=clinic, guestlist=clinic)
    offboarded(stack, operator, clinic)
    assert connections(stack, clinic) == []


def test_a_link_that_outlives_its_organization_admits_nobody(
    operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """What is made by it then is nobody's: nothing asks for its users."""
    clinic = awaiting(stack, operator)
    name, late = name_of(stack, clinic), link(operator, clinic)
    offboarded(stack, operator, clinic)
    fill_in(late)
    look(stack)
    place = Place(stack, operator, clinic, name, "clinic.example")
    ann = place.person(new_person)
    assert not place.arrives(ann)["admitted"]
    assert "app_metadata" not in place.account(ann)


def test_offboarded_it_takes_its_connection_along(operator: Api, stack: Stack) -> None:
    """It bears our marks, as one that we made ourselves."""
    clinic = awaiting(stack, operator)
    fill_in(link(operator, clinic))
    look(stack)
    assert len(connections(stack, clinic)) == 1
    offboarded(stack, operator, clinic)
    assert connections(stack, clinic) == []


def test_asked_again_it_is_the_same_organization(operator: Api, stack: Stack) -> None:
    """It waits as before; asked for a connection that is there, it is another one."""
    clinic = awaiting(stack, operator)
    body = {"id": clinic, "name": clinic.title(), "kind": "enterprise", "connections": [SELF_SERVICE]}
    again = operator.post("/organizations", json=body).raise_for_status().json()
    assert (again["id"], again["status"]) == (clinic, "provisioning")
    stack.workers.idle()
    assert steps(stack, clinic) == AWAITING
    other = {**body, "connections": [{"name": name_of(stack, clinic)}]}
    assert operator.post("/organizations", json=other).json()["code"] == "organization_exists"
    assert audited(stack, clinic, "organization:provision") == [clinic]


def test_an_organization_may_move_to_what_its_it_sets_up(
    operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """All sign in as before until the connection is there; then members get their places by it."""
    clinic = provisioned(stack, operator, kind="isolated")
    ann = new_person("ann")
    domain = proved(operator, clinic)["domain"]
    ann.email = ann.idp["email"] = f"ann@{domain}"
    join(operator, clinic, ann)
    operator.post(f"/organizations/{clinic}/move", json={"connections": [SELF_SERVICE]}).raise_for_status()
    stack.workers.idle()
    look(stack)
    assert moving(stack, clinic) == ("making", AWAITING)
    before = connections(stack, clinic)
    assert ann.sign_in(clinic, connection=before[0]["name"], prompt="login")["admitted"]
    assert fill_in(link(operator, clinic)).status_code == 200
    look(stack)
    assert moving(stack, clinic) == ("grace", MADE)
    [made] = [own for own in connections(stack, clinic) if own not in before]
    place = Place(stack, operator, clinic, made["name"], domain)
    assert place.arrives(ann)["admitted"]


def test_offboarded_while_it_moves_what_its_it_had_begun_goes_too(operator: Api, stack: Stack) -> None:
    """With the connection that it was moving away from."""
    clinic = provisioned(stack, operator, kind="isolated")
    operator.post(f"/organizations/{clinic}/move", json={"connections": [SELF_SERVICE]}).raise_for_status()
    stack.workers.idle()
    fill_in(link(operator, clinic))
    assert len(connections(stack, clinic)) == 2
    offboarded(stack, operator, clinic)
    assert connections(stack, clinic) == []


def moving(stack: Stack, organization: str) -> tuple[str, dict[str, str]]:
    """Return how far an organization's move got, and each step of making what it moves to."""
    move = store(stack).organization(organization).move
    assert move
    return str(move.state), {one.step: f"{one.state} {one.code}" for one in move.steps}
