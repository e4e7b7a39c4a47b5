"""What goes with a connection that is deleted: its users, its identities in others, what was begun there."""

from collections.abc import Iterator

import pytest

from local.tenant.state import Document
from tests.local.tenant.authentication_client import Browser, Stage, callback, form_action
from tests.local.tenant.management_client import ManagementClient

EVE = "oidc|acme|00u1"
IDENTITY = {"connection": "acme", "user_id": "acme|00u1", "provider": "oidc", "isSocial": False}


@pytest.fixture
def acme(stage: Stage) -> Document:
    """An enterprise connection."""
    return stage.enterprise()


@pytest.fixture
def management(stage: Stage) -> Iterator[ManagementClient]:
    """A caller of the stage's own tenant."""
    with ManagementClient(stage.tenant) as client:
        yield client


def test_its_users_sessions_and_refresh_tokens_end(
    stage: Stage, management: ManagementClient, acme: Document
) -> None:
    """The browser that was signed in is at the login again, and can no more go to the provider."""
    with Browser(stage) as browser:
        token = stage.exchanged(browser.federated()["code"]).json()["refresh_token"]
        assert management.delete(f"/connections/{acme['id']}").status_code == 202
        assert EVE not in stage.state.users
        assert stage.refreshed(token).status_code == 403
        assert callback(browser.authorize(prompt="none"))["error"] == "login_required"
        assert callback(browser.authorize(connection="acme"))["error"] == "invalid_request"


def test_a_login_under_way_ends_there(stage: Stage, management: ManagementClient, acme: Document) -> None:
    """The provider's answer comes too late, and makes nobody."""
    with Browser(stage) as browser:
        page = browser.get(browser.authorize(connection="acme").headers["location"])
        answer = browser.post(form_action(page), json={"email": "eve@acme.example"})
        management.delete(f"/connections/{acme['id']}")
        assert callback(browser.get(answer.headers["location"]))["error"] == "invalid_request"
    assert list(stage.state.users) == ["auth0|ann"]


def test_an_identity_of_it_leaves_its_primary(
    stage: Stage, management: ManagementClient, acme: Document
) -> None:
    """The primary stays, and what was begun by that identity ends; what was begun by a password does not."""
    stage.user["identities"].append({**IDENTITY, "profileData": {"email": "eve@acme.example"}})
    mine = stage.tokens(connection="guests")["refresh_token"]
    with Browser(stage) as browser:
        theirs = stage.exchanged(browser.federated()["code"]).json()["refresh_token"]
        management.delete(f"/connections/{acme['id']}")
        assert callback(browser.authorize(prompt="none"))["error"] == "login_required"
    assert [identity["user_id"] for identity in stage.user["identities"]] == ["ann"]
    assert [stage.refreshed(token).status_code for token in (mine, theirs)] == [200, 403]


def test_its_name_is_free_again(stage: Stage, management: ManagementClient, acme: Document) -> None:
    """A new connection of that name knows nobody of the old one's, and is enabled for nobody."""
    management.delete(f"/connections/{acme['id']}")
    discovery = "https://idp.acme.example/.well-known/openid-configuration"
    options = {"client_id": "guestlist", "discovery_url": discovery}
    made = management.made("/connections", {"name": "acme", "strategy": "oidc", "options": options})
    assert made["id"] != acme["id"]
    assert stage.state.connection_clients[made["id"]] == set()


def test_a_deleted_client_is_enabled_nowhere(
    stage: Stage, management: ManagementClient, acme: Document
) -> None:
    """Of databases and enterprise connections alike."""
    assert management.delete("/clients/app").status_code == 204
    assert stage.state.connection_clients == {stage.connection["id"]: set(), acme["id"]: set()}
