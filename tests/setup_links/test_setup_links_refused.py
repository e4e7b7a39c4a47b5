"""Set-up links that nobody gets: for what they cannot be, from whom, and when Auth0 does not make one."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from guestlist.setup_links import WORK
from local.people import Api
from local.stack import NAMESPACE, Stack
from tests.front_door import audited, suffer
from tests.kinds_setup import provisioned
from tests.minted import EVERYTHING, caller, of_organization, of_system
from tests.refusals import MARK, refused, traces
from tests.self_service_setup import (
    SELF_SERVICE,
    ask_link,
    awaiting,
    fill_in,
    link,
    look,
    made_past_us,
    name_of,
    stands,
)

TICKETS = "/api/v2/self-service-profiles/.*/sso-ticket"
OIDC = {"strategy": "oidc", "issuer": "https://id.clinic.example", "client_id": "guestlist"}


@pytest.fixture(scope="module")
def clinic(stack: Stack) -> str:
    """An organization that waits, for tests that only look."""
    with caller(stack, permissions=EVERYTHING) as api:
        return awaiting(stack, api)


def held(stack: Stack, answer: httpx.Response, before: tuple[object, ...], *due: Any) -> None:  # noqa: ANN401 (as `refused` takes it)
    """Hold a refusal against what is due; it left no trace and asked nothing of Auth0."""
    refused(answer, *due)
    assert traces(stack) == before


BODIES: dict[str, tuple[object, tuple[str, ...]]] = {
    "a list": ([], ("#",)),
    "a text": (MARK, ("#",)),
    "nothing": (None, ("#",)),
    "more than there is": ({MARK: True}, ("#",)),
    "a connection that is a number": ({"connection": 1}, ("#/connection",)),
    "a connection that is null": ({"connection": None}, ("#/connection",)),
    "an unknown connection": ({"connection": MARK}, ("#/connection",)),
    "too short": ({"expires_in": 3599}, ("#/expires_in",)),
    "longer than Auth0's most": ({"expires_in": 432_001}, ("#/expires_in",)),
    "a life of nothing": ({"expires_in": 0}, ("#/expires_in",)),
    "a life that is true": ({"expires_in": True}, ("#/expires_in",)),
    "a life in words": ({"expires_in": "3600"}, ("#/expires_in",)),
    "half a second": ({"expires_in": 3600.5}, ("#/expires_in",)),
    "both": ({"connection": [MARK], "expires_in": None}, ("#/connection", "#/expires_in")),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_is_what_it_can_be(kind: str, operator: Api, stack: Stack, clinic: str) -> None:
    """What is wrong is told by its place."""
    body, pointers = BODIES[kind]
    before = traces(stack)
    answer = operator.post(f"/organizations/{clinic}/setup-links", content=json.dumps(body))
    held(stack, answer, before, 422, "unacceptable", *pointers)


@pytest.mark.parametrize("content", [b"", b"{", b'{"expires_in": NaN}', b'{"a": 1, "a": 2}', b"\xff"])
def test_a_body_is_json(content: bytes, operator: Api, stack: Stack, clinic: str) -> None:
    """An empty one is none."""
    before = traces(stack)
    answer = operator.post(f"/organizations/{clinic}/setup-links", content=content)
    held(stack, answer, before, 400, "malformed")


@pytest.mark.parametrize("organization", ["nowhere", "x" * 51, "x" * 3000, "no%0Awhere", "%2F", "CLINIC"])
def test_an_organization_is_one_that_there_is(organization: str, operator: Api, stack: Stack) -> None:
    """In its very spelling."""
    before = traces(stack)
    held(stack, ask_link(operator, organization), before, 404, "not_found")


def test_it_has_a_connection_that_its_it_sets_up(operator: Api, stack: Stack) -> None:
    """Not shared, not isolated, and not with providers that were given otherwise."""
    enterprise: dict[str, Any] = {"kind": "enterprise", "connections": [OIDC]}
    for more in ({}, {"kind": "isolated"}, enterprise):
        place = provisioned(stack, operator, **more)
        before = traces(stack)
        held(stack, ask_link(operator, place), before, 409, "no_self_service")
        named = ask_link(operator, place, connection=f"{place}-1")
        held(stack, named, before, 409, "no_self_service")


def test_of_several_one_is_named(operator: Api, stack: Stack) -> None:
    """None is 422, and so is one that is made otherwise, or another organization's."""
    place = awaiting(stack, operator, SELF_SERVICE, SELF_SERVICE, OIDC)
    other = name_of(stack, awaiting(stack, operator))
    third = operator.get(f"/organizations/{place}").json()["connections"][2]["name"]
    before = traces(stack)
    for body in ({}, {"connection": third}, {"connection": other}):
        answer = ask_link(operator, place, **body)
        held(stack, answer, before, 422, "unacceptable", "#/connection")


