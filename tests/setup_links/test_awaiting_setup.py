"""The wait for a customer's IT: what ends it, what does not, and that it rings no alarm."""

import json

import httpx
import pytest

from guestlist.making import TRIES
from guestlist.provisioning import FIRST_ADMIN_LIFE
from guestlist.self_service import GONE
from local.people import PLAIN, Api
from local.stack import Stack
from tests.accept_setup import store
from tests.front_door import counted, pass_time, suffer, unique
from tests.kinds_setup import connection_of, connections, offboarded
from tests.minted import EVERYTHING, caller, lasting
from tests.self_service_setup import (
    AWAITING,
    MADE,
    SELF_SERVICE,
    awaiting,
    deleted_past_us,
    enabled,
    fill_in,
    link,
    look,
    made_past_us,
    name_of,
    stands,
    status,
    steps,
)

DAY = 24 * 3600


def oldest_due(stack: Stack) -> int:
    """Sweep, and return what the alarm looks at."""
    return int(stack.functions["SweepFunction"].invoke({})["oldest_due"])


def test_weeks_are_no_failure_and_ring_no_alarm() -> None:
    """It is looked every few minutes, by one call each time; nobody is late."""
    with Stack() as stack, caller(stack, permissions=EVERYTHING) as api:
        clinic = awaiting(stack, api)
        since = store(stack).organization(clinic).provisioning[0].at
        pass_time(stack, seconds=FIRST_ADMIN_LIFE)
        look(stack)
        for _ in range(2 * TRIES):
            with counted(stack) as calls:
                look(stack)
            assert calls == ["GET /api/v2/connections"]
        pass_time(stack, seconds=60)
        assert oldest_due(stack) < 300
        assert (status(stack, clinic), steps(stack, clinic)) == ("provisioning", AWAITING)
        assert store(stack).organization(clinic).provisioning[0].at == since


def test_what_comes_after_is_not_late_for_the_wait() -> None:
    """An outage begins as the connection is there: the alarm counts from then, not from weeks before."""
    with Stack() as stack, lasting(stack) as api:
        clinic = awaiting(stack, api)
        pass_time(stack, seconds=7 * 24 * 3600)
        fill_in(link(api, clinic))
        suffer(stack, method="PATCH", path="/api/v2/connections/.*/clients", status=503, times=60)
        look(stack)
        assert steps(stack, clinic) == {"connections": "done ", "applications": "pending "}
        pass_time(stack, seconds=60)
        assert oldest_due(stack) < 600
        stack.workers.idle()
        stack.tenant.state.faults.clear()
        look(stack)
        assert status(stack, clinic) == "active"


def test_a_refusal_now_and_then_is_forgotten(operator: Api, stack: Stack) -> None:
    """Only what Auth0 refuses time after time ends the wait."""
    clinic = awaiting(stack, operator)
    for _ in range(TRIES):
        suffer(stack, method="GET", path="/api/v2/connections", status=403, times=1)
        look(stack)
        assert status(stack, clinic) == "provisioning"
        look(stack)
        assert steps(stack, clinic) == AWAITING


def test_one_that_is_made_but_not_enabled_is_waited_for(operator: Api, stack: Stack) -> None:
    """Auth0's assistant makes it early and enables it at its end; another link leads on from there."""
    clinic = awaiting(stack, operator)
    name = name_of(stack, clinic)
    made_past_us(stack, name, organization=clinic, guestlist=clinic)
    look(stack)
    assert (steps(stack, clinic), enabled(stack, name)) == (AWAITING, set())
    fill_in(link(operator, clinic))
    look(stack)
    assert status(stack, clinic) == "active"


def test_one_that_is_deleted_again_is_waited_for_again(operator: Api, stack: Stack) -> None:
    """Before it was found, or between two steps; a link makes it anew."""
    clinic = awaiting(stack, operator)
    fill_in(link(operator, clinic))
    deleted_past_us(stack, name_of(stack, clinic))
    look(stack)
    assert steps(stack, clinic) == AWAITING
    fill_in(link(operator, clinic))
    suffer(stack, method="PATCH", path="/api/v2/connections/.*/clients", status=503, times=3)
    look(stack)
    assert steps(stack, clinic) == {"connections": "done ", "applications": "pending "}
    deleted_past_us(stack, name_of(stack, clinic))
    look(stack)
    assert steps(stack, clinic) == AWAITING
    fill_in(link(operator, clinic))
    look(stack)
    assert (status(stack, clinic), steps(stack, clinic)) == ("active", MADE)


WRITES = {
    "takes the turn": r'":until"',
    "gets on": r'"#progressed_at"',
    "gives the turn back": r"REMOVE [^\"]*#lease_owner",
}
"""The writes of a look, by what stands in each."""


