"""Bad routes, ids, queries and tokens, through the front door."""

import base64
import json

import httpx
import pytest

from local.people import PLAIN, Api
from local.stack import Stack
from tests.accept_setup import link, shows
from tests.conftest import NewPerson
from tests.front_door import add
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


CONTROLS = ("%0a", "%0A%0A", "%0d", "%0d%0a", "%00", "%09", "%1f", "%7f", "%c2%85", "%e2%80%a8")


def test_a_path_with_a_control_character_is_no_route(operator: Api, clinic: str, stack: Stack) -> None:
    """Every route answers as if it did not exist, though all but the character would lead there."""
    values = {"organization": clinic, "user": "somebody", "invite": "something", "domain": "a.example"}
    values |= {"receipt": "one", "connection": "another"}
    routes = [
        route for route in stack.aws.template.routes() if route.function == "ApiFunction" and route.path
    ]
    before = traces(stack)
    for route in routes:
        path = route.path.format_map(values)
        for control in CONTROLS:
            for broken in (f"{path}{control}", f"{path}{control}x", f"/x{control}{path}"):
                refused(operator.request(route.method, broken), 404, "not_found")
    assert traces(stack) == before


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_with_a_control_character_is_nobodys(
    method: str, control: str, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """A good link with anything behind it is unknown, and HEAD says the same."""
    url = link(operator, clinic, new_person().email) + control
    shows(httpx.request(method, url, verify=PLAIN), 404, "We do not know this link")
    assert httpx.head(url, verify=PLAIN).status_code == 404


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


@pytest.mark.parametrize("key", ["", "k" * 256, "a\tb", "clé", "\x85", "🔑"])
@pytest.mark.parametrize("route", ["invites", "members"])
def test_a_key_that_cannot_be_is_malformed(
    route: str, key: str, operator: Api, clinic: str, stack: Stack
) -> None:
    """An empty, over-long or strange key is 400, not the same as none; nothing is recorded."""
    before, headers = traces(stack), [(b"Idempotency-Key", key.encode())]
    body = {"email": f"{MARK}@clinic.example"}
    answer = operator.post(f"/organizations/{clinic}/{route}", json=body, headers=headers)
    refused(answer, 400, "malformed")
    assert traces(stack) == before


@pytest.mark.parametrize("key", ["k", "k" * 255, "with spaces, and ~!"])
def test_a_key_of_printable_ascii_is_taken(key: str, operator: Api, clinic: str) -> None:
    """From 1 to 255 characters; the same twice makes one."""
    path, body = f"/organizations/{clinic}/invites", {"email": f"{MARK}@clinic.example"}
    answers = [operator.post(path, json=body, headers={"Idempotency-Key": key}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.headers["location"] for answer in answers}) == 1


@pytest.mark.parametrize("tags", ["*", '"1"', '"7", "1"', 'W/"1", "1"', '"1" ,"2"'])
def test_a_change_names_what_it_may_change(
    tags: str, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """`*` is any version that is there, and of a list one tag suffices."""
    path = f"/organizations/{clinic}/members/{add(operator, clinic, new_person())['user']}"
    changed = operator.patch(path, json={"roles": ["editor"]}, headers={"If-Match": tags})
    assert (changed.status_code, changed.headers["etag"], changed.json()["roles"]) == (200, '"2"', ["editor"])


def test_a_change_that_names_no_current_version_is_stale(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Weak tags never match (RFC 9110, section 13.1.1), nor does what is no tag."""
    path = f"/organizations/{clinic}/members/{add(operator, clinic, new_person())['user']}"
    before = traces(stack)
    for tags in ('W/"1"', 'w/"1"', '"2", "3"', "1", '"01"', '"1', '"1,"', '"*"', "1, *", ","):
        refused(operator.patch(path, json={"roles": []}, headers={"If-Match": tags}), 412, "stale")
    assert traces(stack) == before


def test_what_is_not_there_matches_no_version(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """Somebody removed is not found, whatever `If-Match` says."""
    path = f"/organizations/{clinic}/members/{add(operator, clinic, new_person())['user']}"
    operator.delete(path).raise_for_status()
    for tags in ("*", '"2"'):
        refused(operator.patch(path, json={"roles": []}, headers={"If-Match": tags}), 404, "not_found")


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
