"""Clients, connections, APIs, grants, roles: what setting a tenant up needs."""

import pytest

from local.tenant.app import Tenant
from local.tenant.management.connections import ALWAYS_THERE
from tests.local.tenant.management_client import ManagementClient

API = {"identifier": "https://api.example.com", "scopes": [{"value": "read:members"}]}


def test_a_new_client_has_the_recorded_defaults(management: ManagementClient) -> None:
    """Among them no callbacks, and refresh tokens that do not rotate."""
    client = management.made("/clients", {"name": "application", "app_type": "regular_web"})
    assert len(client["client_id"]) == 32
    assert client["token_endpoint_auth_method"] == "client_secret_post"
    assert client["refresh_token"]["rotation_type"] == "non-rotating"
    assert "callbacks" not in client


def test_a_secret_is_shown_to_who_may_read_keys(tenant: Tenant, management: ManagementClient) -> None:
    """`read:clients` alone does not show it."""
    client = management.made("/clients", {"name": "application"})
    with ManagementClient(tenant, "read:clients") as reader:
        assert "client_secret" not in reader.get(f"/clients/{client['client_id']}").json()
    assert management.get(f"/clients/{client['client_id']}").json()["client_secret"]


def test_client_metadata_is_merged_and_lists_are_replaced(management: ManagementClient) -> None:
    """Callbacks are one of the lists that two writers can lose an entry of."""
    client = management.made(
        "/clients", {"name": "a", "client_metadata": {"x": "1"}, "callbacks": ["http://a"]}
    )
    change = {"client_metadata": {"organization": "clinicA"}, "callbacks": ["http://b"]}
    changed = management.patch(f"/clients/{client['client_id']}", json=change).json()
    assert changed["client_metadata"] == {"x": "1", "organization": "clinicA"}
    assert changed["callbacks"] == ["http://b"]


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("web_origins", ["app.example"]),
        ("web_origins", ["https://a", "app://b"]),
        ("callbacks", ["/back"]),
        ("callbacks", [f"https://app.example/{n}" for n in range(101)]),
    ],
)
def test_lists_are_of_a_hundred_urls(management: ManagementClient, name: str, entries: list[str]) -> None:
    """A callback may be an app's, an origin is a website's."""
    client = management.made("/clients", {"name": "a", "callbacks": ["com.app://back"]})
    answer = management.patch(f"/clients/{client['client_id']}", json={name: entries})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "invalid_body")


@pytest.mark.parametrize("metadata", [{"x": 1}, {"x": "y" * 256}, {str(n): "" for n in range(11)}])
def test_client_metadata_is_ten_short_strings(
    management: ManagementClient, metadata: dict[str, object]
) -> None:
    """More than that is refused."""
    assert management.post("/clients", json={"name": "a", "client_metadata": metadata}).status_code == 400


def test_a_deleted_client_is_gone_everywhere(tenant: Tenant, management: ManagementClient) -> None:
    """Its place on connections goes with it, and so a connection may become a disabled one."""
    connection = management.connection()
    (client_id,) = tenant.state.connection_clients[connection["id"]]
    assert management.delete(f"/clients/{client_id}").status_code == 204
    assert management.get(f"/clients/{client_id}").json()["errorCode"] == "inexistent_client"
    assert management.get(f"/connections/{connection['id']}/clients").json() == {"clients": []}


def test_a_connection_s_name_is_taken_once(management: ManagementClient) -> None:
    """The second is a conflict."""
    management.connection("guests")
    answer = management.post("/connections", json={"name": "guests", "strategy": "auth0"})
    assert answer.status_code == 409
    assert answer.json()["message"] == "A connection with the same name already exists"


def test_the_retired_list_of_clients_is_refused(management: ManagementClient) -> None:
    """`enabled_clients` went in July 2026: clients are enabled by their own route."""
    body = {"name": "guests", "strategy": "auth0", "enabled_clients": []}
    assert management.post("/connections", json=body).status_code == 400


def test_options_are_replaced_whole(management: ManagementClient) -> None:
    """A change that names one option loses the others, as at Auth0."""
    connection = management.connection(disable_signup=True)
    change = {"options": {"passwordPolicy": "low"}}
    changed = management.patch(f"/connections/{connection['id']}", json=change).json()
    assert changed["options"]["passwordPolicy"] == "low"
    assert set(changed["options"]) == {"passwordPolicy", *ALWAYS_THERE}


