"""Tickets, and the ending of sessions, by the Management API."""

import pytest

from local.tenant.app import Tenant
from local.tenant.state import RefreshToken, Session
from tests.local.tenant.management_client import ManagementClient

TICKETS = "/tickets/password-change"


@pytest.fixture(autouse=True)
def _ann(management: ManagementClient) -> None:
    management.connection()
    management.user("ann")


def test_a_ticket_is_a_link_with_an_end(tenant: Tenant, management: ManagementClient) -> None:
    """It lives five days unless told otherwise; 0 is as good as nothing."""
    answer = management.made(TICKETS, {"user_id": "auth0|ann", "ttl_sec": 0})
    (ticket,) = tenant.state.tickets.values()
    assert answer == {"ticket": f"{tenant.url}/u/reset-password?ticket={ticket.id}#"}
    assert ticket.expires_at - tenant.state.clock.now() == pytest.approx(432000, abs=5)


def test_a_newer_ticket_kills_the_older(tenant: Tenant, management: ManagementClient) -> None:
    """A user has one ticket at a time."""
    management.made(TICKETS, {"user_id": "auth0|ann"})
    (older,) = tenant.state.tickets
    management.made(TICKETS, {"user_id": "auth0|ann", "mark_email_as_verified": True})
    (newer,) = tenant.state.tickets
    assert newer != older
    assert tenant.state.tickets[newer].mark_email_as_verified


def test_a_ticket_may_name_its_user_by_address(tenant: Tenant, management: ManagementClient) -> None:
    """Together with the id of the connection."""
    (connection_id,) = tenant.state.connections
    management.made(TICKETS, {"email": "ann@example.com", "connection_id": connection_id})
    assert [ticket.user_id for ticket in tenant.state.tickets.values()] == ["auth0|ann"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"user_id": "auth0|ann", "email": "ann@example.com"}, 400),
        ({"email": "ann@example.com"}, 400),
        ({"user_id": "auth0|ann", "new_password": "x"}, 400),
        ({"user_id": "auth0|ann", "result_url": "https://a.example", "organization_id": "org_1"}, 400),
        ({"user_id": "auth0|ann", "client_id": "unknown"}, 400),
        ({"user_id": "auth0|nobody"}, 404),
        ({"email": "ann@example.com", "connection_id": "con_aaaaaaaaaaaaaaaa"}, 400),
    ],
)
def test_a_bad_ticket_is_refused(
    tenant: Tenant, management: ManagementClient, body: dict[str, str], status: int
) -> None:
    """And no ticket is made."""
    assert management.post(TICKETS, json=body).status_code == status
    assert not tenant.state.tickets


def _signed_in(tenant: Tenant) -> None:
    state = tenant.state
    state.sessions["cookie"] = Session("cookie", "auth0|ann", {"app"}, state.clock.now())
    state.refresh_tokens["t"] = RefreshToken(
        "t", "a-secret", "auth0|ann", "app", "https://api.example.com", "openid", "cookie", state.clock.now()
    )


def test_sessions_and_refresh_tokens_are_listed_and_ended(
    tenant: Tenant, management: ManagementClient
) -> None:
    """Without the token's secret; the end is a 202."""
    _signed_in(tenant)
    assert management.get("/users/auth0%7Cann/sessions").json()["sessions"][0]["id"] == "cookie"
    tokens = management.get("/users/auth0%7Cann/refresh-tokens")
    assert tokens.json()["tokens"][0]["resource_servers"][0]["audience"] == "https://api.example.com"
    assert "a-secret" not in tokens.text
    for name in ("sessions", "refresh-tokens"):
        assert management.delete(f"/users/auth0%7Cann/{name}").status_code == 202
    assert not tenant.state.sessions
    assert not tenant.state.refresh_tokens


def test_access_is_revoked_at_once_and_tokens_may_be_preserved(
    tenant: Tenant, management: ManagementClient
) -> None:
    """Both scopes are needed."""
    _signed_in(tenant)
    path = "/users/auth0%7Cann/revoke-access"
    with ManagementClient(tenant, "delete:sessions") as lesser:
        assert lesser.post(path, json={}).status_code == 403
    assert management.post(path, json={"preserve_refresh_tokens": True}).status_code == 202
    assert (len(tenant.state.sessions), len(tenant.state.refresh_tokens)) == (0, 1)


def test_sessions_are_an_enterprise_feature(tenant: Tenant, management: ManagementClient) -> None:
    """On a lesser plan the operation is refused."""
    tenant.state.plan = "essentials"
    answer = management.delete("/users/auth0%7Cann/sessions")
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "operation_not_supported")


def test_a_password_set_by_the_api_ends_sessions(tenant: Tenant, management: ManagementClient) -> None:
    """Who was signed in has to sign in again."""
    _signed_in(tenant)
    management.patch("/users/auth0%7Cann", json={"password": "Another-Pass-1"})
    assert not tenant.state.sessions
