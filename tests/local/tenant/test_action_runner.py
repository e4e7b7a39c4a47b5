"""Actions run as Auth0 runs them: in Node 22, in order, with a limit, and closed on failure."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from local.tenant.actions import LIMIT, TOO_LONG, ActionRunner, Outcome

EVENT: dict[str, Any] = {"user": {"app_metadata": {"organizations": ["clinicA"]}}, "transaction": {}}


@pytest.fixture(scope="module")
def runner() -> Iterator[ActionRunner]:
    with ActionRunner(limit=1.0, grace=0.3) as runner:
        yield runner


def action(body: str, name: str = "test", *, before: str = "", **secrets: str) -> dict[str, Any]:
    """Return a deployed post-login Action with this body."""
    code = f"{before}\nexports.onExecutePostLogin = async (event, api) => {{ {body} }};"
    listed = [{"name": key, "value": value} for key, value in secrets.items()]
    return {"id": name, "name": name, "code": code, "secrets": listed}


def run(runner: ActionRunner, *actions: dict[str, Any]) -> Outcome:
    return runner.run("post-login", actions, EVENT)


def test_without_actions_everyone_is_admitted() -> None:
    """A trigger with nothing bound needs no Node and denies nobody."""
    with ActionRunner() as runner:
        assert run(runner) == Outcome()


def test_node_22(runner: ActionRunner) -> None:
    """The runtime is Auth0's: Node 22."""
    outcome = run(runner, action("console.log(process.versions.node)"))
    assert outcome.logs[0].startswith("22.")


def test_the_time_is_the_tenants() -> None:
    """However it is asked; a moment that is given stays what it is."""
    year = 365 * 24 * 3600
    with ActionRunner(now=lambda: year) as runner:
        times = "Date.now(), new Date().getTime(), Date.parse(new Date(5).toISOString()), typeof Date.UTC"
        now, then, given, *_ = run(runner, action(f"console.log({times})")).logs[0].split()
    assert 0 <= int(now) - year * 1000 <= int(then) - year * 1000 < 1000
    assert given == "5"


def test_what_an_action_asks_for_is_returned(runner: ActionRunner) -> None:
    """Claims, scopes and metadata come back, each in its place; calls can be chained."""
    body = """
        api.idToken.setCustomClaim("a", [1]).accessToken.setCustomClaim("b", {c: null});
        api.accessToken.addScope("read:x"); api.accessToken.removeScope("read:y");
        api.user.setAppMetadata("k", "v"); api.user.setUserMetadata("gone", null);
        api.transaction.setMetadata("t", 1); api.refreshToken.setMetadata("organization", "clinicA");"""
    outcome = run(runner, action(body))
    assert outcome == Outcome(
        id_token_claims={"a": [1]},
        access_token_claims={"b": {"c": None}},
        added_scopes=["read:x"],
        removed_scopes=["read:y"],
        app_metadata={"k": "v"},
        user_metadata={"gone": None},
        transaction_metadata={"t": 1},
        refresh_token_metadata={"organization": "clinicA"},
    )


def test_deny_does_not_stop_the_function(runner: ActionRunner) -> None:
    """What follows a deny in the same Action still happens, and metadata is kept."""
    outcome = run(runner, action('api.access.deny("no"); api.user.setAppMetadata("seen", true);'))
    assert (outcome.denied, outcome.error) == ("no", "access_denied")
    assert outcome.app_metadata == {"seen": True}


def test_no_action_follows_a_denial(runner: ActionRunner) -> None:
    """The next Action in the binding does not run after one that denied."""
    outcome = run(runner, action('api.access.deny("no")', "first"), action('console.log("ran")', "second"))
    assert (outcome.denied, outcome.logs) == ("no", [])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('throw new Error("boom")', "boom"),
        ("return event.user.nothing.there", "Cannot read properties of undefined (reading 'there')"),
        ("api.access.admit()", "api.access.admit is not a function"),
        ("await Promise.reject('text')", "text"),
    ],
)
def test_a_throw_is_a_denial_with_its_message(runner: ActionRunner, body: str, message: str) -> None:
    """An exception fails closed and its text leaks, as at Auth0."""
    outcome = run(runner, action(body))
    assert (outcome.denied, outcome.error) == (message, "access_denied")


def test_code_that_does_not_parse_denies(runner: ActionRunner) -> None:
    """A syntax error denies each login, and Node lives on."""
    assert run(runner, action("}{")).error == "access_denied"
    assert run(runner, action("")) == Outcome()


