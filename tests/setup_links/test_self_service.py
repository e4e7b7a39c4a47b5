"""A connection that the customer's IT sets up is waited for, however long they take, and then used."""

from collections.abc import Iterator
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
    patient,
    status,
    steps,
)


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    """Return the API as an operator uses it, for as long as a customer takes."""
    with patient(stack) as operating:
        yield operating


def test_what_it_sets_up_signs_its_people_in(api: Api, stack: Stack, new_person: NewPerson) -> None:
    """Provisioned, waited for, set up by the link, found by the sweep, enabled; a first login is admitted."""
    clinic = awaiting(stack, api)
    shown = api.get(f"/organizations/{clinic}").json()
    assert (shown["status"], steps(stack, clinic)) == ("provisioning", AWAITING)
    name = name_of(stack, clinic)
    unset: dict[str, Any] = {"name": name, "strategy": None, "domains": [], "self_service": True}
    assert shown["connections"] == [unset]
    assert fill_in(link(api, clinic)).status_code == 200
    look(stack)
    shown = api.get(f"/organizations/{clinic}").json()
    assert (shown["status"], steps(stack, clinic)) == ("active", MADE)
    assert shown["connections"] == [{**unset, "strategy": "samlp"}]
    assert enabled(stack, name) == {stack.clients["app"].client_id}
    place = Place(stack, api, clinic, name, proved(api, clinic)["domain"])
    ann, stranger = place.person(new_person), place.person(new_person, "sam", "elsewhere.example")
    place.invite(ann.email)
    assert place.arrives(ann)["admitted"]
    assert not place.arrives(stranger)["admitted"]


def test_it_is_enabled_for_all_of_the_organization_s_applications(api: Api, stack: Stack) -> None:
    """Those that it names, and no other."""
    own = {stack.clients[name].client_id for name in ("app", "system")}
    clinic = awaiting(stack, api, applications=sorted(own))
    fill_in(link(api, clinic))
    assert enabled(stack, name_of(stack, clinic)) == own
    look(stack)
    assert (status(stack, clinic), enabled(stack, name_of(stack, clinic))) == ("active", own)


def test_the_first_administrator_hears_of_it_when_it_is_there(
    api: Api, stack: Stack, new_person: NewPerson
) -> None:
    """Not before: there would be nowhere to sign in."""
    ann = new_person("ann")
    clinic = awaiting(stack, api, admin={"email": ann.email})
    look(stack)
    assert not [mail for mail in stack.mails() if mail.to == ann.email]
    fill_in(link(api, clinic))
    look(stack)
    assert [mail.to for mail in stack.mails() if mail.to == ann.email] == [ann.email]


def test_the_others_are_made_meanwhile(api: Api, stack: Stack) -> None:
    """Of several, one that we make is there at once, and is enabled when all are."""
    oidc = {"strategy": "oidc", "issuer": "https://id.clinic.example", "client_id": "guestlist"}
    clinic = awaiting(stack, api, SELF_SERVICE, oidc)
    [own] = connections(stack, clinic)
    assert (own["strategy"], enabled(stack, own["name"])) == ("oidc", set())
    assert steps(stack, clinic) == AWAITING
    fill_in(link(api, clinic))
    look(stack)
    assert enabled(stack, own["name"]) == {stack.clients["app"].client_id}
    assert {own["strategy"] for own in connections(stack, clinic)} == {"oidc", "samlp"}


@pytest.mark.parametrize("begun", [False, True], ids=["not begun", "half-way"])
def test_it_is_offboarded_while_it_waits(begun: bool, api: Api, stack: Stack) -> None:  # noqa: FBT001 (a case)
    """At once; what its IT had begun goes too."""
    clinic = awaiting(stack, api)
    if begun:
        made_past_us(stack, name_of(stack, clinic), organization=clinic, guestlist=clinic)
    offboarded(stack, api, clinic)
    assert connections(stack, clinic) == []


def test_a_link_that_outlives_its_organization_admits_nobody(
    api: Api, stack: Stack, new_person: NewPerson
) -> None:
    """What is made by it then is nobody's: nothing asks for its users."""
    clinic = awaiting(stack, api)
    name, late = name_of(stack, clinic), link(api, clinic)
    offboarded(stack, api, clinic)
    fill_in(late)
    look(stack)
    place = Place(stack, api, clinic, name, "clinic.example")
    ann = place.person(new_person)
    assert not place.arrives(ann)["admitted"]
    assert "app_metadata" not in place.account(ann)


def test_offboarded_it_takes_its_connection_along(api: Api, stack: Stack) -> None:
    """It bears our marks, as one that we made ourselves."""
    clinic = awaiting(stack, api)
    fill_in(link(api, clinic))
    look(stack)
    assert len(connections(stack, clinic)) == 1
    offboarded(stack, api, clinic)
    assert connections(stack, clinic) == []


def test_asked_again_it_is_the_same_organization(api: Api, stack: Stack) -> None:
    """It waits as before; asked for a connection that is there, it is another one."""
    clinic = awaiting(stack, api)
    body = {"id": clinic, "name": clinic.title(), "kind": "enterprise", "connections": [SELF_SERVICE]}
    again = api.post("/organizations", json=body).raise_for_status().json()
    assert (again["id"], again["status"]) == (clinic, "provisioning")
    stack.workers.idle()
    assert steps(stack, clinic) == AWAITING
    other = {**body, "connections": [{"name": name_of(stack, clinic)}]}
    assert api.post("/organizations", json=other).json()["code"] == "organization_exists"
    assert audited(stack, clinic, "organization:provision") == [clinic]


def test_an_organization_may_move_to_what_its_it_sets_up(
    api: Api, stack: Stack, new_person: NewPerson
) -> None:
    """All sign in as before until the connection is there; then members get their places by it."""
    clinic = provisioned(stack, api, kind="isolated")
    ann = new_person("ann")
    domain = proved(api, clinic)["domain"]
    ann.email = ann.idp["email"] = f"ann@{domain}"
    join(api, clinic, ann)
    api.post(f"/organizations/{clinic}/move", json={"connections": [SELF_SERVICE]}).raise_for_status()
    stack.workers.idle()
    look(stack)
    assert moving(stack, clinic) == ("making", AWAITING)
    before = connections(stack, clinic)
    assert ann.sign_in(clinic, connection=before[0]["name"], prompt="login")["admitted"]
    assert fill_in(link(api, clinic)).status_code == 200
    look(stack)
    assert moving(stack, clinic) == ("grace", MADE)
    [made] = [own for own in connections(stack, clinic) if own not in before]
    place = Place(stack, api, clinic, made["name"], domain)
    assert place.arrives(ann)["admitted"]


def test_offboarded_while_it_moves_what_its_it_had_begun_goes_too(api: Api, stack: Stack) -> None:
    """With the connection that it was moving away from."""
    clinic = provisioned(stack, api, kind="isolated")
    api.post(f"/organizations/{clinic}/move", json={"connections": [SELF_SERVICE]}).raise_for_status()
    stack.workers.idle()
    fill_in(link(api, clinic))
    assert len(connections(stack, clinic)) == 2
    offboarded(stack, api, clinic)
    assert connections(stack, clinic) == []


def moving(stack: Stack, organization: str) -> tuple[str, dict[str, str]]:
    """Return how far an organization's move got, and each step of making what it moves to."""
    move = store(stack).organization(organization).move
    assert move
    return str(move.state), {one.step: f"{one.state} {one.code}" for one in move.steps}
