"""Codes and the tokens they buy: single use, PKCE, scopes, permissions, claims."""

import base64
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.local.tenant.authentication_client import API, CALLBACK, VERIFIER, Browser, Stage


@pytest.fixture
def code(stage: Stage) -> str:
    """A code that waits to be exchanged by `app`."""
    with Browser(stage) as browser:
        return browser.logged_in()["code"]


def permit(stage: Stage, *names: str, role: bool = False) -> None:
    """Give the user permissions at the API, directly or by a role."""
    held = [{"resource_server_identifier": API, "permission_name": name} for name in names]
    if role:
        stage.state.roles["rol_1"] = {"id": "rol_1", "name": "nurse"}
        stage.state.role_permissions["rol_1"] = held
        stage.state.user_roles["auth0|ann"] = ["rol_1"]
    else:
        stage.state.user_permissions["auth0|ann"] = held


def error_of(response: httpx.Response) -> tuple[int, str, str]:
    """Return status, error and description."""
    body = response.json()
    assert body.keys() == {"error", "error_description"}
    return response.status_code, body["error"], body["error_description"]


def test_a_code_is_good_once(stage: Stage, code: str) -> None:
    """The second time it is refused as recorded."""
    answer = stage.exchanged(code)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert error_of(stage.exchanged(code)) == (403, "invalid_grant", "Invalid authorization code")


def test_a_code_is_good_once_in_a_race(stage: Stage, code: str) -> None:
    """Of many who exchange it at the same time, one gets tokens."""
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: stage.exchanged(code).status_code, range(8)))
    assert sorted(statuses) == [200, *[403] * 7]


def test_a_code_expires(stage: Stage, code: str) -> None:
    """After ten minutes."""
    stage.state.clock.advance(600)
    assert error_of(stage.exchanged(code))[2] == "Invalid authorization code"


@pytest.mark.parametrize("verifier", ["another" * 8, ""])
def test_the_verifier_is_held_to_the_challenge(stage: Stage, code: str, verifier: str) -> None:
    """Also when it is left out; and the code is spent."""
    wrong = stage.exchanged(code, code_verifier=verifier)
    assert error_of(wrong) == (403, "invalid_grant", "Failed to verify code verifier")
    assert error_of(stage.exchanged(code))[2] == "Invalid authorization code"


def test_the_callback_is_held_to_the_request(stage: Stage, code: str) -> None:
    """In the words that were reported."""
    told = f"The redirect URI is wrong. You sent https://b.example, and we expected {CALLBACK}"
    answer = stage.exchanged(code, redirect_uri="https://b.example")
    assert error_of(answer) == (403, "unauthorized_client", told)


def test_a_code_belongs_to_its_client(stage: Stage, code: str) -> None:
    """Another one cannot exchange it, nor spoil it."""
    stage.client("other")
    other = {"client_id": "other", "client_secret": "secret of other"}
    assert error_of(stage.exchanged(code, **other))[1] == "invalid_grant"
    assert stage.exchanged(code).status_code == 200


@pytest.mark.parametrize(
    "proof",
    [{"client_secret": "wrong"}, {"client_secret": ""}, {"client_id": "nobody"}],
)
def test_a_client_proves_itself(stage: Stage, code: str, proof: dict[str, str]) -> None:
    """One that is unknown is refused like one with a wrong secret."""
    assert error_of(stage.exchanged(code, **proof)) == (401, "access_denied", "Unauthorized")


def test_a_client_may_use_basic_authentication_and_json(stage: Stage, code: str) -> None:
    """Both are documented."""
    basic = base64.b64encode(b"app:secret of app").decode()
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    answer = httpx.post(stage.url + "/oauth/token", json=body, headers={"authorization": f"Basic {basic}"})
    assert answer.status_code == 200


