"""Logins by an enterprise connection: the way to its identity provider, and the user whom it names."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.tenant.state import Document
from tests.local.tenant.authentication_client import Browser, Stage, alert, callback, form_action

SHOW = """
exports.onExecutePostLogin = async (event, api) => {
  api.idToken.setCustomClaim("https://app.example/event", JSON.stringify(event));
};
"""
DENY = "exports.onExecutePostLogin = async (event, api) => { return api.access.deny('not here'); };"
USER_ID = "oidc|acme|00u1"


@pytest.fixture
def acme(stage: Stage) -> Document:
    """An OpenID connection for acme.example beside the database."""
    return stage.enterprise(domain_aliases=["acme.example"])


@pytest.fixture
def browser(stage: Stage, acme: Document) -> Iterator[Browser]:
    """A browser that is signed in nowhere."""
    assert acme["name"] == "acme"
    with Browser(stage) as opened:
        yield opened


def identified(browser: Browser, email: str, **asked: str) -> httpx.Response:
    """Enter an address at the first page of a login."""
    page = browser.get(browser.authorize(**asked).headers["location"])
    return browser.post(form_action(page), data={"username": email})


def test_a_named_connection_leads_straight_to_its_provider(browser: Browser) -> None:
    """No page of the tenant's is shown; a hint goes along."""
    place = browser.authorize(connection="acme", login_hint="eve@acme.example").headers["location"]
    assert place.startswith("/_local/idp/acme?state=")
    assert 'value="eve@acme.example"' in browser.get(place).text


def test_the_only_connection_leads_there_too(stage: Stage, browser: Browser) -> None:
    """Where nothing else is enabled there is nothing to choose."""
    stage.state.connection_clients[stage.connection["id"]].clear()
    assert browser.authorize().headers["location"].startswith("/_local/idp/acme?state=")


@pytest.mark.parametrize("email", ["eve@acme.example", "Eve@ACME.example"])
def test_an_address_leads_to_its_home_realm(browser: Browser, email: str) -> None:
    """By the connection's domain aliases, in whatever case."""
    assert identified(browser, email).headers["location"].startswith("/_local/idp/acme?state=")


def test_any_other_address_leads_to_a_password(browser: Browser) -> None:
    """The address is kept; a database user signs in as ever."""
    page = browser.get(identified(browser, "ann@example.com").headers["location"])
    assert 'value="ann@example.com"' in page.text
    assert "code" in callback(browser.submit(page))


def test_a_realm_is_not_found_for_an_application_without_it(stage: Stage, browser: Browser) -> None:
    """Only connections that are enabled for the client count."""
    other = stage.enterprise("other", domain_aliases=["other.example"])
    stage.state.connection_clients[other["id"]] = set()
    place = identified(browser, "eve@other.example").headers["location"]
    assert place.startswith("/u/login?state=")
    assert callback(browser.authorize(connection="other"))["error"] == "invalid_request"


def test_without_a_database_an_unknown_address_is_told_so(stage: Stage, browser: Browser) -> None:
    """There is no password to ask for."""
    stage.state.connection_clients[stage.connection["id"]].clear()
    stage.enterprise("other", domain_aliases=["other.example"])
    answer = identified(browser, "eve@third.example")
    assert answer.status_code == 400
    assert alert(answer) == "We could not find an identity provider for this email address"


def test_a_connection_may_have_a_button(browser: Browser, acme: Document) -> None:
    """Without one it is reached by an address alone."""
    first = browser.authorize().headers["location"]
    pressed = {"connection": "acme"}
    assert "Continue with" not in browser.get(first).text
    assert browser.post(first, data=pressed).status_code == 400
    acme |= {"show_as_button": True, "display_name": "Acme Inc."}
    assert "Continue with Acme Inc." in browser.get(first).text
    assert browser.post(first, data=pressed).headers["location"].startswith("/_local/idp/acme")


def test_the_profile_is_made_at_the_first_login(stage: Stage, browser: Browser) -> None:
    """The address as it was sent, groups at the root; one identity, which is not a social one."""
    browser.federated(email_verified=True, groups=["Nurses"], name="Eve")
    user = stage.state.users[USER_ID]
    assert user["identities"] == [
        {"connection": "acme", "user_id": "acme|00u1", "provider": "oidc", "isSocial": False}
    ]
    assert (user["email"], user["email_verified"]) == ("Eve@acme.example", True)
    assert (user["groups"], user["name"], user["logins_count"]) == (["Nurses"], "Eve", 1)


@pytest.mark.parametrize(
    ("strategy", "options", "user_id"),
    [
        ("okta", {}, "okta|acme|00u1"),
        ("samlp", {}, "samlp|acme|00u1"),
        ("adfs", {}, "adfs|acme|00u1"),
        ("waad", {}, "waad|00u1"),
        ("waad", {"userid_attribute": "oid"}, "waad|acme|00u1"),
        ("google-apps", {}, "google-apps|Eve@acme.example"),
        ("google-apps", {"map_user_id_to_id": True}, "google-apps|00u1"),
    ],
)
def test_a_user_s_id_is_of_the_strategy_s_form(
    stage: Stage, strategy: str, options: dict[str, Any], user_id: str
) -> None:
    """The strategy, the connection's name in most, and whom the provider named."""
    stage.enterprise(strategy=strategy, **options)
    with Browser(stage) as browser:
        browser.federated()
    assert user_id in stage.state.users
    assert stage.state.users[user_id]["identities"][0]["provider"] == strategy


