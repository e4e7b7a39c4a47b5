"""Actions by the Management API: what logins run is the deployed version, and only where it is bound."""

from local.tenant.app import Tenant
from tests.local.tenant.management_client import ManagementClient

BINDINGS = "/actions/triggers/post-login/bindings"


def _by_name(*names: str) -> dict[str, list[object]]:
    return {"bindings": [{"ref": {"type": "action_name", "value": name}} for name in names]}


def test_secrets_never_come_back(tenant: Tenant, management: ManagementClient) -> None:
    """Neither in the Action, nor in its deployed version, nor in a binding."""
    action = management.action(code="//", secrets=[{"name": "KEY", "value": "the-value"}], deploy=True)
    management.patch(BINDINGS, json=_by_name("door"))
    reads = [f"/actions/actions/{action['id']}", "/actions/actions", BINDINGS]
    texts = [str(action), *(management.get(path).text for path in reads)]
    assert not [text for text in texts if "the-value" in text]
    deployed = tenant.state.actions[action["id"]]["deployed_version"]
    assert deployed["secrets"][0]["value"] == "the-value"


def test_a_change_waits_for_its_deploy(tenant: Tenant, management: ManagementClient) -> None:
    """The deployed version is a copy of its own; a deploy answers 200, though documented as 202."""
    action = management.action(code="one", deploy=True)
    path = f"/actions/actions/{action['id']}"
    assert management.patch(path, json={"code": "two"}).json()["all_changes_deployed"] is False
    assert tenant.state.actions[action["id"]]["deployed_version"]["code"] == "one"
    tenant.state.clock.advance(1)
    answer = management.post(f"{path}/deploy")
    assert (answer.status_code, answer.json()["status"], answer.json()["number"]) == (200, "built", 2)
    assert tenant.state.actions[action["id"]]["deployed_version"]["code"] == "two"


def test_a_draft_is_deployed_once_it_is_built(tenant: Tenant, management: ManagementClient) -> None:
    """Before that it is a 400, after a change as after a creation; what was deployed stays deployed."""
    path = f"/actions/actions/{management.action(code='one')['id']}"
    for number in (1, 2):
        early = management.post(f"{path}/deploy")
        assert (early.status_code, early.json()["error"]) == (400, "Bad Request")
        assert early.json()["message"] == "A draft must be in the 'built' state before it can be deployed."
        tenant.state.clock.advance(1)
        assert management.post(f"{path}/deploy").json()["number"] == number
        management.patch(path, json={"code": "two"})
    assert management.get(path).json()["deployed_version"]["code"] == "two"


def test_what_needs_packages_cannot_be_built_here(tenant: Tenant, management: ManagementClient) -> None:
    """It ends as `failed`, and is not deployed; without them it is built."""
    package = {"name": "no-such-package", "version": "1.0.0"}
    path = f"/actions/actions/{management.action(dependencies=[package])['id']}"
    tenant.state.clock.advance(1)
    assert management.get(path).json()["status"] == "failed"
    assert management.post(f"{path}/deploy").status_code == 400
    management.patch(path, json={"dependencies": []})
    tenant.state.clock.advance(1)
    assert management.get(path).json()["status"] == "built"


def test_the_list_of_secrets_is_replaced_whole(tenant: Tenant, management: ManagementClient) -> None:
    """One that is not named is gone; one without a value keeps the one it has."""
    action = management.action(secrets=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}])
    change = {"secrets": [{"name": "B"}, {"name": "C", "value": "3"}]}
    management.patch(f"/actions/actions/{action['id']}", json=change)
    kept = tenant.state.actions[action["id"]]["secrets"]
    assert {secret["name"]: secret["value"] for secret in kept} == {"B": "2", "C": "3"}


def test_a_secret_is_no_longer_than_4096(management: ManagementClient) -> None:
    """That is the limit that a list of closed organizations has to fit."""
    triggers = [{"id": "post-login", "version": "v3"}]
    body = {"name": "x", "supported_triggers": triggers, "secrets": [{"name": "A", "value": "x" * 4097}]}
    assert management.post("/actions/actions", json=body).status_code == 400


def test_bindings_are_one_ordered_list(management: ManagementClient) -> None:
    """A write replaces all of it."""
    for name in ("first", "second", "third"):
        management.action(name, deploy=True)
    management.patch(BINDINGS, json=_by_name("first", "second"))
    answer = management.patch(BINDINGS, json=_by_name("third", "first"))
    assert answer.status_code == 200
    bindings = management.get(BINDINGS).json()["bindings"]
    assert [binding["action"]["name"] for binding in bindings] == ["third", "first"]
    assert bindings[0]["action"]["deployed_version"]["deployed"] is True


def test_only_a_deployed_action_is_bound(management: ManagementClient) -> None:
    """The list stays as it was."""
    management.action("draft")
    management.action("ready", deploy=True)
    management.patch(BINDINGS, json=_by_name("ready"))
    assert management.patch(BINDINGS, json=_by_name("ready", "draft")).status_code == 400
    assert management.patch(BINDINGS, json=_by_name("unknown")).status_code == 404
    assert len(management.get(BINDINGS).json()["bindings"]) == 1


def test_an_action_is_bound_to_a_trigger_that_it_supports(management: ManagementClient) -> None:
    """Another trigger is refused."""
    management.action(deploy=True)
    answer = management.patch("/actions/triggers/credentials-exchange/bindings", json=_by_name("door"))
    assert answer.status_code == 400


def test_a_bound_action_is_deleted_by_force(management: ManagementClient) -> None:
    """Which unbinds it."""
    action = management.action(deploy=True)
    management.patch(BINDINGS, json=_by_name("door"))
    path = f"/actions/actions/{action['id']}"
    assert management.delete(path).status_code == 400
    assert management.delete(path, params={"force": "true"}).status_code == 204
    assert management.get(BINDINGS).json() == {"bindings": [], "per_page": 50}
    assert management.get(path).json()["message"] == "That action does not exist."
