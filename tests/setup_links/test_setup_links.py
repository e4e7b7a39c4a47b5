"""Set-up links: what a customer's IT is given, what it leads to, and that nobody keeps it."""

import json
from datetime import datetime
from typing import Any

import httpx
import pytest

from guestlist.clock import clock
from guestlist.setup_link_bodies import LONGEST, SHORTEST, USUAL
from local.people import PLAIN, Api
from local.stack import Stack
from tests.front_door import audited, counted, pass_time, suffer
from tests.kinds_setup import connection_of
from tests.minted import EVERYTHING, caller
from tests.refusals import recorded
from tests.self_service_setup import (
    SELF_SERVICE,
    ask_link,
    awaiting,
    deleted_past_us,
    enabled,
    fill_in,
    link,
    look,
    name_of,
    status,
    ticket,
)

TICKETS = "/api/v2/self-service-profiles/.*/sso-ticket"


def ends(answer: httpx.Response) -> float:
    """Return in how many seconds a link cannot be opened any more, by the answer."""
    return datetime.fromisoformat(answer.json()["expires_at"]).timestamp() - clock.now()


def test_the_answer_has_the_link_and_what_it_is_for(operator: Api, stack: Stack) -> None:
    """No cache keeps it; Auth0 makes it, by two calls."""
    clinic = awaiting(stack, operator)
    with counted(stack) as calls:
        answer = ask_link(operator, clinic)
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert set(answer.json()) == {"url", "connection", "expires_at"}
    assert answer.json()["url"].startswith(f"{stack.tenant.url}/self-service/connections-flow?ticket=")
    assert answer.json()["connection"] == name_of(stack, clinic)
    profile = stack.clients["setup_links"].profile
    assert calls == ["GET /api/v2/connections", f"POST /api/v2/self-service-profiles/{profile}/sso-ticket"]


def test_the_connection_is_made_as_the_organization_needs_it(operator: Api, stack: Stack) -> None:
    """Its name, both marks, its domains for the login page, its applications; domains are proved with us."""
    own = {**SELF_SERVICE, "domains": ["north.example", "south.example"]}
    clinic = awaiting(stack, operator, own, applications=[stack.clients["app"].client_id])
    url = link(operator, clinic)
    assert ticket(stack, url) == {
        "connection_config": {
            "name": name_of(stack, clinic),
            "metadata": {"organization": clinic, "guestlist": clinic},
            "options": {"domain_aliases": ["north.example", "south.example"]},
        },
        "enabled_clients": [stack.clients["app"].client_id],
        "ttl_sec": USUAL,
        "domain_aliases_config": {"domain_verification": "none"},
    }
    fill_in(url)
    made = connection_of(stack, clinic)
    assert made["metadata"] == {"organization": clinic, "guestlist": clinic}
    assert made["options"]["domain_aliases"] == ["north.example", "south.example"]


@pytest.mark.parametrize(
    ("asked", "seconds"), [({}, USUAL), ({"expires_in": 3600}, SHORTEST), ({"expires_in": 432000}, LONGEST)]
)
def test_it_ends_when_it_was_said(asked: dict[str, int], seconds: int, operator: Api, stack: Stack) -> None:
    """After a day, if nothing was said; five days are Auth0's most."""
    answer = ask_link(operator, awaiting(stack, operator), **asked)
    assert ends(answer) == pytest.approx(seconds, abs=3)
    url = answer.json()["url"]
    pass_time(stack, seconds=seconds - 60)
    assert httpx.get(url, verify=PLAIN).status_code == 200
    pass_time(stack, seconds=61)
    assert httpx.get(url, verify=PLAIN).status_code == 400


def test_asked_again_there_is_another(operator: Api, stack: Stack) -> None:
    """With the same key, too: nothing is kept that could be told again. Both are good, for one connection."""
    clinic, key = awaiting(stack, operator), {"Idempotency-Key": "one"}
    path = f"/organizations/{clinic}/setup-links"
    first, second = (
        operator.post(path, json=body, headers=key).raise_for_status().json()["url"]
        for body in ({}, {"expires_in": 7200})
    )
    assert first != second
    assert fill_in(second).status_code == 200
    assert "already exists" in fill_in(first).text
    assert len(audited(stack, clinic, "setup_link:create")) == 2


def test_once_it_is_there_it_is_edited(operator: Api, stack: Stack) -> None:
    """Before and after it was found; the other options stay."""
    clinic = awaiting(stack, operator)
    fill_in(link(operator, clinic))
    made = connection_of(stack, clinic)
    early = link(operator, clinic)
    assert ticket(stack, early)["connection_id"] == made["id"]
    assert "connection_config" not in ticket(stack, early)
    look(stack)
    assert status(stack, clinic) == "active"
    assert fill_in(early, metadataUrl="https://other.clinic.example/metadata").status_code == 200
    after = connection_of(stack, clinic)
    assert (after["id"], after["options"]["metadataUrl"]) == (
        made["id"],
        "https://other.clinic.example/metadata",
    )


