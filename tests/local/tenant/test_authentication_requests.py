"""`/authorize` and its neighbours: what is refused, where, and in which words."""

from collections.abc import Iterator

import httpx
import pytest

from tests.local.tenant.authentication_client import API, CALLBACK, CHALLENGE, Browser, Stage, alert, callback


@pytest.fixture
def browser(stage: Stage) -> Iterator[Browser]:
    """A browser that is signed in nowhere."""
    with Browser(stage) as opened:
        yield opened


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        ({"client_id": "nobody"}, 400, "Unknown client"),
        ({"client_id": ""}, 400, "Unknown client"),
        ({"redirect_uri": ""}, 400, "redirect_uri"),
        ({"redirect_uri": CALLBACK + "/"}, 403, "allowed callback URLs"),
        ({"redirect_uri": "https://evil.example/"}, 403, "allowed callback URLs"),
    ],
)
def test_what_is_not_trusted_is_never_redirected_to(
    browser: Browser, asked: dict[str, str], status: int, told: str
) -> None:
    """A page says so to the person."""
    answer = browser.authorize(**asked)
    assert (answer.status_code, "location" in answer.headers) == (status, False)
    assert told in alert(answer)


@pytest.mark.parametrize(
    ("asked", "error", "told"),
    [
        ({"response_type": ""}, "invalid_request", "response_type"),
        ({"response_type": "token"}, "unsupported_response_type", "token"),
        ({"response_mode": "fragment"}, "invalid_request", "response mode"),
        ({"prompt": "whatever"}, "invalid_request", "prompt"),
        ({"max_age": "-1"}, "invalid_request", "max_age"),
        (
            {"audience": "https://other.example/"},
            "access_denied",
            "Service not found: https://other.example/",
        ),
        (
            {"organization": "org_1"},
            "invalid_request",
            "parameter organization is not allowed for this client",
        ),
        ({"connection": "nowhere"}, "invalid_request", "the connection was not found"),
        ({"code_challenge_method": "plain"}, "invalid_request", "S256"),
    ],
)
def test_other_refusals_are_told_to_the_callback(
    browser: Browser, asked: dict[str, str], error: str, told: str
) -> None:
    """With the application's state."""
    answer = callback(browser.authorize(**asked))
    assert (answer["error"], answer["state"]) == (error, "s")
    assert told in answer["error_description"]


def test_a_public_client_must_use_pkce(stage: Stage, browser: Browser) -> None:
    """It has no secret that would prove who exchanges the code."""
    stage.client("spa", app_type="spa", callbacks=[CALLBACK])
    told = callback(browser.authorize(client_id="spa", code_challenge="", code_challenge_method=""))
    assert told["error"] == "invalid_request"
    assert browser.authorize(client_id="spa").headers["location"].startswith("/u/login")


def test_a_client_must_be_enabled_on_a_connection(stage: Stage, browser: Browser) -> None:
    """On any, or on the one it asks for."""
    stage.client("lonely", enabled=False, callbacks=[CALLBACK])
    any_one = callback(browser.authorize(client_id="lonely"))
    assert any_one["error_description"] == "no connections enabled for the client"
    named = callback(browser.authorize(client_id="lonely", connection="guests"))
    assert named["error_description"] == "the connection is not enabled"


def test_a_client_needs_the_grant_type(stage: Stage, browser: Browser) -> None:
    """Without `authorization_code` there is no login."""
    stage.state.clients["app"]["grant_types"] = ["refresh_token"]
    assert callback(browser.authorize())["error"] == "unauthorized_client"


def test_authorize_takes_a_form_too(stage: Stage, browser: Browser) -> None:
    """The callback's own query survives."""
    stage.state.clients["app"]["callbacks"] = [CALLBACK + "?from=tenant"]
    form = {"response_type": "code", "client_id": "app", "redirect_uri": CALLBACK + "?from=tenant"}
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    page = browser.get(browser.post("/authorize", data={**form, **pkce}).headers["location"])
    told = callback(browser.submit(page))
    assert told.keys() == {"from", "code"}


def test_the_call_log_names_the_client(stage: Stage, browser: Browser) -> None:
    """Of logins and of token requests, never what they carried."""
    stage.exchanged(browser.logged_in()["code"])
    paths = ["/authorize", "/u/login", "/u/login", "/oauth/token"]
    assert [call["path"] for call in stage.state.calls] == paths
    assert {call["client_id"] for call in stage.state.calls} == {"app"}
    assert "Correct-Horse" not in str(stage.state.calls)


def test_discovery_names_the_endpoints(stage: Stage) -> None:
    """The issuer ends with a slash, as in tokens."""
    found = httpx.get(stage.url + "/.well-known/openid-configuration").json()
    assert found["issuer"] == stage.url + "/"
    assert found["token_endpoint"] == stage.url + "/oauth/token"
    (key,) = httpx.get(found["jwks_uri"]).json()["keys"]
    assert (key["kid"], key["alg"]) == (stage.state.keys.kid, "RS256")


def test_userinfo_shows_what_the_scopes_ask_for(stage: Stage) -> None:
    """To a token that has `openid`; the API's own tokens are refused without it."""
    with_email = stage.tokens(scope="openid email")["access_token"]
    answer = httpx.get(stage.url + "/userinfo", headers={"authorization": f"Bearer {with_email}"})
    assert answer.json() == {"sub": "auth0|ann", "email": "ann@example.com", "email_verified": False}
    without = stage.tokens(scope="read:members", audience=API)["access_token"]
    refused = httpx.get(stage.url + "/userinfo", headers={"authorization": f"Bearer {without}"})
    assert (refused.status_code, httpx.get(stage.url + "/userinfo").status_code) == (401, 401)


def test_the_style_sheet_is_served(stage: Stage) -> None:
    """Every page links to it."""
    answer = httpx.get(stage.url + "/u/style.css")
    assert answer.headers["content-type"].startswith("text/css")
