"""Changes of connections that cannot be: refused with the reason, and nothing is recorded."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from local.people import Api
from local.stack import CONNECTION, Stack
from tests.changing_setup import OIDC, add, added, drop, hospital, names
from tests.domain_setup import proved
from tests.front_door import provision, unique
from tests.kinds_setup import connection_of, provisioned
from tests.moving_setup import SAML, Mover, mover
from tests.refusals import MARK, refused, traces
from tests.self_service_setup import SELF_SERVICE, made_past_us


@pytest.fixture
def clinic(operator: Api, stack: Stack) -> Mover:
    """Return an organization with one identity provider."""
    return hospital(stack, operator)


def held(place: Mover, connection: Mapping[str, Any], status: int, code: str, *pointers: str) -> None:
    """Have an addition refused, of which nothing is left."""
    before = traces(place.stack)
    refused(add(place, connection), status, code, *pointers)
    assert traces(place.stack) == before


def test_what_is_another_s_is_not_added(clinic: Mover) -> None:
    """Another organization's connection, the common one, and a domain that another proved."""
    other = provisioned(clinic.stack, clinic.operator, kind="isolated")
    theirs = connection_of(clinic.stack, other)["name"]
    for name in (theirs, theirs.upper(), CONNECTION):
        held(clinic, {"name": name}, 409, "connection_taken")
    domain = str(proved(clinic.operator, other)["domain"])
    held(clinic, OIDC | {"domains": [domain]}, 409, "domain_taken")


def test_what_it_has_already_is_not_added(clinic: Mover) -> None:
    """Whether we made it or it was there before, however it is spelt."""
    name = unique("corp")
    made_past_us(clinic.stack, name)
    added(clinic, {"name": name})
    for own in (name, name.upper(), names(clinic)[0]):
        held(clinic, {"name": own}, 422, "unacceptable", "#/name")


def test_ten_are_the_most(stack: Stack, operator: Api) -> None:
    """One may be dropped, and another added then."""
    full = hospital(stack, operator, *[OIDC | {"client_id": str(number)} for number in range(9)])
    added(full, SAML)
    held(full, OIDC, 409, "too_many_connections")


def test_one_at_a_time(clinic: Mover) -> None:
    """While one is being made, or dropped, no other is."""
    first, second = names(clinic)[0], added(clinic, OIDC)
    add(clinic, SELF_SERVICE).raise_for_status()
    refused(add(clinic, OIDC), 409, "connections_changing")
    refused(drop(clinic, second), 409, "connections_changing")
    drop(clinic, clinic.shown["connection_change"]["connection"]["name"]).raise_for_status()
    clinic.stack.workers.idle()
    drop(clinic, second).raise_for_status()
    refused(add(clinic, OIDC), 409, "connections_changing")
    refused(drop(clinic, first), 409, "connections_changing")


def test_the_last_one_stays(clinic: Mover) -> None:
    """An enterprise organization has one; unknown ones are nowhere."""
    refused(drop(clinic, names(clinic)[0]), 409, "last_connection")
    refused(drop(clinic, "not-there"), 404, "not_found")
    refused(drop(clinic, names(clinic)[0].upper()), 404, "not_found")


@pytest.mark.parametrize("kind", ["shared", "isolated"])
def test_who_signs_in_to_a_database_has_none_to_change(kind: str, stack: Stack, operator: Api) -> None:
    """They move instead; not even while they do is there anything to change."""
    place = mover(stack, operator, "", kind=kind)
    held(place, OIDC, 409, "no_identity_provider")
    refused(drop(place, CONNECTION), 409, "no_identity_provider")
    place.move()
    held(place, OIDC, 409, "connections_changing")
    refused(drop(place, names(place)[0]), 409, "connections_changing")


def test_nothing_changes_where_nothing_is_granted(stack: Stack, operator: Api, clinic: Mover) -> None:
    """In organizations that are closed, not made yet, or nowhere."""
    clinic.operator.post(f"{clinic.path}/suspend").raise_for_status()
    held(clinic, OIDC, 409, "organization_suspended")
    refused(drop(clinic, "any"), 409, "organization_suspended")
    waiting = Mover(stack, operator, provision(operator, kind="enterprise", connections=[SELF_SERVICE]), "")
    held(waiting, OIDC, 409, "organization_not_ready")
    nowhere = Mover(stack, operator, "nowhere", "")
    held(nowhere, OIDC, 404, "not_found")
    refused(drop(nowhere, "any"), 404, "not_found")


BODIES: dict[str, tuple[Any, str]] = {
    "nothing": ({}, "#"),
    "a strategy alone": ({"strategy": "samlp"}, "#"),
    "a name and more": ({**OIDC, "name": MARK}, "#"),
    "a client secret": ({**OIDC, "client_secret": MARK}, "#/client_secret"),
    "a list of them": ({"connections": [OIDC]}, "#/connections"),
    "inside a network": ({**OIDC, "issuer": f"https://{MARK}.internal"}, "#/issuer"),
    "no domain": ({**OIDC, "domains": [f"{MARK} x"]}, "#/domains/0"),
    "no name": ({"name": f"{MARK} x"}, "#/name"),
    "our own strategy": ({"strategy": "auth0"}, "#/strategy"),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_that_is_no_connection_is_refused(kind: str, clinic: Mover) -> None:
    """By its place, as where an organization is provisioned."""
    body, pointer = BODIES[kind]
    before = traces(clinic.stack)
    answer = clinic.operator.post(
        f"{clinic.path}/connections", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    refused(answer, 422, "unacceptable", pointer)
    assert traces(clinic.stack) == before
