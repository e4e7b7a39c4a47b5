"""The HTTP API in front of the functions: routes, events and answers."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from local.http_event import HttpRequest, event_of
from local.http_response import reply_of
from tests.local.gateway_setup import Setup


@pytest.fixture(scope="module")
def running() -> Iterator[Setup]:
    setup = Setup()
    setup.start()
    yield setup
    setup.api.stop()
    setup.issuer.stop()


@pytest.fixture
def setup(running: Setup) -> Setup:
    running.answer = dict
    running.gateway.access_log.clear()
    return running


def test_the_event_is_payload_format_2(setup: Setup) -> None:
    """Names in lower case, repeated values joined by commas, cookies apart, the path decoded."""
    headers = [("X-Two", "1"), ("X-Two", "2"), ("Cookie", "a=1; b=2"), ("User-Agent", "test")]
    answer = httpx.get(f"{setup.api.url}/users/ann%40x%20y?q=1&q=2&e=%C3%A9&empty=", headers=headers)
    event = answer.json()
    assert event["version"] == "2.0"
    assert event["routeKey"] == event["requestContext"]["routeKey"] == "GET /users/{user}"
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/users/ann@x y"
    assert event["pathParameters"] == {"user": "ann@x y"}
    assert event["rawQueryString"] == "q=1&q=2&e=%C3%A9&empty="
    assert event["queryStringParameters"] == {"q": "1,2", "e": "é", "empty": ""}
    assert event["headers"]["x-two"] == "1,2"
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["requestContext"]["requestId"] == answer.headers["apigw-requestid"]


def test_the_event_leaves_out_what_is_not_there(setup: Setup) -> None:
    event = setup.ask("GET", "/users/me").json()
    assert not {"body", "cookies", "queryStringParameters", "pathParameters"} & set(event)
    assert "authorizer" not in event["requestContext"]
    assert event["isBase64Encoded"] is False


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-8",
        "application/octet-stream",
        None,
    ],
)
def test_f27_form_and_binary_bodies_arrive_in_base64(setup: Setup, content_type: str | None) -> None:
    """F27: so do those without a type; only the flag tells."""
    headers = {"Content-Type": content_type} if content_type else {}
    event = setup.ask("POST", "/echo", headers=headers, content="name=Zoë".encode()).json()
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]).decode() == "name=Zoë"


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain; charset=utf-8", "Application/JSON"]
)
def test_text_bodies_arrive_as_they_are(setup: Setup, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    event = setup.ask("POST", "/echo", headers=headers, content='{"é": 1}'.encode()).json()
    assert (event["body"], event["isBase64Encoded"]) == ('{"é": 1}', False)


def test_f29_claims_are_handed_over_as_text(setup: Setup) -> None:
    """F29: arrays in brackets, numbers and booleans as text, nulls left out, no scopes."""
    token = setup.token(
        **{"https://x/roles": ["admin", "editor"], "one": ["a"], "none": [], "verified": True, "n": 1.5}
    )
    headers = {"Authorization": f"Bearer {token}"}
    jwt_ = setup.ask("GET", "/me", headers=headers).json()["requestContext"]["authorizer"]["jwt"]
    assert jwt_["scopes"] is None
    assert jwt_["claims"]["https://x/roles"] == "[admin editor]"
    assert jwt_["claims"]["one"] == "[a]"
    assert jwt_["claims"]["none"] == "[]"
    assert (jwt_["claims"]["verified"], jwt_["claims"]["n"]) == ("true", "1.5")
    assert jwt_["claims"]["exp"].isdigit()


def test_a_claim_that_is_null_is_left_out() -> None:
    event = event_of(HttpRequest.of("GET", "/me"), claims={"sub": "auth0|1", "nickname": None})
    assert event["requestContext"]["authorizer"]["jwt"]["claims"] == {"sub": "auth0|1"}


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/users/me", "GET /users/me"),
        ("GET", "/users/you", "GET /users/{user}"),
        ("DELETE", "/users/me", "ANY /users/{user}"),
        ("GET", "/users/a/b", "ANY /users/{rest+}"),
        ("GET", "/users/a/", "ANY /users/{rest+}"),
    ],
)
def test_the_most_specific_route_is_taken(setup: Setup, method: str, path: str, route: str) -> None:
    assert setup.ask(method, path).json()["routeKey"] == route


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nowhere"), ("PUT", "/me"), ("HEAD", "/me"), ("GET", "/")]
)
def test_an_unknown_route_is_not_found(setup: Setup, method: str, path: str) -> None:
    """Whatever the token; a route's other methods and HEAD are unknown too."""
    answer = setup.ask(method, path)
    assert answer.status_code == 404
    assert method == "HEAD" or answer.json() == {"message": "Not Found"}


