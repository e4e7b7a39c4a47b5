"""An enterprise organization gets another identity provider of its own, while it lives."""

import pytest

from guestlist.leases import SETTLING
from guestlist.login_policy import MAX_SESSION
from guestlist.making import TRIES
from local.people import Api
from local.stack import Stack
from tests.accept_setup import store
from tests.changing_setup import OIDC, add, added, at_auth0, drop, hospital, invited, names, state
from tests.conftest import NewPerson
from tests.domain_setup import proved
from tests.front_door import audited, suffer, unique
from tests.kinds_setup import connections
from tests.moving_setup import Mover
from tests.refusals import refused
from tests.self_service_setup import SELF_SERVICE, ask_link, fill_in, link, look, made_past_us

UNDONE = {"connections": "undone called_off", "applications": "undone called_off"}


@pytest.fixture
def clinic(operator: Api, stack: Stack) -> Mover:
    """Return an organization with one identity provider."""
    return hospital(stack, operator)


def test_its_people_sign_in_by_it_once_it_is_made(clinic: Mover, new_person: NewPerson) -> None:
    """The organization is active all the while, and who signs in by the other one goes on with that."""
    other, first = str(proved(clinic.operator, clinic.id)["domain"]), clinic.provider
    ben = invited(clinic, new_person, clinic.domain)
    assert clinic.arrives(ben, first)["admitted"]
    shown = add(clinic, OIDC | {"domains": [other]}).raise_for_status()
    assert (shown.status_code, shown.headers["location"]) == (202, clinic.path)
    change = shown.json()["connection_change"]
    assert (shown.json()["status"], change["state"]) == ("active", "making")
    assert [step["state"] for step in change["steps"]] == ["pending", "pending"]
    assert [own["name"] for own in shown.json()["connections"]] == [first]
    clinic.stack.workers.idle()
    assert state(clinic) == ("added", {"connections": "done", "applications": "done"})
    _, second = names(clinic)
    ann = invited(clinic, new_person, other)
    assert clinic.arrives(ann, second)["admitted"]
    assert clinic.arrives(ben, first)["admitted"]
    assert audited(clinic.stack, clinic.id, "connection:add") == [second]


def test_nobody_joins_by_it_before(clinic: Mover) -> None:
    """Neither an invite nor the discovery knows it."""
    suffer(clinic.stack, method="PATCH", path="/api/v2/connections/", status=503, times=20)
    other = str(proved(clinic.operator, clinic.id)["domain"])
    add(clinic, OIDC | {"domains": [other]}).raise_for_status()
    clinic.stack.workers.idle()
    assert state(clinic)[0] == "making"
    assert len(connections(clinic.stack, clinic.id)) == 2
    body = {"email": f"ann@{other}", "send": False}
    made = clinic.operator.post(f"{clinic.path}/invites", json=body).raise_for_status().json()
    assert store(clinic.stack).invite(clinic.id, made["id"]).connection == names(clinic)[0]
    found = clinic.operator.post("/discover", json={"organization": clinic.id}).json()
    assert found == {"connections": [{"name": names(clinic)[0]}]}
    clinic.stack.tenant.state.faults.clear()
    clinic.later(300)
    assert state(clinic)[0] == "added"


def test_one_that_was_there_before_us_is_used(clinic: Mover) -> None:
    """As it is: it is marked, and enabled."""
    name = unique("corp")
    made_past_us(clinic.stack, name, theirs="stays")
    assert added(clinic, {"name": name}) == name
    found = at_auth0(clinic, name)
    assert found
    assert found["metadata"] == {"theirs": "stays", "organization": clinic.id}
    assert found["enabled"] == {clinic.stack.clients["app"].client_id}


def test_what_auth0_keeps_refusing_is_undone(clinic: Mover) -> None:
    """All is as it was, and what is there before us is free again; asked again, it is made."""
    name = unique("corp")
    made_past_us(clinic.stack, name, theirs="stays")
    suffer(clinic.stack, method="PATCH", path="/api/v2/connections/.*/clients", status=400, times=TRIES)
    add(clinic, {"name": name}).raise_for_status()
    clinic.stack.workers.idle()
    for _ in range(TRIES):
        clinic.later(300)
    assert state(clinic)[0] == "failed"
    assert clinic.shown["status"] == "active"
    assert len(names(clinic)) == 1
    found = at_auth0(clinic, name)
    assert found
    assert (found["metadata"], found["enabled"]) == ({"theirs": "stays"}, set())
    assert store(clinic.stack).organization_of(name) is None
    assert audited(clinic.stack, clinic.id, "connection:fail") == [name]
    assert added(clinic, {"name": name}) == name


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "^/api/v2/connections$"), ("PATCH", "/api/v2/connections/.*/clients")],
    ids=["connection", "applications"],
)
def test_a_step_whose_answer_was_lost_is_found_again(clinic: Mover, method: str, path: str) -> None:
    """It is done once, whatever its maker heard."""
    suffer(clinic.stack, method=method, path=path, reset=True, after_effect=True, times=4)
    add(clinic, OIDC).raise_for_status()
    clinic.stack.workers.idle()
    for _ in range(3):
        clinic.later(300)
    assert state(clinic)[0] == "added"
    assert len(connections(clinic.stack, clinic.id)) == 2


