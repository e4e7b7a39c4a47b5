"""Moves that cannot be, or that Auth0 does not let be: all is as it was."""

from typing import Any

import pytest

from guestlist.leases import SETTLING
from guestlist.making import TRIES
from local.stack import CONNECTION
from tests.conftest import NewPerson
from tests.front_door import audited, suffer
from tests.kinds_setup import connections, offboarded, provisioned
from tests.moving_setup import DAY, SAML, Mover
from tests.refusals import recorded, refused


def test_what_auth0_keeps_refusing_leaves_all_as_it_was(clinic: Mover, new_person: NewPerson) -> None:
    """Nobody was moved, nothing stays at Auth0; asked again, it moves."""
    ann = clinic.person(new_person)
    suffer(clinic.stack, method="PATCH", path="/api/v2/connections/", status=400, times=TRIES)
    clinic.move()
    for _ in range(TRIES):
        clinic.later(300)
    shown = clinic.shown
    assert (shown["kind"], shown["status"], shown["move"]["state"]) == ("shared", "active", "failed")
    assert [step["state"] for step in shown["move"]["steps"]] == ["undone", "undone"]
    assert (shown["connections"], connections(clinic.stack, clinic.id)) == ([], [])
    assert audited(clinic.stack, clinic.id, "organization:fail") == [clinic.id]
    assert clinic.comes_as_before(ann)["admitted"]
    assert clinic.move()["move"]["state"] == "grace"
    assert clinic.arrives(ann)["admitted"]


def test_who_is_offboarded_on_the_way_leaves_nothing(clinic: Mover, new_person: NewPerson) -> None:
    """Neither what was being made for the move, nor anybody at either door."""
    clinic.person(new_person)
    suffer(clinic.stack, method="PATCH", path="/api/v2/connections/", status=503, times=20)
    assert clinic.move()["move"]["state"] == "making"
    clinic.stack.tenant.state.faults.clear()
    assert len(connections(clinic.stack, clinic.id)) == 1
    clinic.operator.delete(clinic.path).raise_for_status()
    for _ in range(3):  # what was given up may be made late; then it is looked whether Auth0 knows who is out
        clinic.later(SETTLING)
    refused(clinic.operator.get(clinic.path), 404, "not_found")
    assert connections(clinic.stack, clinic.id) == []


def test_who_is_offboarded_during_the_grace_leaves_nothing(clinic: Mover, new_person: NewPerson) -> None:
    """One seat, two doors, no account that admits."""
    ann = clinic.person(new_person)
    clinic.move()
    assert clinic.arrives(ann)["admitted"]
    clinic.later(30)
    offboarded(clinic.stack, clinic.operator, clinic.id)
    assert connections(clinic.stack, clinic.id) == []
    kept = [item for item in recorded(clinic.stack) if item.get("organization") == {"S": clinic.id}]
    assert not [item for item in kept if item.get("status") == {"S": "active"}]


def test_nobody_moves_twice(clinic: Mover) -> None:
    """Neither on the way, nor where one is already."""
    key = {"Idempotency-Key": "a-move"}
    body = {"connections": [SAML]}
    first = clinic.operator.post(f"{clinic.path}/move", json=body, headers=key).raise_for_status()
    again = clinic.operator.post(f"{clinic.path}/move", json=body, headers=key)
    assert (first.status_code, again.status_code) == (202, 202)
    refused(clinic.operator.post(f"{clinic.path}/move", json=body), 409, "organization_moved")
    clinic.stack.workers.idle()
    refused(clinic.operator.post(f"{clinic.path}/move", json=body), 409, "organization_moved")
    assert len(connections(clinic.stack, clinic.id)) == 1
    born = provisioned(clinic.stack, clinic.operator, kind="enterprise", connections=[SAML])
    refused(clinic.operator.post(f"/organizations/{born}/move", json=body), 409, "organization_moved")


def test_a_connection_of_somebody_elses_is_refused(clinic: Mover) -> None:
    """Another organization's, or the one that all share; nothing is recorded."""
    other = provisioned(clinic.stack, clinic.operator, kind="isolated")
    [theirs] = connections(clinic.stack, other)
    for name in (theirs["name"], theirs["name"].upper(), CONNECTION):
        body = {"connections": [{"name": name}]}
        refused(clinic.operator.post(f"{clinic.path}/move", json=body), 409, "connection_taken")
    assert clinic.shown["move"] is None


def test_a_closed_organization_does_not_move(clinic: Mover) -> None:
    """Nor one that is not there."""
    clinic.operator.post(f"{clinic.path}/suspend").raise_for_status()
    body = {"connections": [SAML]}
    refused(clinic.operator.post(f"{clinic.path}/move", json=body), 409, "organization_suspended")
    refused(clinic.operator.post("/organizations/nowhere/move", json=body), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/connections"),
        ({"connections": []}, "#/connections"),
        ({"connections": [SAML] * 11}, "#/connections"),
        ({"connections": [{"strategy": "samlp"}]}, "#/connections/0"),
        ({"connections": [{"name": "north"}, {"name": "NORTH"}]}, "#/connections"),
        ({"connections": [SAML], "grace": -1}, "#/grace"),
        ({"connections": [SAML], "grace": 91 * DAY}, "#/grace"),
        ({"connections": [SAML], "grace": "7"}, "#/grace"),
        ({"connections": [SAML], "kind": "shared"}, "#/kind"),
    ],
)
def test_a_body_that_says_no_move_is_refused(clinic: Mover, body: dict[str, Any], pointer: str) -> None:
    """With the place in it that is wrong."""
    refused(clinic.operator.post(f"{clinic.path}/move", json=body), 422, "unacceptable", pointer)