def test_module_code_runs_once_per_version(runner: ActionRunner) -> None:
    """Module-level state outlives a login, and is new with another version of the code."""
    before = "let logins = 0;"
    counting = action("logins += 1; console.log(logins)", before=before)
    newer = action("logins += 1; console.log(logins, 'newer')", before=before)
    logs = [run(runner, each).logs for each in (counting, counting, newer)]
    assert logs == [["1"], ["2"], ["1 newer"]]


def test_each_action_gets_a_copy_of_the_event_and_its_own_secrets(runner: ActionRunner) -> None:
    """What one Action does to its event is not seen by the next; nor are its secrets."""
    spoil = action("event.user.app_metadata.organizations.push('clinicB')", "first", KEY="one")
    look = action("console.log(event.user.app_metadata.organizations.length, event.secrets.KEY)", "second")
    assert run(runner, spoil, look).logs == ["1 undefined"]
    assert EVENT["user"]["app_metadata"]["organizations"] == ["clinicA"]


def test_transaction_metadata_reaches_the_next_action(runner: ActionRunner) -> None:
    """Transaction metadata is how Actions of one login share data."""
    write = action('api.transaction.setMetadata("organization", "clinicA")', "first")
    read = action("console.log(event.transaction.metadata.organization)", "second")
    assert run(runner, write, read).logs == ["clinicA"]


def test_cache_outlives_the_login(runner: ActionRunner) -> None:
    """What is set in the cache is there at the next login, with its end."""
    run(runner, action('api.cache.set("k", "v", {ttl: 60000})'))
    read = 'const {value, expires_at} = api.cache.get("k"); console.log(value, expires_at > Date.now())'
    assert run(runner, action(read)).logs == ["v true"]
    assert run(runner, action('console.log(api.cache.get("x"))')).logs == ["undefined"]


def test_credentials_exchange_has_its_own_function_and_api(runner: ActionRunner) -> None:
    """At client credentials another function runs, and deny takes a code and a reason."""
    code = "exports.onExecuteCredentialsExchange = async (e, api) => api.access.deny('invalid_scope', 'no');"
    actions = [{"id": "m2m", "name": "m2m", "code": code, "secrets": []}]
    outcome = runner.run("credentials-exchange", actions, {"client": {}})
    assert (outcome.error, outcome.denied) == ("invalid_scope", "no")


def test_the_limit_denies(runner: ActionRunner) -> None:
    """An Action that waits for ever is a denial when the time is up: 20 seconds, if not told otherwise."""
    assert LIMIT == 20
    outcome = run(runner, action("await new Promise(() => {})"))
    assert (outcome.denied, outcome.error) == (TOO_LONG, "access_denied")


def test_an_endless_loop_denies_its_own_login_alone(runner: ActionRunner) -> None:
    """A loop that lets nobody else run is ended; logins that it held up are served."""
    looping = threading.Thread(target=run, args=(runner, action("for (;;);")))
    looping.start()
    others = [run(runner, action("console.log(1)")).logs for _ in range(3)]
    looping.join(timeout=5)
    assert others == [["1"]] * 3
    assert run(runner, action("for (;;);")).denied == TOO_LONG


def test_an_action_that_ends_node_is_a_denial(runner: ActionRunner) -> None:
    """Node ending under an Action is a denial; the next login gets a new process."""
    assert run(runner, action("process.exit(0)")).denied == TOO_LONG
    assert run(runner, action("")) == Outcome()


def test_what_an_action_prints_is_not_taken_for_an_answer(runner: ActionRunner) -> None:
    """Standard output is the runner's; an Action that writes to it writes to its log."""
    assert run(runner, action('process.stdout.write("{}\\n")')).logs == ["{}"]


def test_logins_run_beside_each_other(runner: ActionRunner) -> None:
    """One Action that waits does not hold up others, and each gets its own answer."""
    waiting = "await new Promise((done) => setTimeout(done, 300)); api.access.deny(event.secrets.NUMBER)"
    answers: dict[str, str | None] = {}

    def login(number: str) -> None:
        answers[number] = run(runner, action(waiting, NUMBER=number)).denied

    threads = [threading.Thread(target=login, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=0.9)
    assert answers == {str(number): str(number) for number in range(8)}


def test_closing_ends_the_process() -> None:
    """After close nothing is left running, and closing again is harmless."""
    runner = ActionRunner()
    run(runner, action(""))
    node = runner._node
    runner.close()
    runner.close()
    assert node is not None
    assert not node.alive
