"""auth0-deploy-cli, the tool that tenants are really deployed with, finds a tenant here."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from local.tenant.app import Tenant
from tests.local.tenant.deploy_cli import VARIABLE, deploy_cli, package
from tests.local.tenant.management_client import ManagementClient

pytestmark = pytest.mark.skipif(
    package() is None, reason=f"auth0-deploy-cli is not installed: {VARIABLE} names no folder"
)
DISCOVERY = "https://idp.acme.example/.well-known/openid-configuration"
SECRETS = {"CONNECTIONS_OIDC_SECRET": "no secret"}


@pytest.fixture
def furnished(tenant: Tenant, management: ManagementClient) -> Tenant:
    """A tenant with a thing of each kind."""
    management.connection("guests")
    options = {"client_id": "guestlist", "client_secret": "no secret", "discovery_url": DISCOVERY}
    acme = {"name": "acme", "strategy": "oidc", "options": options, "metadata": {"organization": "acme"}}
    management.made("/connections", acme)
    management.made("/self-service-profiles", {"name": "Guestlist"})
    management.made("/roles", {"name": "operator", "description": "Acts in every organization"})
    management.made("/resource-servers", {"identifier": "https://api.example.com", "name": "API"})
    action = management.action("door", code="exports.onExecutePostLogin = async () => {};", deploy=True)
    bindings = [{"ref": {"type": "action_id", "value": action["id"]}, "display_name": "door"}]
    path = "/actions/triggers/post-login/bindings"
    management.patch(path, json={"bindings": bindings}).raise_for_status()
    return tenant


def read(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return what a file of the export says."""
    return json.loads(path.read_text("utf-8"))


def test_a_tenant_is_exported(furnished: Tenant, tmp_path: Path) -> None:
    """Every kind that it has; a connection's secret is a placeholder."""
    with deploy_cli(furnished, tmp_path) as program:
        assert "Export Successful" in program.export(tmp_path / "exported")
    connection = read(tmp_path / "exported/connections/acme.json")
    assert (connection["strategy"], connection["metadata"]) == ("oidc", {"organization": "acme"})
    assert connection["options"]["client_secret"] == "##CONNECTIONS_OIDC_SECRET##"
    assert read(tmp_path / "exported/database-connections/guests/database.json")["strategy"] == "auth0"
    bound = read(tmp_path / "exported/triggers/triggers.json")["post-login"]
    assert [binding["action_name"] for binding in bound] == ["door"]
    kinds = {path.name for path in (tmp_path / "exported").iterdir()}
    assert kinds >= {"actions", "clients", "grants", "resource-servers", "roles", "self-service-profiles"}


def test_what_was_exported_changes_nothing_when_it_is_imported(furnished: Tenant, tmp_path: Path) -> None:
    """Given the secret that the export left out; what was deployed is deployed anew, and bound as before."""
    state = furnished.state
    kept = (state.connections, state.connection_clients, state.clients, state.roles, state.client_grants)
    before = copy.deepcopy(kept)
    with deploy_cli(furnished, tmp_path, AUTH0_KEYWORD_REPLACE_MAPPINGS=SECRETS) as program:
        program.export(tmp_path / "exported")
        program.deploy(tmp_path / "exported")
    assert kept == before
    [binding] = state.bindings["post-login"]
    assert state.actions[binding["action"]["id"]]["deployed_version"]["code"].startswith("exports.onExecute")
