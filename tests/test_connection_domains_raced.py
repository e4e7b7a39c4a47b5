"""A connection for a domain's addresses, at the very moment in which another organization proves it."""

from functools import partial
from typing import Any

import pytest

from local.people import Api
from local.stack import Stack
from tests.connections_setup import asked
from tests.domain_setup import Claimed, claim, prove, set_record
from tests.front_door import audited, provision
from tests.interrupting import interrupted
from tests.logins_setup import enterprise
from tests.moving_setup import SAML
from tests.refusals import refused

ACTIONS = {"made": "organization:provision", "moves": "organization:move", "gets one": "connection:add"}


def request(how: str, api: Api, stack: Stack, domain: str) -> tuple[str, str, dict[str, Any]]:
    """Return the id of an organization, and the path and body by which it gets a connection for a domain."""
    connection = SAML | {"domains": [domain]}
    if how == "made":
        body = asked(kind="enterprise", connections=[connection])
        return body["id"], "/organizations", body
    if how == "moves":
        clinic = provision(api)
        return clinic, f"/organizations/{clinic}/move", {"connections": [connection]}
    place = enterprise(stack, api)
    return place.id, f"{place.path}/connections", connection


@pytest.mark.parametrize("how", list(ACTIONS))
def test_at_no_moment_does_it_overlook_the_proof(how: str, operator: Api, stack: Stack) -> None:
    """Whichever comes first: no connection is recorded after another organization proved its domain."""
    other, moment, reached = provision(operator), 0, True
    while reached:
        moment += 1
        claimed = claim(operator, other)
        set_record(operator, claimed)
        clinic, path, body = request(how, operator, stack, claimed["domain"])

        def proves(claimed: Claimed = claimed, clinic: str = clinic) -> int:
            prove(operator, claimed).raise_for_status()
            return len(audited(stack, clinic, ACTIONS[how]))

        answer, recorded = interrupted(stack, moment, partial(operator.post, path, json=body), proves)
        reached = bool(recorded)
        if recorded == [0]:
            refused(answer, 409, "domain_taken")
            assert audited(stack, clinic, ACTIONS[how]) == [], moment
        else:
            answer.raise_for_status()
        stack.workers.idle()
    assert moment > 4


@pytest.mark.parametrize("several", [True, False])
def test_fifty_domains_are_the_most(operator: Api, *, several: bool) -> None:
    """Of all connections in one request: nothing is recorded of more."""
    domains = [f"number{number}.example" for number in range(51)]
    parts = [domains[:25], domains[25:]] if several else [domains]
    body = asked(kind="enterprise", connections=[SAML | {"domains": part} for part in parts])
    pointer = "#/connections" if several else "#/connections/0/domains"
    refused(operator.post("/organizations", json=body), 422, "unacceptable", pointer)
    body["connections"][-1]["domains"].pop()
    operator.post("/organizations", json=body).raise_for_status()
