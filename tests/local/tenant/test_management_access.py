"""Who may call the Management API, and how the others are refused."""

import httpx
import pytest

from local.tenant.app import Tenant
from local.tenant.tokens import Keys
from tests.local.tenant.management_client import ManagementClient, management_token


@pytest.mark.parametrize("header", [{}, {"authorization": "Basic abc"}, {"authorization": "Bearer"}])
def test_a_missing_or_malformed_header_is_a_400(tenant: Tenant, header: dict[str, str]) -> None:
    """Auth0 was recorded to answer 400 with the code `Bearer`, not 401."""
    answer = httpx.get(f"{tenant.url}/api/v2/users", headers=header)
    assert answer.status_code == 400
    assert answer.json()["errorCode"] == "Bearer"


def test_an_expired_token_is_a_401(tenant: Tenant) -> None:
    """A token's life is measured by the tenant's clock."""
    headers = {"authorization": f"Bearer {management_token(tenant)}"}
    tenant.state.clock.advance(86401)
    answer = httpx.get(f"{tenant.url}/api/v2/users", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "Unauthorized")
    assert answer.json()["message"] == "Expired token received for JSON Web Token validation"


def test_a_token_of_another_audience_is_a_401(tenant: Tenant) -> None:
    """A token for our own API opens nothing here."""
    token = management_token(tenant, aud="https://api.example.com")
    answer = httpx.get(f"{tenant.url}/api/v2/users", headers={"authorization": f"Bearer {token}"})
    assert answer.json() == {"statusCode": 401, "error": "Unauthorized", "message": "Invalid token."}


def test_a_forged_token_is_a_401(tenant: Tenant) -> None:
    """A signature by another key does not verify."""
    claims = {"iss": tenant.url + "/", "aud": tenant.url + "/api/v2/", "exp": 4e9, "scope": "read:users"}
    forged = Keys(tenant.url + "/", tenant.state.clock.now).sign(claims)
    answer = httpx.get(f"{tenant.url}/api/v2/users", headers={"authorization": f"Bearer {forged}"})
    assert answer.json()["message"] == "Invalid signature received for JSON Web Token validation."


def test_a_missing_scope_is_named(tenant: Tenant) -> None:
    """The refusal lists the scopes that would do, joined by a bare comma."""
    with ManagementClient(tenant, "read:users") as reader:
        answer = reader.post("/users", json={})
    assert answer.status_code == 403
    assert answer.json()["message"] == "Insufficient scope, expected any of: create:users"
    assert answer.json()["errorCode"] == "insufficient_scope"


def test_an_unknown_route_is_a_404_without_a_code(management: ManagementClient) -> None:
    """The body is that of the recordings."""
    answer = management.get("/nothing")
    assert answer.json() == {"statusCode": 404, "error": "Not Found", "message": "Not Found"}


def test_malformed_json_is_a_400(management: ManagementClient) -> None:
    """It is refused before any operation sees it."""
    answer = management.post("/users", content="{")
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "invalid_body")


def test_a_new_tenant_has_its_api_and_one_client_alone(tenant: Tenant) -> None:
    """No connection and no user is there before somebody makes one."""
    state = tenant.state
    assert [server["identifier"] for server in state.resource_servers.values()] == [f"{tenant.url}/api/v2/"]
    assert list(state.clients) == [tenant.bootstrap_client[0]]
    assert not state.connections
    assert not state.users


def test_the_bootstrap_client_gets_a_token_that_opens_all(tenant: Tenant) -> None:
    """By client credentials, at the tenant's own token endpoint."""
    client_id, secret = tenant.bootstrap_client
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer = httpx.post(f"{tenant.url}/oauth/token", json={**asked, "audience": f"{tenant.url}/api/v2/"})
    headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
    for path in ("users", "clients", "connections", "roles", "actions/actions"):
        assert httpx.get(f"{tenant.url}/api/v2/{path}", headers=headers).status_code == 200
