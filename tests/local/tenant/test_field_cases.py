"""What people ran into at Auth0 (the field's cases, by number), and the tenant does likewise."""

from collections.abc import Iterator

import pytest

from local.tenant.state import Document
from tests.local.tenant.authentication_client import Browser, Stage, callback
from tests.local.tenant.management_client import ManagementClient

EVE = "oidc|acme|00u1"
DEAD = "/users/oidc%7Cacme%7C00u1"
WRITES = {
    "sets, then denies": "api.user.setAppMetadata('seen', 'once'); return api.access.deny('no');",
    "denies, then goes on": "api.access.deny('no'); api.user.setAppMetadata('seen', 'once');",
}
NULL = "exports.onExecutePostLogin = async (event, api) => { api.user.setUserMetadata('gone', null); };"


@pytest.fixture
def browser(stage: Stage) -> Iterator[Browser]:
    """A browser that is signed in nowhere, at a tenant with an enterprise connection."""
    stage.enterprise()
    with Browser(stage) as opened:
        yield opened


@pytest.fixture
def linked(stage: Stage, browser: Browser) -> Iterator[ManagementClient]:
    """Ann of o1, into whom Eve of o2 was linked, who had signed in before."""
    browser.federated()
    stage.user["app_metadata"] = {"organizations": ["o1"]}
    stage.state.users[EVE]["app_metadata"] = {"organizations": ["o2"]}
    with ManagementClient(stage.tenant) as management:
        management.made("/users/auth0%7Cann/identities", {"provider": "oidc", "user_id": "acme|00u1"})
        yield management


def metadata_calls(stage: Stage) -> list[Document]:
    """Return the writes of users that were noted as calls."""
    return [call for call in stage.state.calls if call["method"] == "PATCH"]


def test_f19_linking_loses_the_secondary_s_organizations(linked: ManagementClient) -> None:
    """Nothing of them is in the primary, and the user is in no list."""
    ann = linked.get("/users/auth0%7Cann").json()
    assert ann["app_metadata"] == {"organizations": ["o1"]}
    assert [identity["user_id"] for identity in ann["identities"]] == ["ann", "acme|00u1"]
    assert [user["user_id"] for user in linked.get("/users").json()] == ["auth0|ann"]
    assert linked.get("/users-by-email", params={"email": "Eve@acme.example"}).json() == []


def test_f19_the_dead_id_answers_nobody(linked: ManagementClient) -> None:
    """Neither to a read nor to a write; deleting it is no error and no effect."""
    change = {"app_metadata": {"organizations": ["o2"]}}
    assert linked.get(DEAD).json()["errorCode"] == "inexistent_user"
    assert linked.patch(DEAD, json=change).json()["errorCode"] == "inexistent_user"
    assert linked.delete(DEAD).status_code == 204
    assert linked.get("/users/auth0%7Cann").json()["identities"][1]["user_id"] == "acme|00u1"


@pytest.mark.usefixtures("linked")
def test_f19_who_signs_in_as_the_secondary_is_the_primary(stage: Stage, browser: Browser) -> None:
    """With the primary's organizations; the session from before the link is gone."""
    tokens = stage.exchanged(browser.federated()["code"]).json()
    assert stage.claims(tokens["access_token"])["sub"] == "auth0|ann"
    assert EVE not in stage.state.users


@pytest.mark.parametrize("body", WRITES.values(), ids=WRITES)
def test_f21_metadata_of_a_denied_login_is_kept(stage: Stage, browser: Browser, body: str) -> None:
    """A denial ends neither the function nor what it set."""
    stage.action(f"exports.onExecutePostLogin = async (event, api) => {{ {body} }};")
    told = callback(browser.submit(browser.login_page(connection="guests")))
    assert (told["error"], told["error_description"]) == ("access_denied", "no")
    assert stage.user["app_metadata"] == {"seen": "once"}


def test_f21_each_null_write_is_a_call(stage: Stage, browser: Browser) -> None:
    """Also where there is nothing to remove: one for each login."""
    stage.action(NULL)
    for _ in range(2):
        browser.logged_in(connection="guests", prompt="login")
    assert [call["path"] for call in metadata_calls(stage)] == ["/api/v2/users/auth0%7Cann"] * 2
    assert metadata_calls(stage)[0]["bucket"] == "write_users"


def test_f21_an_action_that_writes_nothing_costs_no_call(stage: Stage, browser: Browser) -> None:
    """As ours."""
    stage.action("exports.onExecutePostLogin = async (event, api) => { api.access.deny('no'); };")
    callback(browser.submit(browser.login_page(connection="guests")))
    assert metadata_calls(stage) == []
