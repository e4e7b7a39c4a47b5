"""What an organization has of its own stays its own: no request takes it from it, not even its own."""

from collections.abc import Callable
from contextlib import closing

import pytest

from guestlist import organization_writes
from guestlist.making import TRIES
from guestlist.provisioning import connection_name
from local.people import Api
from local.stack import Stack
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.connections_setup import asked, held
from tests.domain_setup import proved
from tests.front_door import accounts, pass_time, suffer, unique
from tests.kinds_setup import connection_of, connections, offboarded, provisioned
from tests.moving_setup import SAML, Mover, mover
from tests.refusals import refused


@pytest.fixture
def clinic(operator: Api, stack: Stack) -> Mover:
    """Return an organization with a database of its own."""
    return mover(stack, operator, f"{unique('domain')}.example", kind="isolated")


def test_nobody_moves_to_the_database_that_they_have(clinic: Mover, new_person: NewPerson) -> None:
    """However its name is spelt: it stays theirs, and goes with them."""
    ann = clinic.person(new_person, roles=["admin"])
    own = connection_of(clinic.stack, clinic.id)["name"]
    for name in (own, own.upper()):
        body = {"connections": [{"name": name}], "grace": 0}
        answer = clinic.operator.post(f"{clinic.path}/move", json=body)
        refused(answer, 422, "unacceptable", "#/connections/0/name")
    both = {"connections": [SAML, {"name": own}]}
    answer = clinic.operator.post(f"{clinic.path}/move", json=both)
    refused(answer, 422, "unacceptable", "#/connections/1/name")
    assert store(clinic.stack).organization_of(own) == clinic.id
    assert connection_of(clinic.stack, clinic.id)["name"] == own
    assert ann.sign_in(clinic.id, connection=own, prompt="login")["admitted"]
    offboarded(clinic.stack, clinic.operator, clinic.id)
    assert (connections(clinic.stack, clinic.id), accounts(clinic.stack, ann.email)) == ([], [])


def test_what_was_made_for_an_attempt_that_failed_is_not_named(operator: Api, stack: Stack) -> None:
    """What we make is made again, never used as if it had been there before us."""
    suffer(stack, method="PATCH", path="/api/v2/connections/", status=400, times=TRIES)
    body = asked(kind="enterprise", connections=[SAML], applications=[stack.clients["app"].client_id])
    operator.post("/organizations", json=body).raise_for_status()
    for _ in range(TRIES):
        stack.workers.idle()
        pass_time(stack, seconds=300)
        stack.workers.tick()
    stack.workers.idle()
    assert operator.get(f"/organizations/{body['id']}").json()["status"] == "failed"
    name = connection_name(body["id"]).upper()
    answer = operator.post("/organizations", json={**body, "connections": [{"name": name}]})
    refused(answer, 422, "unacceptable", "#/connections/0/name")
    assert provisioned_again(stack, operator, body) == "active"


def provisioned_again(stack: Stack, api: Api, body: dict[str, object]) -> str:
    """Ask again for what could not be made; return how it stands then."""
    api.post("/organizations", json=body).raise_for_status()
    stack.workers.idle()
    return str(api.get(f"/organizations/{body['id']}").json()["status"])


@pytest.mark.parametrize("owner", ["", "somebody-else"])
def test_a_connection_that_is_no_more_ones_own_holds_nobody_up(
    owner: str, operator: Api, stack: Stack
) -> None:
    """Whoever leaves is gone, and whoever has the connection by then keeps it."""
    clinic = provisioned(stack, operator, kind="isolated")
    name = connection_of(stack, clinic)["name"]
    store(stack).commit(organization_writes.free_connection(clinic, name))
    if owner:
        store(stack).commit(organization_writes.own_connection(owner, name))
    offboarded(stack, operator, clinic)
    assert store(stack).organization_of(name) == (owner or None)


@pytest.mark.parametrize("spelt", [str.lower, str.upper])
def test_nobody_names_what_is_made_for_them(spelt: Callable[[str], str], operator: Api, stack: Stack) -> None:
    """In whichever order, and however it is spelt: two connections of one name are none."""
    body = asked(kind="enterprise")
    named = [{"name": spelt(connection_name(body["id"], number))} for number in (1, 2)]
    first = {**body, "connections": [SAML, named[0]]}
    held(stack, operator, first, 422, "unacceptable", "#/connections/1/name")
    held(
        stack,
        operator,
        {**body, "connections": [named[1], SAML]},
        422,
        "unacceptable",
        "#/connections/0/name",
    )


def test_a_domain_that_another_organization_proved_is_theirs(clinic: Mover) -> None:
    """Auth0 would send its people to the connection that is for it; one's own is as good as any."""
    other = provisioned(clinic.stack, clinic.operator)
    theirs = proved(clinic.operator, other)["domain"]
    proved(clinic.operator, clinic.id, clinic.domain)
    own = SAML | {"domains": [clinic.domain, theirs]}
    body = asked(kind="enterprise", connections=[SAML, own])
    held(clinic.stack, clinic.operator, body, 409, "domain_taken")
    answer = clinic.operator.post(f"{clinic.path}/move", json={"connections": [own]})
    refused(answer, 409, "domain_taken")
    assert clinic.shown["move"] is None
    assert clinic.move(connections=[SAML | {"domains": [clinic.domain]}])["move"]["state"] == "grace"


def test_a_connection_by_which_anybody_signs_in_is_nobody_s(operator: Api, stack: Stack) -> None:
    """It is not even marked for the time in which it is tried."""
    with closing(stack.management()) as auth0:
        auth0.call("POST", "/connections", {"name": "google-oauth2", "strategy": "google-oauth2"})
    body = asked(kind="enterprise", connections=[{"name": "google-oauth2"}])
    operator.post("/organizations", json=body).raise_for_status()
    for _ in range(TRIES):
        stack.workers.idle()
        assert connections(stack, body["id"]) == []
        pass_time(stack, seconds=300)
        stack.workers.tick()
    stack.workers.idle()
    shown = operator.get(f"/organizations/{body['id']}").json()
    assert (shown["status"], shown["provisioning"][0]["code"]) == ("failed", "connection_is_no_provider")