def test_an_answer_with_a_status_is_sent_as_it_says(setup: Setup) -> None:
    """Headers, several cookies, and a body in base64."""
    setup.answer = lambda _: {
        "statusCode": 201,
        "headers": {"ETag": '"3"', "Content-Type": "image/png"},
        "cookies": ["a=1; Path=/", "b=2"],
        "body": base64.b64encode(b"\x89PNG").decode(),
        "isBase64Encoded": True,
    }
    answer = setup.ask("GET", "/users/me")
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (201, b"\x89PNG", '"3"')
    assert answer.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2"]


@pytest.mark.parametrize(
    ("answer", "body"), [({"a": 1}, b'{"a": 1}'), ("text", b"text"), ([1], b"[1]"), (None, b"null")]
)
def test_an_answer_without_a_status_is_a_200_in_json(answer: object, body: bytes) -> None:
    reply = reply_of(answer)
    assert (reply.status, reply.body) == (200, body)
    assert reply.headers == (("content-type", "application/json"),)


def test_a_status_without_a_type_is_plain_text() -> None:
    assert reply_of({"statusCode": 204}).headers == (("content-type", "text/plain;charset=UTF-8"),)


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": "many"},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "%", "isBase64Encoded": True},
        {"statusCode": 200, "headers": "x"},
    ],
)
def test_a_malformed_answer_is_an_internal_error(answer: object) -> None:
    assert (reply_of(answer).status, reply_of(answer).body) == (500, b'{"message":"Internal Server Error"}')


def test_a_function_that_fails_is_an_internal_error(setup: Setup, caplog: pytest.LogCaptureFixture) -> None:
    """The client learns nothing of it; whoever runs the stack reads it in the log."""

    def fail(_: Mapping[str, Any]) -> None:
        raise RuntimeError("boom")

    setup.answer = fail
    answer = setup.ask("GET", "/users/me")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})
    assert "Echo failed" in caplog.text


def test_a_body_over_10_mb_is_refused(setup: Setup) -> None:
    answer = setup.ask("POST", "/echo", content=b"x" * (10 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()) == (413, {"message": "Request Entity Too Large"})


def test_header_lines_over_10240_bytes_are_refused(setup: Setup) -> None:
    answer = setup.ask("GET", "/users/me", headers={"X-Long": "x" * 10_240})
    assert answer.status_code == 431


def test_a_head_request_gets_no_body(setup: Setup) -> None:
    setup.answer = lambda event: {"statusCode": 200, "body": event["requestContext"]["http"]["method"]}
    answer = setup.ask("HEAD", "/users/you")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "4"


def test_the_access_log_is_in_the_templates_format(setup: Setup) -> None:
    """A line per request, with the route and not the path."""
    setup.ask("GET", "/users/secret")
    setup.ask("GET", "/me")
    assert list(setup.gateway.access_log) == [
        "GET /users/{user} 200 - -",
        "GET /me 401 Unauthorized -",
    ]


def test_a_preflight_is_answered_by_the_gateway(setup: Setup) -> None:
    headers = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    answer = setup.ask("OPTIONS", "/anything", headers=headers)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    assert answer.headers["access-control-allow-methods"] == "GET,POST"


@pytest.mark.parametrize(
    ("origin", "allowed"), [("https://app.example", "https://app.example"), ("https://evil.example", None)]
)
def test_an_answer_names_the_origin_if_it_may_read_it(setup: Setup, origin: str, allowed: str | None) -> None:
    answer = setup.ask("GET", "/me", headers={"Origin": origin})
    assert answer.headers.get("access-control-allow-origin") == allowed


def test_an_event_can_be_built_without_a_server() -> None:
    """Which is how tests of handlers make theirs."""
    body = json.dumps({"email": "ann@example.com"}).encode()
    request = HttpRequest.of("POST", "/invites?a=1", {"Content-Type": "application/json"}, body)
    event = event_of(request, route_key="POST /invites", claims={"sub": "auth0|1"})
    assert event["body"] == '{"email": "ann@example.com"}'
    assert event["rawQueryString"] == "a=1"