def test_connections_are_listed_by_checkpoint(management: ManagementClient) -> None:
    """`next` is absent on the last page, and there is never a total."""
    names = [management.connection(name)["name"] for name in ("a", "b", "c")]
    first = management.get("/connections", params={"take": 2, "include_totals": "true"}).json()
    second = management.get("/connections", params={"take": 2, "from": first["next"]}).json()
    assert [c["name"] for c in first["connections"] + second["connections"]] == names
    assert set(second) == {"connections"}


def test_a_deleted_connection_takes_its_users_along(tenant: Tenant, management: ManagementClient) -> None:
    """It answers 202 with the time, and 204 when there is nothing left to delete."""
    connection = management.connection()
    management.user("ann")
    answers = [management.delete(f"/connections/{connection['id']}") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 204]
    assert answers[0].json()["deleted_at"].endswith("Z")
    assert not tenant.state.users


def test_an_api_is_found_by_its_identifier(management: ManagementClient) -> None:
    """The identifier is one encoded segment; RBAC is off until it is asked for."""
    management.made("/resource-servers", API)
    path = "/resource-servers/https%3A%2F%2Fapi.example.com"
    assert management.get(path).json()["enforce_policies"] is False
    change = {"enforce_policies": True, "token_dialect": "access_token_authz"}
    assert management.patch(path, json=change).json()["token_dialect"] == "access_token_authz"
    assert management.post("/resource-servers", json=API).status_code == 409


def test_the_management_api_itself_cannot_be_changed(tenant: Tenant, management: ManagementClient) -> None:
    """It is a system resource server."""
    (server,) = tenant.state.resource_servers
    answer = management.patch(f"/resource-servers/{server}", json={"token_lifetime": 1})
    assert answer.json()["message"] == "System resource servers cannot be patched."


def test_a_grant_holds_scopes_that_the_api_has(management: ManagementClient) -> None:
    """One per client and API; another scope, another API or a second grant is refused."""
    management.made("/resource-servers", API)
    client_id = management.made("/clients", {"name": "system"})["client_id"]
    body = {"client_id": client_id, "audience": API["identifier"], "scope": ["read:members"]}
    assert management.post("/client-grants", json={**body, "scope": ["other"]}).status_code == 400
    assert management.post("/client-grants", json={**body, "audience": "x"}).status_code == 404
    assert management.post("/client-grants", json=body).status_code == 201
    assert management.post("/client-grants", json=body).status_code == 409
    assert len(management.get("/client-grants", params={"client_id": client_id}).json()) == 1


def test_roles_carry_permissions_to_users(tenant: Tenant, management: ManagementClient) -> None:
    """Assigned twice is assigned once; an unknown role is a 404."""
    management.connection()
    management.user("ann")
    management.made("/resource-servers", API)
    role = management.made("/roles", {"name": "clerk"})
    role = management.patch(f"/roles/{role['id']}", json={"name": "operator"}).json()
    permission = {"resource_server_identifier": API["identifier"], "permission_name": "read:members"}
    management.made(f"/roles/{role['id']}/permissions", {"permissions": [permission]})
    for _ in range(2):
        assert management.post("/users/auth0%7Cann/roles", json={"roles": [role["id"]]}).status_code == 204
    assert management.get("/users/auth0%7Cann/roles").json() == [role]
    assert tenant.state.role_permissions[role["id"]][0]["permission_name"] == "read:members"
    path = f"/roles/{role['id']}/permissions"
    assert management.request("DELETE", path, json={"permissions": [permission]}).status_code == 200
    assert management.get(path).json() == []
    assert management.post("/users/auth0%7Cann/roles", json={"roles": ["rol_x"]}).status_code == 404


def test_permissions_are_given_to_a_user_and_taken(management: ManagementClient) -> None:
    """Directly, without a role; only what the API defines."""
    management.connection()
    management.user("ann")
    management.made("/resource-servers", API)
    permission = {"resource_server_identifier": API["identifier"], "permission_name": "read:members"}
    path, body = "/users/auth0%7Cann/permissions", {"permissions": [permission]}
    assert management.post(path, json=body).status_code == 201
    assert management.get(path).json()[0]["permission_name"] == "read:members"
    assert (
        management.post(path, json={"permissions": [{**permission, "permission_name": "x"}]}).status_code
        == 400
    )
    assert management.request("DELETE", path, json=body).status_code == 204
    assert management.get(path).json() == []