def test_none_is_made_while_the_door_is_closed_or_closing(operator: Api, stack: Stack) -> None:
    """Suspended, it is said so; offboarding, it is not ready for that, nor is one that failed."""
    place = awaiting(stack, operator)
    made_past_us(stack, name_of(stack, place))
    for status, code in (("suspended", "organization_suspended"), ("failed", "organization_not_ready")):
        stands(stack, place, status)
        before = traces(stack)
        held(stack, ask_link(operator, place), before, 409, code)
    stands(stack, place, "offboarding")
    answer = ask_link(operator, place)
    refused(answer, 409, "organization_not_ready")
    assert answer.json()["state"] == "offboarding"


def test_what_closes_meanwhile_gets_no_link(operator: Api, stack: Stack) -> None:
    """The record of a link relies on the organization's standing as it was read."""
    place = awaiting(stack, operator)
    fill_in(link(operator, place))
    look(stack)
    made = len(audited(stack, place, "setup_link:create"))
    suffer(stack, method="POST", path=TICKETS, lag=1.0)
    with caller(stack, permissions=EVERYTHING) as api, ThreadPoolExecutor() as threads:
        answer = threads.submit(ask_link, api, place)
        time.sleep(0.3)
        with caller(stack, permissions=EVERYTHING) as other:
            other.post(f"/organizations/{place}/suspend").raise_for_status()
        refused(answer.result(), 409, "organization_suspended")
        assert len(audited(stack, place, "setup_link:create")) == made
        api.post(f"/organizations/{place}/resume").raise_for_status()


def test_a_connection_of_somebody_else_is_not_edited(operator: Api, stack: Stack) -> None:
    """Under the very name: without our mark there is no link to it, and the organization does not take it."""
    for marks in ({}, {"organization": "elsewhere", "guestlist": "elsewhere"}):
        place = awaiting(stack, operator)
        made_past_us(stack, name_of(stack, place), **marks)
        refused(ask_link(operator, place), 409, "connection_taken")
        assert audited(stack, place, "setup_link:create") == []


@pytest.mark.parametrize("path", ["/api/v2/connections", TICKETS], ids=["the look", "the ticket"])
def test_auth0_refuses_or_is_out_of_reach(path: str, operator: Api, stack: Stack, clinic: str) -> None:
    """502 or 503, with the time to wait; nothing is recorded, and nothing of Auth0's words told."""
    method = "POST" if path == TICKETS else "GET"
    words = json.dumps({"statusCode": 400, "message": MARK, "errorCode": "invalid_body"})
    made = len(audited(stack, clinic, "setup_link:create"))
    for fault, status, code in (
        ({"status": 403}, 502, "auth0_refused"),
        ({"status": 404}, 502, "auth0_refused"),
        ({"status": 409}, 502, "auth0_refused"),
        ({"status": 400, "text": words}, 502, "auth0_refused"),
        ({"status": 503}, 503, "auth0_unavailable"),
        ({"reset": True}, 503, "auth0_unavailable"),
        ({"status": 200, "text": "<html>"}, 503, "auth0_unavailable"),
        ({"status": 429, "headers": {"retry-after": "77"}}, 503, "auth0_unavailable"),
    ):
        suffer(stack, method=method, path=path, times=9, **fault)
        answer = ask_link(operator, clinic)
        refused(answer, status, code)
        assert ("retry-after" in answer.headers) == (status == 503)
        stack.tenant.state.faults.clear()
    assert answer.headers["retry-after"] == "77"
    assert len(audited(stack, clinic, "setup_link:create")) == made


def test_auth0_that_drips_is_given_up_in_time(operator: Api, stack: Stack, clinic: str) -> None:
    """Long before the gateway would have answered for us."""
    suffer(stack, path="/api/v2/", times=9, timeout=True)
    before = time.monotonic()
    refused(ask_link(operator, clinic), 503, "auth0_unavailable")
    assert time.monotonic() - before < WORK + 2


def test_only_callers_for_all_get_one(stack: Stack, clinic: str) -> None:
    """With the permission to write organizations; no admin of the organization, and no token of less."""
    for claims in (
        {"permissions": ["all:organizations", "read:organizations"]},
        {"permissions": ["write:organizations"]},
        {"scope": "all:organizations write:organizations"},
        {"permissions": EVERYTHING, **of_organization(clinic, "admin")},
        of_system("all:organizations", "read:organizations"),
        of_system("write:organizations"),
        {**of_system(*EVERYTHING), f"{NAMESPACE}/organization": clinic},
    ):
        before = traces(stack)
        with caller(stack, **claims) as api:
            for body in ({}, {"connection": MARK}):
                held(stack, ask_link(api, clinic, **body), before, 403, "forbidden")
    with Api(stack, "") as nobody:
        assert ask_link(nobody, clinic).status_code == 401
    for claims in ({"permissions": ["all:organizations", "write:organizations"]}, of_system(*EVERYTHING)):
        with caller(stack, **claims) as api:
            assert ask_link(api, clinic).status_code == 201
