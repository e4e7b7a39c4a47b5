"""A move whose identity providers are still being made can be called off: all stays as it was before."""

import httpx
import pytest

from guestlist.leases import SETTLING
from local.people import Api
from local.stack import Stack
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.domain_setup import proved
from tests.front_door import audited, suffer, unique
from tests.kinds_setup import connections
from tests.moving_setup import SAML, Mover, mover
from tests.refusals import refused
from tests.self_service_setup import SELF_SERVICE, ask_link, fill_in, link, look


@pytest.fixture(params=["shared", "isolated"])
def clinic(operator: Api, stack: Stack, request: pytest.FixtureRequest) -> Mover:
    """Return an organization whose people sign in to a database, with a domain that it proved."""
    place = mover(stack, operator, f"{unique('domain')}.example", kind=request.param)
    proved(operator, place.id, place.domain)
    return place


def stay(place: Mover) -> httpx.Response:
    """Call its move off."""
    return place.operator.delete(f"{place.path}/move")


def test_what_the_customer_s_it_does_not_set_up_is_called_off(clinic: Mover, new_person: NewPerson) -> None:
    """Nothing is left of it, at Auth0 neither; its people sign in as before, and it may move later."""
    ann, before = clinic.person(new_person), clinic.shown
    assert clinic.move(connections=[SELF_SERVICE])["move"]["state"] == "making"
    for _ in range(2):
        called_off = stay(clinic).raise_for_status()
        assert (called_off.status_code, called_off.headers["location"]) == (202, clinic.path)
    clinic.stack.workers.idle()
    shown = clinic.shown
    assert (shown["move"]["state"], {step["code"] for step in shown["move"]["steps"]}) == (
        "failed",
        {"called_off"},
    )
    assert shown | {"move": None} == before
    assert {own["strategy"] for own in connections(clinic.stack, clinic.id)} <= {"auth0"}
    refused(ask_link(clinic.operator, clinic.id), 409, "no_self_service")
    assert audited(clinic.stack, clinic.id, "organization:stay") == [clinic.id]
    assert clinic.comes_as_before(ann)["admitted"]
    assert clinic.move(connections=[SAML])["move"]["state"] == "grace"
    assert clinic.arrives(ann)["admitted"]


def test_what_was_made_is_unmade(clinic: Mover) -> None:
    """Also what was given up, and is made late."""
    suffer(clinic.stack, method="POST", path="^/api/v2/connections$", reset=True, land_after=60)
    clinic.move()
    [name] = [own.name for own in clinic.record.move.connections] if clinic.record.move else []
    stay(clinic).raise_for_status()
    clinic.later(60)
    assert name in {own["name"] for own in connections(clinic.stack, clinic.id)}
    for _ in range(3):
        clinic.later(SETTLING)
    assert clinic.shown["move"]["state"] == "failed"
    assert name not in {own["name"] for own in connections(clinic.stack, clinic.id)}
    assert store(clinic.stack).organization_of(name) is None


def test_of_several_those_that_are_there_go_too(clinic: Mover) -> None:
    """One was made by us, one by the customer's IT; the third is waited for."""
    clinic.move(connections=[SAML, SELF_SERVICE | {"domains": ["x.example"]}, SELF_SERVICE])
    names = [own["name"] for own in clinic.shown["move"]["connections"]]
    fill_in(link(clinic.operator, clinic.id, connection=names[1]))
    look(clinic.stack)
    assert len([own for own in connections(clinic.stack, clinic.id) if own["name"] in names]) == 2
    stay(clinic).raise_for_status()
    clinic.stack.workers.idle()
    assert not [own for own in connections(clinic.stack, clinic.id) if own["name"] in names]


def test_while_the_organization_is_suspended_it_is_called_off(clinic: Mover) -> None:
    """It is undone when the organization is resumed."""
    clinic.move(connections=[SELF_SERVICE])
    clinic.operator.post(f"{clinic.path}/suspend").raise_for_status()
    stay(clinic).raise_for_status()
    clinic.later(300)
    clinic.operator.post(f"{clinic.path}/resume").raise_for_status()
    clinic.later(300)
    assert clinic.shown["move"]["state"] == "failed"


def test_once_the_new_door_is_open_there_is_no_way_back(clinic: Mover) -> None:
    """Nor where there was nothing to call off."""
    refused(stay(clinic), 404, "not_found")
    refused(clinic.operator.delete("/organizations/nowhere/move"), 404, "not_found")
    assert clinic.move(grace=0)["move"]["state"] == "grace"
    refused(stay(clinic), 409, "organization_moved")
    clinic.later(60)
    clinic.later(60)
    assert clinic.shown["move"]["state"] == "done"
    refused(stay(clinic), 409, "organization_moved")


def test_who_is_offboarded_meanwhile_has_nothing_to_call_off(clinic: Mover) -> None:
    """What was being made goes with the rest."""
    clinic.move(connections=[SELF_SERVICE])
    clinic.operator.delete(clinic.path).raise_for_status()
    refused(stay(clinic), 409, "organization_not_ready")
    for _ in range(3):
        clinic.later(60)
    refused(clinic.operator.get(clinic.path), 404, "not_found")
    assert connections(clinic.stack, clinic.id) == []
