"""Logins: the page, the password, the session, and what the application's callback is told."""

from collections.abc import Iterator

import pytest

from tests.local.tenant.authentication_client import Browser, Stage, alert, callback, form_action


@pytest.fixture
def browser(stage: Stage) -> Iterator[Browser]:
    """A browser that is signed in nowhere."""
    with Browser(stage) as opened:
        yield opened


def test_a_login_ends_at_the_callback(stage: Stage, browser: Browser) -> None:
    """With a code and the application's own state; the login is counted on the user."""
    told = browser.logged_in(state="of the application")
    assert told.keys() == {"code", "state"}
    assert told["state"] == "of the application"
    assert (stage.user["logins_count"], stage.user["last_ip"]) == (1, "127.0.0.1")
    assert stage.user["last_login"] >= stage.user["created_at"]


def test_the_page_asks_for_address_and_password(browser: Browser) -> None:
    """It names the application, is labelled, and proposes the address of `login_hint`, escaped."""
    page = browser.login_page(login_hint='"><b>ann@example.com')
    assert "Log in to continue to App." in page.text
    assert '<label for="username">' in page.text
    assert '<label for="password">' in page.text
    assert "&#34;&gt;&lt;b&gt;ann@example.com" in page.text
    assert "script-src" not in page.headers["content-security-policy"]


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
def test_a_wrong_password_shows_the_page_again(stage: Stage, browser: Browser, email: str) -> None:
    """The same words for a wrong address; the right password then still works."""
    page = browser.login_page()
    again = browser.submit(page, email, "wrong")
    assert (again.status_code, alert(again)) == (400, "Wrong email or password")
    assert not stage.state.sessions
    assert "code" in callback(browser.submit(again))


def test_the_address_is_compared_without_case(browser: Browser) -> None:
    """As a person may type it."""
    page = browser.login_page()
    assert "code" in callback(browser.submit(page, " Ann@Example.COM "))


def test_a_blocked_user_is_told_at_the_callback(stage: Stage, browser: Browser) -> None:
    """After the right password, and by a session too."""
    browser.logged_in()
    stage.user["blocked"] = True
    for told in (callback(browser.authorize()), browser.logged_in(prompt="login")):
        assert (told["error"], told["error_description"]) == ("unauthorized", "user is blocked")


def test_a_session_signs_in_without_a_page(stage: Stage, browser: Browser) -> None:
    """Single sign-on, for another application too; it does not count as a login."""
    browser.logged_in()
    stage.client("other", callbacks=["https://app.example/callback"])
    assert "code" in callback(browser.authorize(client_id="other"))
    assert "code" in callback(browser.authorize(prompt="none"))
    (session,) = stage.state.sessions.values()
    assert session.client_ids == {"app", "other"}
    assert stage.user["logins_count"] == 1


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}])
def test_an_application_may_ask_for_the_password_again(browser: Browser, asked: dict[str, str]) -> None:
    """By `prompt=login`, or when the session is older than `max_age` seconds."""
    browser.logged_in()
    assert browser.authorize(**asked).headers["location"].startswith("/u/login?state=")


def test_a_silent_login_without_a_session_is_refused(browser: Browser) -> None:
    """`prompt=none` never shows a page."""
    told = callback(browser.authorize(prompt="none"))
    assert (told["error"], told["state"]) == ("login_required", "s")


def test_a_session_ends(stage: Stage, browser: Browser) -> None:
    """After 168 hours."""
    browser.logged_in()
    stage.state.clock.advance(168 * 3600)
    assert callback(browser.authorize(prompt="none"))["error"] == "login_required"


def test_a_login_page_works_once(browser: Browser) -> None:
    """And not for ever: its state is unknown afterwards."""
    page = browser.login_page()
    browser.submit(page)
    again = browser.submit(page)
    assert again.status_code == 400
    assert "expired or was used already" in alert(again)


def test_a_new_login_replaces_the_session(stage: Stage, browser: Browser) -> None:
    """A browser has one at a time."""
    browser.logged_in()
    (first,) = stage.state.sessions
    browser.logged_in(prompt="login")
    (second,) = stage.state.sessions
    assert first != second


def test_logging_out_ends_the_session(stage: Stage, browser: Browser) -> None:
    """And returns to a place that the application registered, whatever its query."""
    browser.logged_in()
    stage.state.clients["app"]["allowed_logout_urls"] = ["https://app.example/"]
    away = {"client_id": "app", "returnTo": "https://app.example?bye=1"}
    assert browser.get("/v2/logout", params=away).headers["location"] == "https://app.example?bye=1"
    assert callback(browser.authorize(prompt="none"))["error"] == "login_required"


def test_logging_out_to_elsewhere_is_refused(browser: Browser) -> None:
    """An open redirect would help phishers."""
    answer = browser.get("/v2/logout", params={"client_id": "app", "returnTo": "https://evil.example/"})
    assert answer.status_code == 400
    assert browser.get("/v2/logout").text == "OK"


def test_signing_up_is_not_offered_where_it_is_off(stage: Stage, browser: Browser) -> None:
    """Neither link nor page, nor by API."""
    page = browser.login_page()
    assert "Sign up" not in page.text
    assert browser.get(page.url.copy_with(path="/u/signup")).status_code == 403
    body = {"client_id": "app", "connection": "guests", "email": "eve@example.com", "password": "Abcdefg-1"}
    refused = stage.post("/dbconnections/signup", body)
    assert (refused.status_code, refused.json()["code"]) == (400, "public_signup_disabled")
    assert len(stage.state.users) == 1


def test_signing_up_logs_in_where_it_is_on(stage: Stage, browser: Browser) -> None:
    """A weak password is refused first, in words."""
    stage.connection["options"]["disable_signup"] = False
    page = browser.get(browser.login_page().url.copy_with(path="/u/signup"))
    new = {"email": "Eve@example.com", "password": "weak"}
    weak = browser.post(form_action(page), data=new)
    assert (weak.status_code, alert(weak)) == (400, "The password is too weak")
    told = callback(browser.post(form_action(page), data={**new, "password": "Abcdefg-1"}))
    assert "code" in told
    assert [user["email"] for user in stage.state.users.values()] == ["ann@example.com", "eve@example.com"]


def test_signing_up_by_api_answers_as_recorded(stage: Stage) -> None:
    """The bare id, the address and whether it is verified; a second time it is taken."""
    stage.connection["options"]["disable_signup"] = False
    body = {"client_id": "app", "connection": "guests", "email": "eve@example.com", "password": "Abcdefg-1"}
    made = stage.post("/dbconnections/signup", body)
    assert made.json().keys() == {"_id", "email", "email_verified"}
    assert f"auth0|{made.json()['_id']}" in stage.state.users
    assert stage.post("/dbconnections/signup", body).json()["code"] == "invalid_signup"


def test_the_same_address_in_two_connections(stage: Stage, browser: Browser) -> None:
    """`connection` says which account is meant; a session of the other is not taken."""
    other = {**stage.connection, "id": "con_other", "name": "other"}
    stage.state.connections["con_other"] = other
    stage.state.connection_clients["con_other"] = {"app"}
    browser.logged_in(connection="guests")
    page = browser.login_page(connection="other")
    assert alert(browser.submit(page)) == "Wrong email or password"
