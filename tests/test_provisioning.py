"""Provisioning is a saga: each step is found again, tried again, and undone in reverse."""

from typing import Any

import pytest

from guestlist.leases import SETTLING
from guestlist.making import TRIES
from local.people import Api
from local.stack import Stack
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.front_door import audited, pass_time, provision, suffer, unique
from tests.kinds_setup import connection_of, connections, each_list, entry, listed
from tests.minted import EVERYTHING, caller
from tests.refusals import refused

ISOLATED: dict[str, Any] = {"kind": "isolated", "callbacks": ["https://own.app.example/callback"]}


def isolated(name: str) -> dict[str, Any]:
    """Return an isolated organization with an entry of its own on one of the application's lists."""
    return {"kind": "isolated", name: [entry(name, unique("own"))]}


def states(stack: Stack, organization: str) -> dict[str, str]:
    """Return how far each step of an organization got; a token would not live as long as these stories."""
    found = store(stack).organization(organization)
    return {"status": found.status} | {progress.step: progress.state for progress in found.provisioning}


def try_again(stack: Stack, times: int) -> None:
    """Let so many tries of what is put off be made."""
    for _ in range(times):
        pass_time(stack, seconds=300)
        stack.workers.tick()
        stack.workers.idle()


@each_list
def test_what_auth0_keeps_refusing_is_undone_in_reverse(
    name: str, operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """The connection goes, the offer with it; nobody got a mail; asked for again, it is made."""
    ann = new_person("ann")
    suffer(stack, method="PATCH", path="/api/v2/clients/", status=400, times=TRIES)
    body = {"id": unique("clinic"), "name": "Clinic", "admin": {"email": ann.email}, **isolated(name)}
    clinic = operator.post("/organizations", json=body).raise_for_status().json()["id"]
    stack.workers.idle()
    assert states(stack, clinic)[name] == "pending"
    try_again(stack, TRIES)
    undone = dict.fromkeys(("connections", "applications", name), "undone")
    assert states(stack, clinic) == {"status": "failed", **undone}
    assert connections(stack, clinic) == []
    assert audited(stack, clinic, "organization:fail") == [clinic]
    assert not [mail for mail in stack.mails() if mail.to == ann.email]
    assert store(stack).organization(clinic).taken == 0
    with caller(stack, permissions=EVERYTHING) as later:
        later.post("/organizations", json=body).raise_for_status()
    stack.workers.idle()
    assert states(stack, clinic)["status"] == "active"
    ann.join()
    assert ann.sign_in(clinic, connection=connection_of(stack, clinic)["name"])["admitted"]


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "^/api/v2/connections$", "callbacks"),
        ("PATCH", "/api/v2/connections/.*/clients", "callbacks"),
        ("PATCH", "/api/v2/clients/", "callbacks"),
        ("PATCH", "/api/v2/clients/", "web_origins"),
    ],
    ids=["connection", "applications", "callbacks", "web_origins"],
)
def test_a_step_whose_answer_was_lost_is_found_again(
    method: str, path: str, name: str, operator: Api, stack: Stack
) -> None:
    """It is done once, whatever its maker heard; what a late write could change is looked at again."""
    suffer(stack, method=method, path=path, reset=True, after_effect=True, times=4)
    clinic = provision(operator, **isolated(name))
    stack.workers.idle()
    try_again(stack, 3)
    assert states(stack, clinic)["status"] == "active"
    assert len(connections(stack, clinic)) == 1


def test_whoever_dies_before_the_last_write_leaves_it_to_the_next(
    operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """All is made, and it is opened by whoever comes next; nobody is invited before that."""
    ann = new_person("ann")
    stack.aws.inject("SendMessage", "ServiceUnavailable", times=1)
    clinic = provision(operator, kind="isolated", admin={"email": ann.email})
    stack.aws.inject("TransactWriteItems", "ValidationException", times=1)
    try_again(stack, 1)
    made = {"connections": "done", "applications": "done"}
    assert states(stack, clinic) == {"status": "provisioning", **made}
    assert not [mail for mail in stack.mails() if mail.to == ann.email]
    try_again(stack, 1)
    assert states(stack, clinic) == {"status": "active", **made}
    assert ann.browser.get(ann.link()).status_code == 200


def test_while_auth0_is_away_it_waits(operator: Api, stack: Stack) -> None:
    """However long: an outage is no refusal."""
    suffer(stack, method="POST", path="^/api/v2/connections$", status=503, times=60)
    clinic = provision(operator, kind="isolated")
    try_again(stack, TRIES + 2)
    assert states(stack, clinic)["status"] == "provisioning"
    stack.tenant.state.faults.clear()
    try_again(stack, 1)
    assert states(stack, clinic)["status"] == "active"


def test_asked_again_it_is_the_same_organization(operator: Api, stack: Stack) -> None:
    """By its id, without a key; asked for something else under that id, it is refused."""
    body = {"id": unique("clinic"), "name": "Clinic", **ISOLATED}
    first, again = (operator.post("/organizations", json=body).raise_for_status().json() for _ in range(2))
    assert first["created_at"] == again["created_at"]
    for otherwise in ({"seats": 3}, {"web_origins": ["https://own.app.example"]}):
        refused(operator.post("/organizations", json=body | otherwise), 409, "organization_exists")
    refused(
        operator.post("/organizations", json={**body, "id": body["id"].upper()}), 409, "organization_exists"
    )
    stack.workers.idle()
    assert len(connections(stack, body["id"])) == 1


@each_list
def test_two_that_add_to_one_list_at_once_both_stand_on_it(name: str, operator: Api, stack: Stack) -> None:
    """Auth0 takes the list whole: they write it one at a time, though their calls take long."""
    app, own = stack.clients["app"].client_id, [entry(name, unique("side")) for _ in range(4)]
    suffer(stack, method="PATCH", path="/api/v2/clients/", lag=0.3, times=8)
    places = [provision(operator, **{name: [one]}) for one in own]
    stack.workers.idle()
    try_again(stack, 2)
    assert {states(stack, place)["status"] for place in places} == {"active"}
    assert {*own} <= {*listed(stack, app, name)}


@each_list
def test_a_list_that_lands_late_takes_nobody_off(name: str, operator: Api, stack: Stack) -> None:
    """Who was added meanwhile is put on it again; nobody is told before that it stands."""
    app, own = stack.clients["app"].client_id, [entry(name, unique("late")) for _ in range(2)]
    suffer(stack, method="PATCH", path="/api/v2/clients/", reset=True, land_after=SETTLING - 60, times=3)
    first = provision(operator, **{name: own[:1]})
    stack.workers.idle()
    second = provision(operator, **{name: own[1:]})
    stack.workers.idle()
    assert {*own} <= {*listed(stack, app, name)}
    pass_time(stack, seconds=SETTLING - 60)
    stack.workers.idle()
    assert own[1] not in listed(stack, app, name)
    assert {states(stack, place)["status"] for place in (first, second)} == {"provisioning"}
    try_again(stack, 3)
    assert {*own} <= {*listed(stack, app, name)}
    assert {states(stack, place)["status"] for place in (first, second)} == {"active"}
