"""The door at an enterprise user's first login: whom it asks about, how long, and what it does then."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from actions import generate
from guestlist.door_configuration import DoorConfiguration, Resolution
from guestlist.login_policy import ENTERPRISE, RESOLVE_FAILED, NoOrganization, Source
from local.servers import Server
from local.tenant.actions import ActionRunner, Outcome

NAMESPACE = "https://guestlist.example/claims"
CODE = (Path(generate.__file__).parent / "deploy/actions/guestlist-door/code.js").read_text()
KNOWN = {"organizations": ["clinicA"], "roles": ["clinicA:admin"]}
CLAIMS = {f"{NAMESPACE}/organization": "clinicA", f"{NAMESPACE}/roles": ["admin"]}
TOKEN, RESOLVE = "/oauth/token", "/logins/resolve"


@dataclass
class Guestlist:
    """Tenant and API in one: what they were asked, and what they answer, in turn; the last for ever."""

    url: str
    answers: list[tuple[int, object]] = field(default_factory=lambda: [(200, KNOWN)])
    tokens: list[tuple[int, object]] = field(
        default_factory=lambda: [(200, {"access_token": "a-token", "expires_in": 300})]
    )
    asked: list[tuple[str, str | None, Any]] = field(default_factory=list)
    slow: float = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        path, bearer = request.url.path, request.headers.get("authorization")
        self.asked.append((path, bearer, await request.json()))
        turn = self.tokens if path == TOKEN else self.answers
        status, body = turn.pop(0) if len(turn) > 1 else turn[0]
        time.sleep(self.slow)  # noqa: ASYNC251 (nobody else is served)
        answer = Response(body, status) if isinstance(body, str) else JSONResponse(body, status)
        await answer(scope, receive, send)

    @property
    def paths(self) -> list[str]:
        """What was asked, by path."""
        return [path for path, _, _ in self.asked]


@pytest.fixture
def guestlist() -> Iterator[Guestlist]:
    """Who is asked."""
    with Server("guestlist") as server:
        asked = Guestlist(server.url)
        server.start(asked)
        yield asked


@pytest.fixture
def runner(guestlist: Guestlist) -> Iterator[ActionRunner]:  # noqa: ARG001 (is closed after Node)
    """Node with an empty cache."""
    with ActionRunner() as runner:
        yield runner


def door(url: str) -> DoorConfiguration:
    """Return the settings of a door that asks at a URL."""
    resolve = Resolution(f"{url}{RESOLVE}", f"{url}{TOKEN}", "https://api.example", "resolver")
    return DoorConfiguration(NAMESPACE, (Source.QUERY,), exempt_clients=("console",), resolve=resolve)


def login(
    runner: ActionRunner,
    settings: DoorConfiguration,
    *,
    strategy: str = "samlp",
    profile: object = None,
    organization: str = "clinicA",
    client: str = "app",
) -> Outcome:
    """Sign somebody in whose profile at Auth0 is as given."""
    secrets = {"GUESTLIST_DOOR": settings.to_json(), "GUESTLIST_RESOLVER": "a-secret"}
    held = [{"name": name, "value": value} for name, value in secrets.items()]
    event: dict[str, Any] = {
        "user": {"user_id": "samlp|clinic-a|ann", "email": "ann@clinic.example", "app_metadata": profile},
        "client": {"client_id": client},
        "connection": {"name": "clinic-a", "strategy": strategy},
        "transaction": {"protocol": "oidc-basic-profile", "requested_scopes": []},
        "request": {"query": {"ext-organization": organization}, "body": {}},
    }
    action = {"id": "door", "name": "guestlist-door", "code": CODE, "secrets": held}
    return runner.run("post-login", [action], event)


def admitted(outcome: Outcome) -> bool:
    """Tell whether both tokens bear the claims that the answer gives, and nothing else was written."""
    claims = Outcome(
        id_token_claims=CLAIMS,
        access_token_claims=CLAIMS,
        transaction_metadata={"organization": "clinicA"},
    )
    return outcome == claims


@pytest.mark.parametrize("strategy", ENTERPRISE)
def test_a_new_enterprise_user_is_asked_about(
    strategy: str, runner: ActionRunner, guestlist: Guestlist
) -> None:
    """By id alone, and admitted to what the answer says, with the roles that it says."""
    assert admitted(login(runner, door(guestlist.url), strategy=strategy))
    grant = {
        "grant_type": "client_credentials",
        "client_id": "resolver",
        "client_secret": "a-secret",
        "audience": "https://api.example",
    }
    assert guestlist.asked == [
        (TOKEN, None, grant),
        (RESOLVE, "Bearer a-token", {"user": "samlp|clinic-a|ann"}),
    ]


@pytest.mark.parametrize(
    "someone",
    [
        {"strategy": "auth0"},
        {"strategy": "google-oauth2"},
        {"strategy": "email"},
        {"strategy": ""},
        {"profile": {"organizations": ["clinicA"], "guestlist": {"version": 1, "roles": []}}},
        {"profile": {"organizations": [], "guestlist": {"version": 2, "roles": []}}},
        {"profile": {"organizations": ["clinicA"]}},
        {"client": "console"},
        {"organization": "no such name"},
    ],
    ids=str,
)
def test_nobody_else_is(someone: dict[str, Any], runner: ActionRunner, guestlist: Guestlist) -> None:
    """No network for other connections, for marked profiles, nor where the profile alone decides."""
    login(runner, door(guestlist.url), **someone)
    assert guestlist.asked == []


def test_a_door_that_asks_nobody_denies_by_the_profile(runner: ActionRunner, guestlist: Guestlist) -> None:
    """As it does where no address of an API was set up."""
    outcome = login(runner, replace(door(guestlist.url), resolve=None))
    assert outcome.denied == "no_organizations: You are not a member of any organization."
    assert guestlist.asked == []


@pytest.mark.parametrize(
    ("organizations", "code"), [([], "no_organizations"), (["clinicB"], "not_member")], ids=str
)
def test_whom_nobody_knows_there_is_denied_and_nothing_is_written(
    organizations: list[str], code: str, runner: ActionRunner, guestlist: Guestlist
) -> None:
    """The answer is held against the same table as a profile is."""
    guestlist.answers = [(200, {"organizations": organizations, "roles": []})]
    outcome = login(runner, door(guestlist.url))
    assert str(outcome.denied).startswith(f"{code}: ")
    assert outcome == Outcome(denied=outcome.denied, error="access_denied")


def test_a_member_of_one_organization_need_not_name_it(runner: ActionRunner, guestlist: Guestlist) -> None:
    """Where the door is configured so, as for any other profile."""
    settings = replace(door(guestlist.url), no_organization=NoOrganization.ONLY, sources=(Source.CLIENT,))
    assert admitted(login(runner, settings))


def test_the_token_is_kept_for_its_life(runner: ActionRunner, guestlist: Guestlist) -> None:
    """A second login asks for none."""
    for _ in range(2):
        assert admitted(login(runner, door(guestlist.url)))
    assert guestlist.paths == [TOKEN, RESOLVE, RESOLVE]


def test_a_token_that_ends_now_is_not_kept(runner: ActionRunner, guestlist: Guestlist) -> None:
    """It would be refused at the next login."""
    guestlist.tokens = [(200, {"access_token": "a-token", "expires_in": 10})]
    for _ in range(2):
        assert admitted(login(runner, door(guestlist.url)))
    assert guestlist.paths == [TOKEN, RESOLVE, TOKEN, RESOLVE]


@pytest.mark.parametrize("status", [401, 500, 503])
def test_it_is_asked_once_more(status: int, runner: ActionRunner, guestlist: Guestlist) -> None:
    """After a failure with the same token, after a 401 with a new one."""
    guestlist.answers = [(status, {"code": "unavailable"}), (200, KNOWN)]
    assert admitted(login(runner, door(guestlist.url)))
    renewed = [TOKEN] if status == 401 else []
    assert guestlist.paths == [TOKEN, RESOLVE, *renewed, RESOLVE]


@pytest.mark.parametrize(
    ("answers", "tries"),
    [
        ([(503, {})], 2),
        ([(401, {})], 2),
        ([(403, {})], 1),
        ([(404, {})], 1),
        ([(301, {})], 1),
        ([(200, "no JSON")], 2),
        ([(200, {})], 1),
        ([(200, None)], 1),
        ([(200, {"organizations": "clinicA", "roles": []})], 1),
        ([(200, {"organizations": ["clinicA"]})], 1),
    ],
    ids=str,
)
def test_without_an_answer_it_stays_shut(
    answers: list[tuple[int, object]], tries: int, runner: ActionRunner, guestlist: Guestlist
) -> None:
    """With its own reason, whatever came instead."""
    guestlist.answers = answers
    assert login(runner, door(guestlist.url)) == Outcome(denied=RESOLVE_FAILED.reason, error="access_denied")
    assert guestlist.paths.count(RESOLVE) == tries


@pytest.mark.parametrize(("status", "tries"), [(403, 1), (500, 2)])
def test_without_a_token_it_stays_shut(
    status: int, tries: int, runner: ActionRunner, guestlist: Guestlist
) -> None:
    """Nobody is asked without one."""
    guestlist.tokens = [(status, {"error": "access_denied"})]
    assert login(runner, door(guestlist.url)).denied == RESOLVE_FAILED.reason
    assert guestlist.paths == [TOKEN] * tries


def test_where_nobody_listens_it_stays_shut(runner: ActionRunner) -> None:
    """Whatever the network says is not in the reason."""
    assert login(runner, door("http://127.0.0.1:9")).denied == RESOLVE_FAILED.reason


def test_five_seconds_are_all_that_it_waits(runner: ActionRunner, guestlist: Guestlist) -> None:
    """For token, answer and second try together."""
    guestlist.slow = 3
    began = time.monotonic()
    assert login(runner, door(guestlist.url)).denied == RESOLVE_FAILED.reason
    assert 4.5 < time.monotonic() - began < 8