def test_a_public_client_needs_no_secret(stage: Stage) -> None:
    """The verifier proves it."""
    stage.client("spa", app_type="spa", callbacks=[CALLBACK])
    with Browser(stage) as browser:
        code = browser.logged_in(client_id="spa")["code"]
    body = {"client_id": "spa", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    assert stage.post("/oauth/token", {"grant_type": "authorization_code", **body}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"grant_type": "password"}, 403, "unsupported_grant_type"),
    ],
)
def test_a_malformed_request_is_refused(stage: Stage, body: dict[str, str], status: int, error: str) -> None:
    """In OAuth's words."""
    assert error_of(stage.token(**body))[:2] == (status, error)


def test_the_answer_tells_scope_and_life(stage: Stage) -> None:
    """The API's `token_lifetime` is the access token's, 36000 seconds the ID token's."""
    stage.api["token_lifetime"] = 600
    tokens = stage.tokens()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    access, identity = stage.claims(tokens["access_token"]), stage.claims(tokens["id_token"], "app")
    assert access["exp"] - access["iat"] == 600
    assert identity["exp"] - identity["iat"] == 36000
    assert access["aud"] == [API, stage.url + "/userinfo"]
    assert (access["azp"], identity["nonce"]) == ("app", "n")


def test_the_id_token_says_what_the_scopes_ask_for(stage: Stage) -> None:
    """Nothing of the profile without `profile`; none at all without `openid`."""
    claims = stage.claims(stage.tokens(scope="openid email")["id_token"], "app")
    assert (claims["email"], claims["email_verified"]) == ("ann@example.com", False)
    assert "nickname" not in claims
    assert "id_token" not in stage.tokens(scope="read:members")


def test_without_rbac_any_defined_scope_is_granted(stage: Stage) -> None:
    """Which is why only `permissions` count; an undefined one is dropped."""
    claims = stage.claims(stage.tokens(scope="openid read:members invented")["access_token"])
    assert claims["scope"] == "openid read:members"
    assert "permissions" not in claims


@pytest.mark.parametrize("role", [True, False])
def test_with_rbac_a_scope_needs_its_permission(stage: Stage, *, role: bool) -> None:
    """`permissions` holds all of the user's, by roles and directly; OIDC's scopes are kept."""
    stage.api.update(enforce_policies=True, token_dialect="access_token_authz")
    permit(stage, "write:members", role=role)
    claims = stage.claims(stage.tokens(scope="openid offline_access read:members")["access_token"])
    assert claims["scope"] == "openid offline_access"
    assert claims["permissions"] == ["write:members"]


def test_permissions_are_of_the_audience_alone(stage: Stage) -> None:
    """Another API's are none here, and an empty list is said."""
    stage.api.update(enforce_policies=True, token_dialect="access_token_authz")
    permit(stage, "read:members")
    stage.state.user_permissions["auth0|ann"][0]["resource_server_identifier"] = "https://other.example/"
    assert stage.claims(stage.tokens()["access_token"])["permissions"] == []


def test_a_refresh_token_needs_scope_api_and_client(stage: Stage) -> None:
    """`offline_access` is dropped where the API or the client does not offer it."""
    assert "refresh_token" not in stage.tokens(scope="openid")
    stage.api["allow_offline_access"] = False
    assert "refresh_token" not in stage.tokens()
    stage.api["allow_offline_access"] = True
    stage.state.clients["app"]["grant_types"] = ["authorization_code"]
    assert "offline_access" not in stage.tokens()["scope"]


def test_a_code_of_a_user_who_is_blocked_meanwhile_is_refused(stage: Stage, code: str) -> None:
    """In the words that a refresh gets, too."""
    stage.user["blocked"] = True
    assert error_of(stage.exchanged(code)) == (403, "invalid_grant", "user is blocked")


def test_without_an_audience_the_token_is_for_userinfo(stage: Stage) -> None:
    """Auth0's is opaque; ours can be read, and is for nothing else."""
    token = stage.tokens(audience="", scope="openid")["access_token"]
    assert stage.claims(token, stage.url + "/userinfo")["sub"] == "auth0|ann"