def test_the_customer_s_it_sets_it_up(clinic: Mover) -> None:
    """By a link, and it is waited for; the organization goes on meanwhile."""
    add(clinic, SELF_SERVICE).raise_for_status()
    clinic.stack.workers.idle()
    assert state(clinic) == ("making", {"connections": "pending awaiting_setup", "applications": "pending"})
    fill_in(link(clinic.operator, clinic.id))
    look(clinic.stack)
    assert state(clinic)[0] == "added"
    assert len(names(clinic)) == 2


def test_one_that_it_does_not_set_up_is_called_off(clinic: Mover) -> None:
    """However far they got; there is no link to it any more, and another may be asked for."""
    add(clinic, SELF_SERVICE).raise_for_status()
    clinic.stack.workers.idle()
    change = clinic.shown["connection_change"]
    name = change["connection"]["name"]
    refused(add(clinic, OIDC), 409, "connections_changing")
    for _ in range(2):
        assert drop(clinic, name).raise_for_status().status_code == 202
    clinic.stack.workers.idle()
    assert state(clinic) == ("failed", UNDONE)
    assert (len(names(clinic)), at_auth0(clinic, name)) == (1, None)
    refused(ask_link(clinic.operator, clinic.id), 409, "no_self_service")
    assert audited(clinic.stack, clinic.id, "connection:drop") == [name]
    assert added(clinic, OIDC) != name


def test_one_that_is_being_made_is_called_off(clinic: Mover) -> None:
    """What was made of it is deleted, also what was given up and is made late."""
    suffer(clinic.stack, method="POST", path="^/api/v2/connections$", reset=True, land_after=60)
    add(clinic, OIDC).raise_for_status()
    clinic.stack.workers.idle()
    name = clinic.shown["connection_change"]["connection"]["name"]
    drop(clinic, name).raise_for_status()
    clinic.stack.workers.idle()
    clinic.later(60)
    assert at_auth0(clinic, name)
    for _ in range(3):
        clinic.later(SETTLING)
    assert state(clinic) == ("failed", UNDONE)
    assert at_auth0(clinic, name) is None


def test_it_has_the_bound_of_sign_ins_that_stands_when_people_come(clinic: Mover) -> None:
    """Not that of the moment in which it was made."""
    suffer(clinic.stack, method="PATCH", path="/api/v2/connections/.*/clients", status=503, times=20)
    add(clinic, OIDC).raise_for_status()
    clinic.stack.workers.idle()
    bound = {"max_session": 7200}
    clinic.operator.patch(clinic.path, json=bound, headers={"If-Match": "*"}).raise_for_status()
    clinic.stack.workers.idle()
    clinic.stack.tenant.state.faults.clear()
    for _ in range(3):
        clinic.later(SETTLING)
    assert state(clinic)[0] == "added"
    marked = [own["metadata"].get(MAX_SESSION) for own in connections(clinic.stack, clinic.id)]
    assert (marked, clinic.shown["max_session_told"]) == (["7200", "7200"], True)


def test_asked_again_with_one_key_it_is_one(clinic: Mover) -> None:
    """With another body under that key it is refused."""
    key = {"Idempotency-Key": unique("key")}
    for _ in range(2):
        assert add(clinic, OIDC, **key).raise_for_status().status_code == 202
        clinic.stack.workers.idle()
    assert len(names(clinic)) == 2
    refused(add(clinic, OIDC | {"client_id": "other"}, **key), 422, "idempotency_key_reused")


def test_while_the_organization_is_suspended_it_waits(clinic: Mover) -> None:
    """And goes on when it is resumed."""
    suffer(clinic.stack, method="POST", path="^/api/v2/connections$", status=503, times=3)
    add(clinic, OIDC).raise_for_status()
    clinic.stack.workers.idle()
    clinic.operator.post(f"{clinic.path}/suspend").raise_for_status()
    clinic.stack.tenant.state.faults.clear()
    clinic.later(300)
    assert state(clinic)[0] == "making"
    clinic.operator.post(f"{clinic.path}/resume").raise_for_status()
    clinic.later(300)
    assert state(clinic)[0] == "added"


def test_who_is_offboarded_on_the_way_leaves_nothing(clinic: Mover) -> None:
    """Neither what was there nor what was being made."""
    suffer(clinic.stack, method="PATCH", path="/api/v2/connections/.*/clients", status=503, times=20)
    add(clinic, OIDC).raise_for_status()
    clinic.stack.workers.idle()
    assert len(connections(clinic.stack, clinic.id)) == 2
    clinic.stack.tenant.state.faults.clear()
    name = clinic.shown["connection_change"]["connection"]["name"]
    clinic.operator.delete(clinic.path).raise_for_status()
    for _ in range(3):  # what was given up may be made late
        clinic.later(SETTLING)
    refused(clinic.operator.get(clinic.path), 404, "not_found")
    assert connections(clinic.stack, clinic.id) == []
    assert store(clinic.stack).organization_of(name) is None
