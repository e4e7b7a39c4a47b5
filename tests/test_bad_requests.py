"""Bad routes, ids, queries and tokens, through the front door."""

import base64
import json

import httpx
import pytest

from local.people import PLAIN, Api
from local.stack import Stack
from tests.minted import token
from tests.refusals import MARK, refused, traces


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/nowhere/at/all"),
        ("GET", "/organizations/"),
        ("PUT", "/organizations"),
        ("DELETE", "/users/somebody"),
        ("TRACE", "/organizations"),
        ("POST", "/openapi.json"),
    ],
)
def test_a_route_that_does_not_exist_is_not_found(
    method: str, path: str, operator: Api, stack: Stack
) -> None:
    """Any path and method that is none of the API's is 404, with a token or without."""
    refused(operator.request(method, path), 404, "not_found")
    refused(httpx.request(method, f"{stack.api}{path}", verify=PLAIN), 404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        f"/organizations/{'x' * 3_000}",
        f"/organizations/{MARK}%23x/members",
        f"/organizations/{{clinic}}/invites/{'x' * 3_000}",
        f"/organizations/{{clinic}}/members/{'x' * 3_000}",
        f"/users/{'x' * 3_000}",
        "/users/%F0%9F%91%BB",
        "/organizations/a%2Fb",
        "/organizations/..%2Finvites",
        "/organizations/%00%ff",
    ],
)
def test_an_id_that_cannot_be_names_nothing(path: str, operator: Api, clinic: str) -> None:
    """An id longer than any key, or of characters that no id has, is simply not found."""
    refused(operator.get(path.format(clinic=clinic)), 404, "not_found")


@pytest.mark.parametrize("limit", ["-1", "0", "101", "9" * 5_000, "ten", "1.5", "", "1&limit=2", "%00"])
def test_a_limit_is_between_one_and_a_hundred(limit: str, operator: Api) -> None:
    """Any other is 400, and the pointer names the parameter."""
    refused(operator.get(f"/organizations?limit={limit}"), 400, "malformed", "#/query/limit")


def test_a_status_is_one_that_invites_have(operator: Api, clinic: str) -> None:
    """Any other is 400, and the pointer names the parameter."""
    answer = operator.get(f"/organizations/{clinic}/invites?status={MARK}")
    refused(answer, 400, "malformed", "#/query/status")


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "é",
        " ",
        packed({}),
        packed(None),
        packed([MARK]),
        packed({"pk": "ORG"}),
        packed({"pk": {"S": "ORG#x"}, "sk": {"S": "ORG"}}),
        packed(
            {"pk": {"N": "1"}, "sk": {"S": "ORG"}, "listing": {"S": "ORGANIZATIONS"}, "listed": {"S": "a"}}
        ),
        base64.urlsafe_b64encode(b"[" * 5_000).decode(),
    ],
)
def test_a_cursor_that_nobody_gave_is_malformed(cursor: str, operator: Api) -> None:
    """A cursor is taken as it was given, or not at all."""
    refused(operator.get("/organizations", params={"cursor": cursor}), 400, "malformed")


def test_a_cursor_of_another_list_is_malformed(operator: Api, clinic: str) -> None:
    """A cursor leads on in its own list alone: not in another organization's, kind's or status's."""
    for number in range(2):
        operator.post(f"/organizations/{clinic}/invites", json={"email": f"a{number}@clinic.example"})
    invites = f"/organizations/{clinic}/invites"
    cursor = operator.get(invites, params={"limit": 1}).json()["next"]
    assert operator.get(invites, params={"cursor": cursor}).status_code == 200
    for path in ("/organizations", f"/organizations/{clinic}/members", f"{invites}?status=revoked"):
        refused(operator.get(httpx.URL(path).copy_merge_params({"cursor": cursor})), 400, "malformed")


def test_an_over_long_idempotency_key_is_malformed(operator: Api, clinic: str, stack: Stack) -> None:
    """A key has at most 255 characters."""
    before, body = traces(stack), {"email": f"{MARK}@clinic.example"}
    for key, status in (("k" * 256, 400), ("k" * 255, 201)):
        answer = operator.post(
            f"/organizations/{clinic}/invites", json=body, headers={"Idempotency-Key": key}
        )
        assert answer.status_code == status
        if status == 400:
            assert traces(stack) == before


def wrong_tokens(stack: Stack) -> dict[str, str]:
    """Return Authorization headers that the gateway must not take."""
    now = int(stack.tenant.state.clock.now())
    head, body, mac = token(stack, permissions=["all:organizations"]).split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return {
        "none": "",
        "rubbish": f"Bearer {MARK}",
        "cut": f"Bearer {head}.{body}",
        "unsigned": f"Bearer {unsigned}.{body}.",
        "another's signature": f"Bearer {head}.{body}.{mac[:-8]}AAAAAAAA",
        "expired": f"Bearer {token(stack, exp=now - 1)}",
        "not yet": f"Bearer {token(stack, nbf=now + 60)}",
        "another issuer": f"Bearer {token(stack, iss=stack.issuer.rstrip('/'))}",
        "another audience": f"Bearer {token(stack, aud='https://other.example')}",
        "no expiry": f"Bearer {token(stack, exp=None)}",
    }


@pytest.mark.parametrize(
    "kind",
    [
        *("none", "rubbish", "cut", "unsigned", "another's signature", "expired", "not yet"),
        *("another issuer", "another audience", "no expiry"),
    ],
)
def test_a_wrong_token_gets_no_further_than_the_gateway(kind: str, stack: Stack) -> None:
    """API Gateway itself answers 401, in its own words: an HTTP API lets nobody change them."""
    before, headers = traces(stack), {"Authorization": wrong_tokens(stack)[kind]}
    body = {"id": MARK, "name": "A"}
    answer = httpx.post(f"{stack.api}/organizations", json=body, headers=headers, verify=PLAIN)
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert traces(stack) == before


def test_an_event_without_claims_is_unauthenticated(stack: Stack) -> None:
    """Should a route ever lose its authorizer, the function itself lets nobody in."""
    event = {
        "version": "2.0",
        "rawPath": "/organizations",
        "headers": {},
        "requestContext": {"http": {"method": "GET", "path": "/organizations"}, "stage": "$default"},
    }
    answer = stack.functions["ApiFunction"].invoke(event)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (401, "unauthenticated")
