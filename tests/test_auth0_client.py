"""The client of the Management API: what it retries, what it gives up, and what it lets nobody see."""

import json
import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from guestlist.auth0 import Auth0
from guestlist.errors import Auth0Refused, Auth0Unavailable
from local.tenant.app import Tenant
from tests.bench import set_up_tenant
from tests.dripping import BODY, HEADERS, Dripping

PATH = "/users/auth0%7Cann"
CHANGE = {"app_metadata": {"organizations": ["clinicA"]}}
CREDENTIALS = {"client_id": "c", "client_secret": "s3cret"}
GRANTED = httpx.Response(200, json={"access_token": "t0ken", "expires_in": 300})
LIMITED = {"statusCode": 429, "error": "Too Many Requests", "errorCode": "too_many_requests"}


class Scripted(httpx.MockTransport):
    """The wire: a token for who asks for one, and these answers in turn to all other requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        super().__init__(self._answer)
        self._answers = list(answers)
        self.asked = list[str]()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if request.url.path == "/oauth/token":
            return GRANTED
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def scripted(*answers: httpx.Response | Exception) -> tuple[Auth0, Scripted]:
    wire = Scripted(*answers)
    return Auth0("https://acme.example", lambda: CREDENTIALS, transport=wire), wire


@pytest.mark.parametrize("failure", [httpx.Response(status) for status in (500, 502, 503)])
def test_a_failed_change_is_repeated_and_said_to_be_ambiguous(failure: httpx.Response) -> None:
    """The second try worked; the first may still take effect, over whatever comes between."""
    auth0, wire = scripted(failure, httpx.Response(200, json={"user_id": "auth0|ann"}))
    assert auth0.call("PATCH", PATH, CHANGE).ambiguous
    assert wire.asked.count("PATCH /api/v2/users/auth0|ann") == 2


@pytest.mark.parametrize("failure", [httpx.ReadTimeout("t"), httpx.ReadError("r"), httpx.DecodingError("d")])
def test_a_change_without_an_answer_is_ambiguous(failure: httpx.RequestError) -> None:
    """Silence, a reset or an unreadable answer: the change may have been made, or may be made yet."""
    auth0, _ = scripted(failure, httpx.Response(200, json={}))
    assert auth0.call("PATCH", PATH, CHANGE).ambiguous


def test_what_was_never_sent_is_repeated_and_not_ambiguous() -> None:
    """No connection, no effect: even a create may be sent again."""
    auth0, wire = scripted(httpx.ConnectError("no"), httpx.Response(201, json={"user_id": "auth0|ann"}))
    answer = auth0.call("POST", "/users", {}, repeatable=False)
    assert (answer.ambiguous, wire.asked.count("POST /api/v2/users")) == (False, 2)


@pytest.mark.parametrize(
    "failure", [httpx.Response(500), httpx.ReadTimeout("t"), httpx.Response(200, text="<")]
)
def test_a_create_without_an_answer_is_never_sent_again(failure: httpx.Response | httpx.RequestError) -> None:
    """Its caller looks for it by id."""
    auth0, wire = scripted(failure)
    with pytest.raises(Auth0Unavailable) as raised:
        auth0.call("POST", "/users", {}, repeatable=False)
    assert (raised.value.ambiguous, wire.asked.count("POST /api/v2/users")) == (True, 1)


def test_a_read_is_never_ambiguous() -> None:
    """Whatever happened to it, it changes nothing."""
    auth0, _ = scripted(*[httpx.Response(502)] * 3)
    with pytest.raises(Auth0Unavailable) as raised:
        auth0.call("GET", PATH)
    assert not raised.value.ambiguous


def test_a_refusal_after_a_lost_answer_is_ambiguous() -> None:
    """The scope was taken away between two tries: the first may still land."""
    auth0, _ = scripted(httpx.Response(500), httpx.Response(403, json={"errorCode": "insufficient_scope"}))
    with pytest.raises(Auth0Refused) as raised:
        auth0.call("PATCH", PATH, CHANGE)
    assert (raised.value.ambiguous, raised.value.auth0_status) == (True, 403)


@pytest.mark.parametrize("answer", [httpx.Response(200, text="<html>"), httpx.Response(403, text="<html>")])
def test_an_answer_that_is_no_json_is_no_answer(answer: httpx.Response) -> None:
    """Something between us and Auth0 spoke: what became of the change is unknown."""
    auth0, _ = scripted(answer, httpx.Response(200, json={}))
    assert auth0.call("PATCH", PATH, CHANGE).ambiguous


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "60"},
        {"x-ratelimit-reset": str(int(time.time()) + 3600)},
        {"retry-after": "soon", "x-ratelimit-reset": str(int(time.time()) + 3600)},
    ],
)
def test_a_rate_limit_that_outlasts_the_deadline_is_not_waited_for(headers: dict[str, str]) -> None:
    """The caller is told when it is over, and nothing was done that could be ambiguous."""
    auth0, wire = scripted(httpx.Response(429, json=LIMITED, headers=headers))
    with pytest.raises(Auth0Unavailable) as raised:
        auth0.call("PATCH", PATH, CHANGE)
    assert raised.value.retry_after >= 60
    assert (raised.value.ambiguous, len(wire.asked)) == (False, 2)


@pytest.mark.parametrize("reset", ["", "²", "-5", "1"])
def test_a_rate_limit_without_a_usable_end_is_waited_for_a_second(reset: str) -> None:
    """Headers that say nothing, or nonsense, or a time gone by."""
    headers = {"retry-after": "nan", "x-ratelimit-reset": reset.encode()}
    limited = httpx.Response(429, json=LIMITED, headers=headers.items())  # type: ignore[arg-type]  # bytes too
    auth0, _ = scripted(limited, httpx.Response(200, json={}))
    begun = time.monotonic()
    assert not auth0.call("PATCH", PATH, CHANGE).ambiguous
    assert 0.9 < time.monotonic() - begun < 2


@pytest.mark.parametrize("path", ["/api/v2/users", "/oauth/token"])
@pytest.mark.parametrize("part", [HEADERS, BODY])
def test_a_server_that_drips_is_given_up_at_the_deadline(path: str, part: str) -> None:
    """Each byte comes in time, all of them never would; the connection is cut: nothing stays in flight."""
    with (
        Dripping(path, part) as server,
        closing(Auth0(server.url, lambda: CREDENTIALS, deadline=0.5)) as auth0,
    ):
        begun = time.monotonic()
        with pytest.raises(Auth0Unavailable) as raised:
            auth0.call("PATCH", PATH, CHANGE)
        assert 0.4 < time.monotonic() - begun < 1
        assert raised.value.ambiguous == (path == "/api/v2/users")
        assert server.given_up.wait(1)


def test_a_tenant_that_is_gone_is_out_of_reach_and_nothing_is_ambiguous() -> None:
    """Nobody listens at its port."""
    gone = Auth0("http://127.0.0.1:9", lambda: CREDENTIALS)
    with closing(gone), pytest.raises(Auth0Unavailable) as raised:
        gone.call("PATCH", PATH, CHANGE)
    assert not raised.value.ambiguous


def test_no_exception_holds_the_request() -> None:
    """Its body bears a password: neither cause nor context of what is raised leads to it."""
    auth0, _ = scripted(httpx.ReadTimeout("t"))
    with pytest.raises(Auth0Unavailable) as raised:
        auth0.create_user(connection="c", email="a@b.c", account="auth0|1", password="pw", app_metadata={})
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert not hasattr(raised.value, "request")


@pytest.mark.parametrize("status", [400, 401, 403])
def test_credentials_that_are_refused_are_nobodys_account(status: int) -> None:
    """Of whatever status the refusal is, it says nothing of the user: never a 400 that would stop one."""
    wire = httpx.MockTransport(lambda _: httpx.Response(status, json={"error": "access_denied"}))
    with pytest.raises(Auth0Refused) as raised:
        Auth0("https://acme.example", lambda: CREDENTIALS, transport=wire).call("PATCH", PATH, CHANGE)
    assert raised.value.auth0_status == 401


def test_a_failing_token_endpoint_is_tried_again() -> None:
    """As any call is that was answered by a failure; the change itself was not sent yet."""
    answers = [httpx.Response(503), GRANTED, httpx.Response(200, json={})]
    with closing(
        Auth0(
            "https://a.example", lambda: CREDENTIALS, transport=httpx.MockTransport(lambda _: answers.pop(0))
        )
    ) as auth0:
        assert not auth0.call("PATCH", PATH, CHANGE).ambiguous


@pytest.fixture(scope="module")
def tenant() -> Iterator[Tenant]:
    """A tenant that Guestlist was set up in."""
    with Tenant() as running:
        yield running


@pytest.fixture
def projector(tenant: Tenant) -> Iterator[Auth0]:
    """The projector's client, at that tenant."""
    client = set_up_tenant(tenant)["projector"]
    with closing(Auth0(tenant.url, lambda: client)) as auth0:
        yield auth0


