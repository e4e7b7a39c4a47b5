"""What an Action reaches outside of its login: other servers, and the cache of its trigger."""

import json
import socket
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from local.servers import Server
from local.tenant.actions import TOO_LONG, ActionRunner
from tests.local.tenant.test_action_runner import action, run

CALL = """
  const answer = await fetch(event.secrets.URL + "/resolve", {
    method: "POST",
    headers: { authorization: "Bearer token", "content-type": "application/json" },
    body: JSON.stringify({ user: "oidc|acme|00u1" }),
    signal: AbortSignal.timeout(300),
  });
  console.log(answer.status, JSON.stringify(await answer.json()));
"""


@pytest.fixture
def runner() -> Iterator[ActionRunner]:
    """A runner whose caches are its own; a login may take a second."""
    with ActionRunner(limit=1.0, grace=0.3) as started:
        yield started


@pytest.fixture
def resolver() -> Iterator[str]:
    """The address of a server that answers what it was asked."""

    async def resolve(request: Request) -> JSONResponse:
        asked = {"by": request.headers["authorization"], **await request.json()}
        return JSONResponse(asked, 203)

    with Server("resolver").start(Starlette(routes=[Route("/resolve", resolve, methods=["POST"])])) as server:
        yield server.url


def results(runner: ActionRunner, *calls: str) -> list[object]:
    """Return what calls of `api.cache` came to, in one login."""
    [log] = run(runner, action(f"console.log(JSON.stringify([{', '.join(calls)}]))")).logs
    found: list[object] = json.loads(log)
    return found


def test_an_action_calls_another_server(runner: ActionRunner, resolver: str) -> None:
    """With Node's own `fetch`, over the network as anyone would."""
    outcome = run(runner, action(CALL, URL=resolver))
    assert outcome.logs == ['203 {"by":"Bearer token","user":"oidc|acme|00u1"}']


def test_a_server_that_is_not_there_is_an_exception(runner: ActionRunner) -> None:
    """Which denies the login, unless the Action catches it."""
    with Server("gone") as gone:
        url = gone.url
    outcome = run(runner, action(CALL, URL=url))
    assert (outcome.denied, outcome.error) == ("fetch failed", "access_denied")


def test_waiting_for_a_server_counts_as_the_action_s_time(runner: ActionRunner) -> None:
    """A call without an end of its own ends with the login's."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        outcome = run(runner, action("await fetch(event.secrets.URL)", URL=url))
    assert (outcome.denied, outcome.error) == (TOO_LONG, "access_denied")


def test_a_cached_value_has_its_end(runner: ActionRunner) -> None:
    """A quarter of an hour from now where nothing is said, a day at most."""
    now = "Math.round((({}).record.expires_at - Date.now()) / 60000)"
    usual = now.format('api.cache.set("a", "1")')
    short = now.format('api.cache.set("b", "1", {ttl: 120000, expires_at: Date.now() + 600000})')
    long = now.format('api.cache.set("c", "1", {ttl: 999999999})')
    assert results(runner, usual, short, long) == [15, 2, 24 * 60]
    assert results(runner, 'Object.keys(api.cache.get("a"))') == [["value", "expires_at"]]


def test_a_cached_value_is_deleted_once(runner: ActionRunner) -> None:
    """A second time there is nothing left."""
    results(runner, 'api.cache.set("a", "1")')
    removed = results(runner, 'api.cache.delete("a")', 'api.cache.delete("a")', 'api.cache.get("a") ?? null')
    assert removed == [{"type": "success"}, {"type": "error", "code": "CacheKeyDoesNotExist"}, None]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ('api.cache.set("k".repeat(65), "1")', "CacheKeySizeExceeded"),
        ('api.cache.set("k", "1".repeat(4097))', "CacheValueSizeExceeded"),
        ('api.cache.set("k", "1", {ttl: "soon"})', "InvalidExpiry"),
        ('api.cache.set("k", "1", {expires_at: 1})', "ItemAlreadyExpired"),
    ],
)
def test_what_the_cache_does_not_take(runner: ActionRunner, call: str, code: str) -> None:
    """It throws nothing: the result says so."""
    assert results(runner, call) == [{"type": "error", "code": code}]


def test_the_cache_is_small(runner: ActionRunner) -> None:
    """Twenty records, and 8 kB of keys and values; what is there may be written anew."""
    twenty = [f'api.cache.set("{number}", "1").type' for number in range(20)]
    full = {"type": "error", "code": "CacheSizeExceeded"}
    assert results(runner, *twenty, 'api.cache.set("x", "1")', 'api.cache.set("0", "2").type') == [
        *["success"] * 20,
        full,
        "success",
    ]
    with ActionRunner() as other:
        large = [f'api.cache.set("{number}", "1".repeat(4000)).code ?? null' for number in range(3)]
        assert results(other, *large) == [None, None, "CacheSizeExceeded"]


def test_each_trigger_has_a_cache_of_its_own(runner: ActionRunner) -> None:
    """What a login keeps, an exchange of client credentials does not see."""
    results(runner, 'api.cache.set("a", "1")')
    code = "exports.onExecuteCredentialsExchange = async (e, api) => console.log(api.cache.get('a'))"
    exchange = [{"id": "m2m", "name": "m2m", "code": code, "secrets": []}]
    assert runner.run("credentials-exchange", exchange, {"client": {}}).logs == ["undefined"]