@pytest.mark.parametrize(
    ("strategy", "said", "option", "verified"),
    [
        ("oidc", {"email_verified": True}, "", True),
        ("oidc", {"email_verified": False}, "", False),
        ("samlp", {}, "", None),
        ("waad", {"email_verified": True}, "", False),
        ("waad", {}, "always_set_emails_as_verified", True),
        ("adfs", {"email_verified": True}, "never_set_emails_as_verified", False),
    ],
)
def test_who_says_that_an_address_is_verified(
    stage: Stage, strategy: str, said: dict[str, Any], option: str, *, verified: bool | None
) -> None:
    """The provider, and where it cannot be believed an option of the connection."""
    stage.enterprise(strategy=strategy, should_trust_email_verified_connection=option)
    with Browser(stage) as browser:
        browser.federated(**said)
    [user] = [user for user in stage.state.users.values() if user is not stage.user]
    assert user.get("email_verified") is verified


def test_the_next_login_brings_the_profile_up_to_date(stage: Stage, browser: Browser, acme: Document) -> None:
    """What is said no more is gone; metadata stays; by an option the first login's profile stays."""
    browser.federated(groups=["Nurses"])
    stage.state.users[USER_ID]["app_metadata"] = {"organizations": ["acme"]}
    browser.federated({"prompt": "login"}, name="Eve A.")
    user = stage.state.users[USER_ID]
    assert (user["name"], "groups" in user, user["logins_count"]) == ("Eve A.", False, 2)
    assert user["app_metadata"] == {"organizations": ["acme"]}
    acme["options"]["set_user_root_attributes"] = "on_first_login"
    browser.federated({"prompt": "login"}, name="Eve B.")
    assert user["name"] == "Eve A."


def test_an_action_sees_connection_identity_and_groups(
    stage: Stage, browser: Browser, acme: Document
) -> None:
    """With the connection's metadata, and what the provider gave at the root of the user."""
    acme["metadata"] = {"organization": "acme"}
    stage.action(SHOW)
    tokens = stage.exchanged(browser.federated(groups=["Nurses"])["code"]).json()
    event = json.loads(stage.claims(tokens["id_token"], "app")["https://app.example/event"])
    metadata = {"organization": "acme"}
    assert event["connection"] == {"id": acme["id"], "name": "acme", "strategy": "oidc", "metadata": metadata}
    assert event["user"]["identities"][0]["connection"] == "acme"
    assert (event["user"]["groups"], event["stats"]) == (["Nurses"], {"logins_count": 1})
    assert event["authentication"]["methods"][0]["name"] == "federated"


def test_a_denied_stranger_has_a_profile_and_a_session(stage: Stage, browser: Browser) -> None:
    """Both were there before the Action ran; the session asks the Action again, not the provider."""
    stage.action(DENY)
    assert browser.federated()["error"] == "access_denied"
    assert USER_ID in stage.state.users
    assert callback(browser.authorize())["error_description"] == "not here"


def test_a_session_serves_without_the_provider(browser: Browser) -> None:
    """Single sign-on, silent too, until another login is asked for; by another connection it does not."""
    browser.federated()
    assert "code" in callback(browser.authorize(prompt="none"))
    assert "code" in callback(browser.authorize(connection="acme"))
    assert browser.authorize(prompt="login").headers["location"].startswith("/u/login/identifier")
    assert browser.authorize(connection="guests").headers["location"].startswith("/u/login?")


def test_refresh_tokens_know_their_connection(stage: Stage, browser: Browser, acme: Document) -> None:
    """The Action at a refresh sees it as the one at the login did."""
    tokens = stage.exchanged(browser.federated()["code"]).json()
    stage.action(SHOW)
    refreshed = stage.refreshed(tokens["refresh_token"]).json()
    event = json.loads(stage.claims(refreshed["id_token"], "app")["https://app.example/event"])
    assert event["connection"]["id"] == acme["id"]
    assert event["user"]["user_id"] == USER_ID


def test_a_linked_identity_signs_its_primary_in(stage: Stage, browser: Browser) -> None:
    """What the provider says of it stays its own."""
    identity = {"connection": "acme", "user_id": "acme|00u1", "provider": "oidc", "isSocial": False}
    stage.user["identities"].append({**identity, "profileData": {"email": "old@acme.example"}})
    tokens = stage.exchanged(browser.federated()["code"]).json()
    assert stage.claims(tokens["access_token"])["sub"] == "auth0|ann"
    assert stage.user["identities"][1]["profileData"]["email"] == "Eve@acme.example"
    assert stage.user["email"] == "ann@example.com"


def test_a_blocked_user_does_not_sign_in(stage: Stage, browser: Browser) -> None:
    """Whatever the provider says."""
    browser.federated()
    stage.state.users[USER_ID]["blocked"] = True
    assert browser.federated({"prompt": "login"})["error_description"] == "user is blocked"


def test_a_provider_may_refuse(stage: Stage, browser: Browser) -> None:
    """The application is told, and nobody is made."""
    told = browser.federated(error="access_denied", error_description="not assigned")
    assert (told["error"], told["error_description"]) == ("access_denied", "not assigned")
    assert USER_ID not in stage.state.users


def test_what_a_provider_says_is_good_once(browser: Browser) -> None:
    """The callback's code is spent, and so is the login."""
    page = browser.get(browser.authorize(connection="acme").headers["location"])
    place = browser.post(form_action(page), data={"email": "eve@acme.example", "groups": "a, b"}).headers[
        "location"
    ]
    assert "code" in callback(browser.get(place))
    assert browser.get(place).status_code == 400


def test_no_provider_speaks_of_what_is_auth0_s(stage: Stage, browser: Browser) -> None:
    """Metadata, ids and blocks are out of its reach."""
    browser.federated(app_metadata={"organizations": ["acme"]}, user_id="auth0|ann", blocked=True)
    assert "app_metadata" not in stage.state.users[USER_ID]
    assert not stage.state.users[USER_ID].get("blocked")