def token_calls(tenant: Tenant) -> int:
    return sum(call["path"] == "/oauth/token" for call in tenant.state.calls)


def test_the_token_is_kept_and_renewed_once_when_it_is_not_taken_any_more(
    tenant: Tenant, projector: Auth0
) -> None:
    """It ended by the tenant's clock in the middle of our use of it: a 401, one new token, and on."""
    assert [projector.user("auth0|nobody") for _ in range(3)] == [None] * 3
    before = token_calls(tenant)
    tenant.state.clock.advance(25 * 3600)
    assert projector.user("auth0|nobody") is None
    assert token_calls(tenant) == before + 1
    assert [call["status"] for call in tenant.state.calls][-3:] == [401, 200, 404]


def test_an_id_is_one_segment_of_the_path(tenant: Tenant, projector: Auth0) -> None:
    """An enterprise user's id has slashes and at signs of its own; it is encoded exactly once."""
    assert projector.user("samlp|acme|dir/ann@example.com") is None
    assert tenant.state.calls[-1]["path"] == "/api/v2/users/samlp%7Cacme%7Cdir%2Fann%40example.com"


def test_a_plain_address_needs_no_certificates() -> None:
    """Loading them takes some 30 ms, at every cold start: over http they are left out."""
    times = list[float]()
    for _ in range(5):
        begun = time.perf_counter()
        Auth0("http://127.0.0.1:9", lambda: CREDENTIALS).close()
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.02


def test_a_new_account_is_mailed_nothing_and_proved_nothing() -> None:
    """Auth0 would send a verification mail of its own, with a link that scanners use up."""
    asked = list[httpx.Request]()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return GRANTED if request.url.path == "/oauth/token" else httpx.Response(201, json={})

    auth0 = Auth0("https://acme.example", lambda: CREDENTIALS, transport=httpx.MockTransport(answer))
    auth0.create_user(connection="db", email="a@b.example", account="auth0|a", password="p", app_metadata={})
    sent = json.loads(asked[-1].content)
    assert (sent["verify_email"], sent["email_verified"]) == (False, False)
