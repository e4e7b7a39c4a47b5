"""Shapes of answers, as recordings of real tenants have them; written down here as facts."""

import re

import pytest

from local.tenant.app import Tenant
from tests.local.tenant.management_client import ManagementClient

USER = {
    *("created_at", "email", "email_verified", "identities", "name", "nickname", "picture", "updated_at"),
    "user_id",
}
ACTION = {
    *("id", "name", "supported_triggers", "created_at", "updated_at", "code", "dependencies", "runtime"),
    *("status", "secrets", "all_changes_deployed"),
}
DEPLOYMENT = {
    *("code", "dependencies", "id", "deployed", "number", "secrets", "status", "created_at", "updated_at"),
    *("runtime", "supported_triggers", "action"),
}
BINDING = {"id", "trigger_id", "action", "created_at", "updated_at", "display_name"}
MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
NANOSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")


def test_a_plain_user_has_these_properties(management: ManagementClient) -> None:
    """No metadata, no `blocked`, no login count before there is one; times in milliseconds."""
    management.connection()
    user = management.user("ann")
    assert set(user) == USER
    assert MILLISECONDS.fullmatch(user["created_at"])


def test_a_user_without_a_given_id_gets_24_digits(management: ManagementClient) -> None:
    """Hexadecimal, after the prefix."""
    management.connection()
    body = {"connection": "guests", "email": "bob@example.com", "password": "Correct-Horse-9"}
    assert re.fullmatch(r"auth0\|[0-9a-f]{24}", management.made("/users", body)["user_id"])


def test_an_action_is_pending_when_made_and_built_a_little_later(
    tenant: Tenant, management: ManagementClient
) -> None:
    """Times are in nanoseconds."""
    action = management.action()
    assert (set(action), action["status"], action["runtime"]) == (ACTION, "pending", "node22")
    assert NANOSECONDS.fullmatch(action["created_at"])
    path = f"/actions/actions/{action['id']}"
    assert management.get(path).json()["status"] == "building"
    tenant.state.clock.advance(1)
    assert management.get(path).json()["status"] == "built"


def test_a_deploy_answers_the_version(tenant: Tenant, management: ManagementClient) -> None:
    """It calls itself not yet deployed, and names its Action."""
    action = management.action(secrets=[{"name": "foo", "value": "bar"}])
    tenant.state.clock.advance(1)
    version = management.made(f"/actions/actions/{action['id']}/deploy", {})
    assert set(version) == DEPLOYMENT
    assert (version["deployed"], version["number"]) == (False, 1)
    assert set(version["secrets"][0]) == {"name", "updated_at"}


def test_a_binding_shows_its_action_s_versions(management: ManagementClient) -> None:
    """`current_version` with a status in capitals, `deployed_version` without."""
    action = management.action(deploy=True)
    body = {"bindings": [{"ref": {"type": "action_id", "value": action["id"]}, "display_name": "Door"}]}
    answer = management.patch("/actions/triggers/post-login/bindings", json=body).json()
    (binding,) = answer["bindings"]
    assert (set(answer), set(binding)) == ({"bindings"}, BINDING)
    assert binding["action"]["current_version"]["status"] == "BUILT"
    assert binding["action"]["deployed_version"]["status"] == "built"


@pytest.mark.parametrize("path", ["/actions/actions", "/actions/triggers/post-login/bindings"])
def test_an_empty_list_of_actions_has_no_total(management: ManagementClient, path: str) -> None:
    """And no page: zeros are left out."""
    answer = management.get(path, params={"per_page": 100}).json()
    assert answer == {path.rsplit("/", 1)[1]: [], "per_page": 100}


@pytest.mark.parametrize(
    ("path", "message", "code"),
    [
        ("/users/auth0%7C1", "The user does not exist.", "inexistent_user"),
        ("/clients/abc", "The client does not exist", "inexistent_client"),
        ("/connections/con_x", "The connection does not exist", "inexistent_connection"),
        ("/actions/actions/x", "That action does not exist.", None),
    ],
)
def test_what_is_not_there_is_refused_in_these_words(
    management: ManagementClient, path: str, message: str, code: str | None
) -> None:
    """With a full stop or without, with a code or without, as each was recorded."""
    answer = management.get(path).json()
    more = {} if code is None else {"errorCode": code}
    assert answer == {"statusCode": 404, "error": "Not Found", "message": message, **more}


def test_lists_of_a_user_have_totals_without_a_length(tenant: Tenant, management: ManagementClient) -> None:
    """Roles: start, limit, total; refresh tokens: a total and no start."""
    management.connection()
    management.user("ann")
    assert tenant.state.plan == "none"
    roles = management.get(
        "/users/auth0%7Cann/roles", params={"include_totals": "true", "per_page": 50}
    ).json()
    assert roles == {"roles": [], "start": 0, "limit": 50, "total": 0}
    tokens = management.get("/users/auth0%7Cann/refresh-tokens", params={"include_totals": "true"}).json()
    assert tokens == {"tokens": [], "total": 0}
