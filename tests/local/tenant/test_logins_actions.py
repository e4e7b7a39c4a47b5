"""Actions at a login, run by Node: what they see, and what they change."""

import json
from collections.abc import Iterator

import pytest

from local.tenant.state import Document
from tests.local.tenant.authentication_client import API, Browser, Stage, callback

SHOW = """
exports.onExecutePostLogin = async (event, api) => {
  api.idToken.setCustomClaim("https://app.example/event", JSON.stringify(event));
};
"""
DENY = """
exports.onExecutePostLogin = async (event, api) => {
  api.user.setAppMetadata("seen", true);
  return api.access.deny("not here");
};
"""


@pytest.fixture
def browser(stage: Stage) -> Iterator[Browser]:
    """A browser that is signed in nowhere."""
    with Browser(stage) as opened:
        yield opened


def seen(stage: Stage, tokens: Document) -> Document:
    """Return the event that an Action saw."""
    event: Document = json.loads(stage.claims(tokens["id_token"], "app")["https://app.example/event"])
    return event


def test_the_event_tells_who_where_and_how(stage: Stage) -> None:
    """app_metadata is always a dictionary; the secrets are the Action's own."""
    stage.action(SHOW, word="hush")
    stage.connection["metadata"] = {"organization": "clinicA"}
    event = seen(stage, stage.tokens(**{"ext-organization": "clinicA"}))
    assert event["user"]["user_id"] == "auth0|ann"
    assert event["user"]["app_metadata"] == {}
    assert event["connection"]["metadata"] == {"organization": "clinicA"}
    assert event["client"] == {"client_id": "app", "name": "App", "metadata": {}}
    assert event["resource_server"] == {"identifier": API}
    assert event["stats"] == {"logins_count": 1}
    assert event["secrets"] == {"word": "hush"}


def test_the_event_tells_what_was_asked(stage: Stage) -> None:
    """The query is that of `/authorize`, not of the page; nothing of the password is there."""
    stage.action(SHOW)
    event = seen(stage, stage.tokens(**{"ext-organization": "clinicA"}))
    assert event["transaction"]["protocol"] == "oidc-basic-profile"
    assert "read:members" in event["transaction"]["requested_scopes"]
    assert event["request"]["method"] == "GET"
    assert event["request"]["query"]["ext-organization"] == "clinicA"
    assert event["request"]["body"] == {}
    assert "Correct-Horse" not in json.dumps(event)
    assert "refresh_token" not in event


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ext-organization", "clinic<A>"),
        ("ext-organization", "x" * 256),
        ("ext-" + "x" * 29, "clinicA"),
        ("ext-organization", ["clinicA", "clinicB"]),
    ],
)
def test_an_ext_parameter_that_breaks_the_rules_is_not_seen(
    stage: Stage, browser: Browser, name: str, value: str
) -> None:
    """Name, length, characters, and only once."""
    stage.action(SHOW)
    code = browser.logged_in(**{name: value})["code"]
    query = seen(stage, stage.exchanged(code).json())["request"]["query"]
    assert not [key for key in query if key.startswith("ext-")]


def test_a_denial_is_told_to_the_callback(stage: Stage, browser: Browser) -> None:
    """What the Action wrote stays, and so does the session."""
    stage.action(DENY)
    told = browser.logged_in()
    assert told == {"error": "access_denied", "error_description": "not here", "state": "s"}
    assert stage.user["app_metadata"] == {"seen": True}
    assert callback(browser.authorize(prompt="none"))["error_description"] == "not here"


def test_a_throw_is_a_denial_with_its_message(stage: Stage, browser: Browser) -> None:
    """As at Auth0, which is why Actions should not throw."""
    stage.action("exports.onExecutePostLogin = async () => { throw new Error('oh no'); };")
    told = browser.logged_in()
    assert (told["error"], told["error_description"]) == ("access_denied", "oh no")


def test_actions_run_in_the_order_of_their_bindings(stage: Stage, browser: Browser) -> None:
    """And none after one that denied."""
    stage.action(DENY)
    stage.action("exports.onExecutePostLogin = async (e, api) => { api.user.setAppMetadata('later', 1); };")
    browser.logged_in()
    assert stage.user["app_metadata"] == {"seen": True}


def test_metadata_is_merged_at_its_first_level(stage: Stage, browser: Browser) -> None:
    """Null removes a key."""
    stage.user["app_metadata"] = {"organizations": ["clinicA"], "needsInvitation": True}
    stage.action(
        "exports.onExecutePostLogin = async (e, api) => api.user.setAppMetadata('needsInvitation', null);"
    )
    browser.logged_in()
    assert stage.user["app_metadata"] == {"organizations": ["clinicA"]}


def test_restricted_claims_are_dropped_without_a_word(stage: Stage) -> None:
    """Names of the standard and of Auth0's own hosts; a namespaced one arrives in both tokens."""
    stage.action("""
        exports.onExecutePostLogin = async (event, api) => {
          const names = ["roles", "org_id", "sub", "https://x.auth0.com/y", "https://app.example/roles"];
          for (const name of names) {
            api.idToken.setCustomClaim(name, "mine");
            api.accessToken.setCustomClaim(name, "mine");
          }
        };""")
    tokens = stage.tokens()
    for claims in (stage.claims(tokens["id_token"], "app"), stage.claims(tokens["access_token"])):
        assert claims["https://app.example/roles"] == "mine"
        assert claims["sub"] == "auth0|ann"
        assert not claims.keys() & {"roles", "org_id", "https://x.auth0.com/y"}


def test_an_action_may_revoke_the_session(stage: Stage, browser: Browser) -> None:
    """The login is denied and the browser is signed in no more."""
    stage.action("exports.onExecutePostLogin = async (e, api) => { api.session.revoke('gone'); };")
    assert browser.logged_in()["error"] == "access_denied"
    assert not stage.state.sessions


def test_the_state_is_free_while_node_runs(stage: Stage, browser: Browser) -> None:
    """An Action may call the tenant that waits for it."""
    stage.action(
        """
        exports.onExecutePostLogin = async (event, api) => {
          const answer = await fetch(event.secrets.userinfo);
          api.access.deny(String(answer.status));
        };""",
        userinfo=stage.url + "/userinfo",
    )
    assert browser.logged_in()["error_description"] == "401"
