"""Rate limits, as each plan has them."""

import httpx
import pytest

from local.tenant.app import Tenant
from local.tenant.limits import PLANS, Bucket, Rate, bucket_of
from tests.local.tenant.management_client import ManagementClient


def _plan(tenant: Tenant, plan: str) -> None:
    assert httpx.post(f"{tenant.url}/_local/limits", json={"plan": plan}).status_code == 200


def test_a_call_too_many_is_a_429(tenant: Tenant, management: ManagementClient) -> None:
    """The body is the recorded one; there is no Retry-After."""
    _plan(tenant, "free")
    *_, refused = [management.get("/roles") for _ in range(3)]
    assert refused.status_code == 429
    assert refused.json()["errorCode"] == "too_many_requests"
    assert refused.json()["message"] == "Global limit has been reached"
    assert "retry-after" not in refused.headers


def test_every_answer_says_what_is_left(tenant: Tenant, management: ManagementClient) -> None:
    """On success and on refusal; the reset is in unix seconds of the tenant."""
    _plan(tenant, "free")
    tenant.state.clock.advance(1000)
    headers = [management.get(path).headers for path in ("/roles", "/nothing")]
    assert [h["x-ratelimit-limit"] for h in headers] == ["2", "2"]
    assert [h["x-ratelimit-remaining"] for h in headers] == ["1", "0"]
    assert int(headers[0]["x-ratelimit-reset"]) == pytest.approx(tenant.state.clock.now(), abs=5)


def test_a_bucket_fills_with_the_tenant_s_clock(tenant: Tenant, management: ManagementClient) -> None:
    """Tests need not wait."""
    _plan(tenant, "free")
    while management.get("/roles").status_code != 429:
        continue
    tenant.state.clock.advance(1)
    assert management.get("/roles").status_code == 200


def test_buckets_are_apart_on_a_paid_plan(tenant: Tenant, management: ManagementClient) -> None:
    """What empties one leaves the others as they were."""
    _plan(tenant, "essentials")
    while management.get("/roles").status_code != 429:
        continue
    assert management.get("/users").headers["x-ratelimit-limit"] == "40"
    assert management.delete("/users/auth0%7Cann").headers["x-ratelimit-limit"] == "20"


def test_the_authentication_api_is_not_counted(tenant: Tenant) -> None:
    """Its answers bear no such headers."""
    assert "x-ratelimit-limit" not in httpx.get(f"{tenant.url}/nothing").headers


@pytest.mark.parametrize(
    ("method", "path", "bucket"),
    [
        ("GET", "/api/v2/users", "read_users"),
        ("GET", "/api/v2/users/auth0%7Cann", "read_users"),
        ("GET", "/api/v2/users-by-email", "read_users"),
        ("POST", "/api/v2/users", "write_users"),
        ("PATCH", "/api/v2/users/auth0%7Cann", "write_users"),
        ("DELETE", "/api/v2/users/auth0%7Cann", "delete_users"),
        ("GET", "/api/v2/users/auth0%7Cann/sessions", "other"),
        ("POST", "/api/v2/tickets/password-change", "other"),
        ("POST", "/oauth/token", "authentication"),
    ],
)
def test_calls_fall_into_their_bucket(method: str, path: str, bucket: str) -> None:
    """By method and resource."""
    assert bucket_of(method, path) == bucket


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    """However long nobody called."""
    bucket = Bucket(Rate(2, 1), left=2, at=0)
    assert [bucket.take(1000.0)[0] for _ in range(3)] == [True, True, False]
    assert bucket.take(1000.5) == (False, 0, 0.5)


def test_every_plan_has_a_rate_for_every_call() -> None:
    """Either one for each kind, or one for all."""
    kinds = {"read_users", "write_users", "delete_users", "other"}
    assert all(set(rates) in ({"all"}, kinds) for rates in PLANS.values())
