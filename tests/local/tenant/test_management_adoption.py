"""What is seen of an account that somebody else may have planted, and how it is taken out of their hands."""

from collections.abc import Iterator

import pytest

from local.tenant.documents import milliseconds
from tests.local.tenant.authentication_client import Browser, Stage, alert, callback, form_action
from tests.local.tenant.management_client import ManagementClient
from tests.local.tenant.test_logins_actions import SHOW, seen

ANN = "/users/auth0%7Cann"
NEW = "Another-Pass-1"
BOB = "bob@example.com"


@pytest.fixture
def api(stage: Stage) -> Iterator[ManagementClient]:
    """A caller of the Management API with every scope."""
    with ManagementClient(stage.tenant) as client:
        yield client


def linked(api: ManagementClient) -> None:
    """Link bob, a user of the same connection, to ann."""
    api.user("bob")
    api.made(f"{ANN}/identities", {"provider": "auth0", "user_id": "bob"})


def test_no_method_is_enrolled_to_begin_with(api: ManagementClient) -> None:
    """A bare array, or with totals an object that calls them authenticators [OpenAPI]."""
    assert api.get(f"{ANN}/authentication-methods").json() == []
    totals = api.get(f"{ANN}/authentication-methods", params={"include_totals": "true"}).json()
    assert totals == {"start": 0, "limit": 50, "total": 0, "authenticators": []}
    assert api.get("/users/auth0%7Cnobody/authentication-methods").json()["errorCode"] == "inexistent_user"


def test_a_planted_method_is_seen(stage: Stage, api: ManagementClient) -> None:
    """With its own scope alone; it goes with its user."""
    method = {"id": "totp|dev_1", "type": "totp", "confirmed": True, "created_at": milliseconds(0)}
    stage.state.authentication_methods["auth0|ann"] = [method]
    with ManagementClient(stage.tenant, "read:authentication_methods") as reader:
        assert reader.get(f"{ANN}/authentication-methods").json() == [method]
    with ManagementClient(stage.tenant, "read:users") as other:
        assert other.get(f"{ANN}/authentication-methods").status_code == 403
    api.delete(ANN)
    assert not stage.state.authentication_methods


def test_a_new_password_replaces_the_old_and_ends_sessions(stage: Stage, api: ManagementClient) -> None:
    """The reset is stamped; whoever was signed in has to know the new one."""
    with Browser(stage) as browser:
        browser.logged_in()
        user = api.patch(ANN, json={"password": NEW, "connection": "guests"}).json()
        assert user["last_password_reset"] == user["updated_at"]
        assert callback(browser.authorize(prompt="none"))["error"] == "login_required"
        page = browser.submit(browser.login_page())
        assert alert(page) == "Wrong email or password"
        assert "code" in callback(browser.submit(page, password=NEW))


def test_refresh_tokens_outlive_a_new_password(stage: Stage, api: ManagementClient) -> None:
    """Sessions end, refresh tokens stay [community KB 150812]: they are deleted by a call of their own."""
    token = stage.tokens()["refresh_token"]
    api.patch(ANN, json={"password": NEW, "connection": "guests"})
    assert stage.refreshed(token).status_code == 200
    assert api.delete(f"{ANN}/refresh-tokens").status_code == 202
    assert stage.refreshed(token).status_code == 403


@pytest.mark.parametrize(
    "more", [{"email": "new@example.com"}, {"email_verified": True}, {"username": "ann"}]
)
def test_a_password_is_changed_alone(stage: Stage, api: ManagementClient, more: dict[str, object]) -> None:
    """Beside an address, its state or a username it is refused, and nothing is changed."""
    refused = api.patch(ANN, json={"password": NEW, "connection": "guests", **more})
    assert (refused.status_code, refused.json()["errorCode"]) == (400, "invalid_body")
    assert stage.user["email"] == "ann@example.com"
    assert "last_password_reset" not in stage.user


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"password": "weak", "connection": "guests"}, "PasswordStrengthError: Password is too weak"),
        ({"password": NEW, "connection": "none"}, "Connection does not exist."),
        ({"password": NEW, "connection": "other"}, None),
    ],
)
def test_a_password_that_does_not_fit_is_refused(
    stage: Stage, api: ManagementClient, body: dict[str, str], message: str | None
) -> None:
    """By its strength, or because the user has no identity in that connection; the old one works."""
    api.connection("other")
    refused = api.patch(ANN, json=body)
    assert refused.status_code == 400
    assert message in {None, refused.json()["message"]}
    assert "access_token" in stage.tokens()