@pytest.mark.parametrize("write", WRITES)
def test_whoever_dies_in_a_look_leaves_it_to_the_next(write: str, operator: Api, stack: Stack) -> None:
    """Before each of its writes: while it waits, and as the connection is found."""
    clinic = awaiting(stack, operator)
    of_the_clinic = rf"(?s)(?=.*ORG#{clinic}\W).*{WRITES[write]}"
    for begin in (lambda: None, lambda: fill_in(link(operator, clinic))):
        begin()
        stack.aws.inject("UpdateItem", "ValidationException", matching=of_the_clinic)
        look(stack)
    look(stack)
    assert (status(stack, clinic), steps(stack, clinic)) == ("active", MADE)
    assert len(connections(stack, clinic)) == 1


def test_an_application_that_is_gone_is_no_wait_for_the_customer(operator: Api, stack: Stack) -> None:
    """It is Auth0's refusal, and ends as any other."""
    clinic = awaiting(stack, operator)
    fill_in(link(operator, clinic))
    gone = json.dumps({"statusCode": 404, "message": "-", "errorCode": "inexistent_client"})
    suffer(stack, method="PATCH", path="/api/v2/connections/.*/clients", status=404, text=gone)
    look(stack)
    assert steps(stack, clinic) == {"connections": "done ", "applications": "pending inexistent_client"}


@pytest.mark.parametrize("marks", [{}, {"organization": "elsewhere", "guestlist": "elsewhere"}])
def test_a_connection_of_somebody_else_is_never_taken(
    marks: dict[str, str], operator: Api, stack: Stack
) -> None:
    """Under the very name, without our marks or with another's: refused, and left as it is."""
    clinic = awaiting(stack, operator)
    made = made_past_us(stack, name_of(stack, clinic), **marks)
    for _ in range(TRIES + 1):
        look(stack)
    assert status(stack, clinic) == "failed"
    assert steps(stack, clinic)["connections"] == "undone connection_exists"
    with stack.tenant.state.lock:
        assert stack.tenant.state.connections[made]["metadata"] == marks


def test_what_an_old_link_makes_is_not_taken_for_what_is_made_now(operator: Api, stack: Stack) -> None:
    """Provisioned anew as isolated after a failure: a provider is no database, whatever its marks."""
    clinic = awaiting(stack, operator)
    old = link(operator, clinic)
    stands(stack, clinic, "failed")
    fill_in(old)
    body = {"id": clinic, "name": "Clinic", "kind": "isolated"}
    operator.post("/organizations", json=body).raise_for_status()
    stack.workers.idle()
    assert steps(stack, clinic)["connections"] == "pending connection_exists"
    deleted_past_us(stack, name_of(stack, clinic))
    look(stack)
    assert (status(stack, clinic), steps(stack, clinic)) == ("active", MADE)
    assert connection_of(stack, clinic)["strategy"] == "auth0"


def test_a_connection_of_another_name_is_not_looked_at(operator: Api, stack: Stack) -> None:
    """Whatever marks it bears: the name is what was recorded."""
    clinic = awaiting(stack, operator)
    made_past_us(stack, f"{clinic}-other", organization=clinic, guestlist=clinic)
    look(stack)
    assert steps(stack, clinic) == AWAITING


def test_the_first_administrator_s_offer_begins_when_all_is_made() -> None:
    """However long that takes: it does not end before, rings no alarm, and its mail leads in for a week."""
    with Stack() as stack, lasting(stack) as api:
        clinic = awaiting(stack, api, admin={"email": "first@clinic.example"})
        for _ in range(9):
            pass_time(stack, seconds=DAY)
            look(stack)
            pass_time(stack, seconds=60)
            assert oldest_due(stack) < 300
        [offer] = api.get(f"/organizations/{clinic}/invites").json()["items"]
        assert (offer["status"], stack.mails()) == ("pending", [])
        fill_in(link(api, clinic))
        look(stack)
        assert status(stack, clinic) == "active"
        [mail] = stack.mails()
        pass_time(stack, seconds=6 * DAY)
        stack.workers.tick()
        assert httpx.get(mail.links[0], verify=PLAIN).status_code == 200
        pass_time(stack, seconds=2 * DAY)
        stack.workers.tick()
        [ended] = api.get(f"/organizations/{clinic}/invites", params={"status": "expired"}).json()["items"]
        assert (mail.to, ended["id"]) == ("first@clinic.example", offer["id"])


def test_what_was_enabled_before_the_wait_went_on_is_given_back(operator: Api, stack: Stack) -> None:
    """A connection of IT's vanishes as all are being enabled; the one from before us is enabled by then."""
    name, app = unique("corp"), stack.clients["app"].client_id
    made_past_us(stack, name)
    clinic = awaiting(stack, operator, {"name": name}, SELF_SERVICE, applications=[app])
    fill_in(link(operator, clinic))
    [own] = [found["id"] for found in connections(stack, clinic) if found["name"] != name]
    gone = {"statusCode": 404, "error": "Not Found", "message": "gone", "errorCode": GONE}
    path = f"/api/v2/connections/{own}/clients"
    suffer(stack, method="PATCH", path=path, status=404, text=json.dumps(gone), times=1)
    look(stack)
    assert (status(stack, clinic), enabled(stack, name)) == ("provisioning", {app})
    look(stack)
    assert status(stack, clinic) == "active"
    offboarded(stack, operator, clinic)
    assert enabled(stack, name) == set()