def test_one_that_is_gone_is_made_anew(operator: Api, stack: Stack) -> None:
    """Of an organization that was open already: under its name, with its marks, enabled."""
    clinic = awaiting(stack, operator)
    fill_in(link(operator, clinic))
    look(stack)
    deleted_past_us(stack, name_of(stack, clinic))
    with caller(stack, permissions=EVERYTHING) as api:
        fill_in(link(api, clinic))
        assert enabled(stack, name_of(stack, clinic)) == {stack.clients["app"].client_id}
        assert ticket(stack, link(api, clinic))["connection_id"] == connection_of(stack, clinic)["id"]


def test_of_several_the_body_names_one(operator: Api, stack: Stack) -> None:
    """Each has a link of its own; one that has its own way of being made has none."""
    oidc = {"strategy": "oidc", "issuer": "https://id.clinic.example", "client_id": "guestlist"}
    clinic = awaiting(stack, operator, SELF_SERVICE, oidc, SELF_SERVICE)
    names = [own["name"] for own in operator.get(f"/organizations/{clinic}").json()["connections"]]
    for name in (names[0], names[2]):
        answer = ask_link(operator, clinic, connection=name)
        assert answer.json()["connection"] == name
        assert ticket(stack, answer.json()["url"])["connection_config"]["name"] == name
        fill_in(answer.json()["url"])
    look(stack)
    assert status(stack, clinic) == "active"


def test_the_audit_says_that_one_was_made_and_no_more(operator: Api, stack: Stack) -> None:
    """Who, when, for which connection."""
    clinic = awaiting(stack, operator)
    answer = ask_link(operator, clinic)
    [record] = [
        found
        for found in operator.get(f"/organizations/{clinic}/audit").json()["items"]
        if found["action"] == "setup_link:create"
    ]
    assert record["actor"]["kind"] == "operator"
    assert record["subject"] == {"kind": "setup_link", "id": name_of(stack, clinic)}
    assert record["request_id"] == answer.headers["apigw-requestid"]


def test_a_link_whose_answer_was_lost_is_made_again(operator: Api, stack: Stack) -> None:
    """There are two, of which one is nobody's; one record."""
    clinic = awaiting(stack, operator)
    suffer(stack, method="POST", path=TICKETS, reset=True, after_effect=True)
    url = link(operator, clinic)
    assert fill_in(url).status_code == 200
    with stack.tenant.state.lock:
        asked = [found.asked for found in stack.tenant.state.sso_tickets.values()]
    own = [body for body in asked if body.get("connection_config", {}).get("name") == name_of(stack, clinic)]
    assert len(own) == 2
    assert len(audited(stack, clinic, "setup_link:create")) == 1


def test_who_dies_before_the_answer_leaves_a_link_that_nobody_has(operator: Api, stack: Stack) -> None:
    """No answer without its record; asked again, there is another."""
    clinic = awaiting(stack, operator)
    stack.aws.inject("TransactWriteItems", "ValidationException", times=1)
    assert ask_link(operator, clinic).json()["code"] == "failed"
    assert audited(stack, clinic, "setup_link:create") == []
    assert fill_in(link(operator, clinic)).status_code == 200


def test_its_it_may_be_faster(operator: Api, stack: Stack) -> None:
    """The connection is made, or deleted, between our look and our asking: the link is what it has to be."""
    clinic = awaiting(stack, operator)
    name = name_of(stack, clinic)
    fill_in(link(operator, clinic))
    _looks_late(stack, [])
    assert ticket(stack, link(operator, clinic))["connection_id"] == connection_of(stack, clinic)["id"]
    deleted = {"id": connection_of(stack, clinic)["id"], "metadata": {"guestlist": clinic}}
    deleted_past_us(stack, name)
    _looks_late(stack, [deleted])
    assert ticket(stack, link(operator, clinic))["connection_config"]["name"] == name


def _looks_late(stack: Stack, then: list[dict[str, Any]]) -> None:
    """Have the next look at the connections see what was there before."""
    suffer(stack, method="GET", path="/api/v2/connections", status=200, text=json.dumps(then))


def test_nobody_keeps_it(operator: Api, stack: Stack) -> None:
    """It is in no item of the table."""
    clinic = awaiting(stack, operator)
    url = link(operator, clinic)
    kept = json.dumps(recorded(stack))
    assert clinic in kept
    assert url.partition("ticket=")[2] not in kept