@pytest.mark.parametrize(
    ("change", "signed_in"),
    [
        ({"email_verified": True}, True),
        ({"email": "ANN@example.com"}, True),
        ({"app_metadata": {"organizations": ["a"]}}, True),
        ({"email": "new@example.com"}, False),
        ({"phone_number": "+4930123456"}, False),
    ],
)
def test_only_a_real_change_of_address_ends_sessions(
    stage: Stage, api: ManagementClient, change: dict[str, object], *, signed_in: bool
) -> None:
    """Not the same address again, nor its verification [migration of August 2025]."""
    stage.tokens()
    assert api.patch(ANN, json=change).status_code == 200
    assert bool(stage.state.sessions) is signed_in


def test_an_address_that_is_verified_no_more_ends_sessions(stage: Stage, api: ManagementClient) -> None:
    """The same migration's other half."""
    stage.user["email_verified"] = True
    stage.tokens()
    api.patch(ANN, json={"email_verified": False})
    assert not stage.state.sessions


def test_a_linked_identity_signs_in_as_the_primary(stage: Stage, api: ManagementClient) -> None:
    """With its own address and password; what it may do there is the primary's."""
    linked(api)
    with Browser(stage) as browser:
        code = callback(browser.submit(browser.login_page(), BOB))["code"]
    claims = stage.claims(stage.exchanged(code).json()["id_token"], "app")
    assert (claims["sub"], claims["email"]) == ("auth0|ann", "ann@example.com")
    assert stage.user["logins_count"] == 1


def test_the_actions_see_the_connection_that_was_used(stage: Stage, api: ManagementClient) -> None:
    """That of the linked identity, at login and at refresh."""
    other = api.connection("other")
    stage.state.connection_clients[other["id"]].add("app")
    cy = {"connection": "other", "email": "cy@example.com", "password": NEW, "user_id": "cy"}
    api.made("/users", cy)
    api.made(f"{ANN}/identities", {"provider": "auth0", "user_id": "cy"})
    stage.action(SHOW)
    with Browser(stage) as browser:
        page = browser.login_page()
        tokens = stage.exchanged(callback(browser.submit(page, cy["email"], NEW))["code"]).json()
    assert seen(stage, tokens)["connection"]["name"] == "other"
    again = stage.refreshed(tokens["refresh_token"]).json()
    assert seen(stage, again)["connection"]["name"] == "other"


def test_a_forgotten_password_of_a_linked_identity_is_its_own(stage: Stage, api: ManagementClient) -> None:
    """The mail to bob's address sets bob's password, not ann's."""
    linked(api)
    stage.post("/dbconnections/change_password", {"client_id": "app", "connection": "guests", "email": BOB})
    (mail,) = stage.state.mails
    with Browser(stage) as browser:
        page = browser.get(mail["link"].split("#")[0])
        browser.post(form_action(page), data={"password-reset": NEW, "re-enter-password": NEW})
        assert "code" in callback(browser.submit(browser.login_page(), BOB, NEW))
    assert "access_token" in stage.tokens()


def test_a_sign_in_is_told_on_the_account(stage: Stage, api: ManagementClient) -> None:
    """Never signed in is told by the absence of all three."""
    never = api.get(ANN).json()
    assert not {"last_login", "last_ip", "logins_count"} & set(never)
    stage.tokens()
    user = api.get(ANN).json()
    assert (user["logins_count"], user["last_ip"]) == (1, "127.0.0.1")
    assert user["last_login"].endswith("Z")


@pytest.mark.parametrize("plan", ["free", "essentials"])
@pytest.mark.parametrize("what", ["sessions", "refresh-tokens"])
def test_ending_access_is_enterprise_s(stage: Stage, api: ManagementClient, plan: str, what: str) -> None:
    """On lesser plans it is refused [manage-user-sessions, manage-refresh-tokens]; the code is assumed."""
    stage.state.plan = plan
    refused = api.delete(f"{ANN}/{what}")
    assert (refused.status_code, refused.json()["error"]) == (403, "Forbidden")
