"""The tenant under control: its log, its faults, its clock."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from local.tenant.app import Tenant
from tests.local.tenant.management_client import ManagementClient

ANN = "/users/auth0%7Cann"


@pytest.fixture
def control(tenant: Tenant, management: ManagementClient) -> Iterator[httpx.Client]:
    """The control routes of a tenant that has a user."""
    management.connection()
    management.user("ann")
    with httpx.Client(base_url=f"{tenant.url}/_local") as client:
        yield client


def _organizations(management: ManagementClient) -> list[str]:
    found: list[str] = management.get(ANN).json().get("app_metadata", {}).get("organizations", [])
    return found


def test_calls_are_noted_without_query_or_body(
    tenant: Tenant, management: ManagementClient, control: httpx.Client
) -> None:
    """Path as sent, status, bucket, client; nothing else that was said."""
    assert control.delete("/calls").status_code == 204
    management.patch(ANN, json={"name": "Secret Name"}, params={"fields": "name"})
    (call,) = control.get("/calls").json()
    assert call.pop("at") == pytest.approx(tenant.state.clock.now(), abs=5)
    assert call == {
        "method": "PATCH",
        "path": "/api/v2/users/auth0%7Cann",
        "status": 200,
        "bucket": "write_users",
        "client_id": tenant.bootstrap_client[0],
    }


def test_a_status_strikes_before_the_effect(management: ManagementClient, control: httpx.Client) -> None:
    """As often as told, then no more."""
    control.post("/faults", json={"method": "PATCH", "path": "/users/", "status": 503, "times": 2})
    change = {"app_metadata": {"organizations": ["a"]}}
    assert [management.patch(ANN, json=change).status_code for _ in range(2)] == [503, 503]
    assert _organizations(management) == []
    assert management.patch(ANN, json=change).status_code == 200


def test_a_status_may_strike_after_the_effect(management: ManagementClient, control: httpx.Client) -> None:
    """The caller hears of a failure that was none."""
    control.post("/faults", json={"path": "auth0\\|ann$", "status": 500, "after_effect": True})
    assert management.patch(ANN, json={"app_metadata": {"organizations": ["a"]}}).status_code == 500
    assert _organizations(management) == ["a"]


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_reset_cuts_the_connection(
    management: ManagementClient, control: httpx.Client, *, after_effect: bool
) -> None:
    """No byte of an answer comes, whether or not the call took effect."""
    control.post("/faults", json={"path": "/users/", "reset": True, "after_effect": after_effect})
    with pytest.raises(httpx.NetworkError):
        management.patch(ANN, json={"app_metadata": {"organizations": ["a"]}})
    assert _organizations(management) == (["a"] if after_effect else [])


def test_a_timeout_says_nothing_until_the_caller_gives_up(
    management: ManagementClient, control: httpx.Client
) -> None:
    """The call has no effect, and no status in the log."""
    control.post("/faults", json={"path": "/users/", "timeout": True})
    with pytest.raises(httpx.ReadTimeout):
        management.delete(ANN, timeout=0.2)
    assert control.get("/calls").json()[-1]["status"] is None
    assert management.get(ANN).status_code == 200


def test_a_write_lands_late_when_the_clock_has_moved(
    management: ManagementClient, control: httpx.Client
) -> None:
    """The caller got no answer; what was written meanwhile is overwritten."""
    control.post("/faults", json={"method": "PATCH", "path": "/users/", "land_after": 90})
    with pytest.raises(httpx.ReadTimeout):
        management.patch(ANN, json={"app_metadata": {"organizations": ["late"]}}, timeout=0.2)
    management.patch(ANN, json={"app_metadata": {"organizations": ["new"]}})
    control.post("/clock", json={"advance": 80})
    assert _organizations(management) == ["new"]
    control.post("/clock", json={"advance": 10})
    assert _organizations(management) == ["late"]


def test_a_lag_delays_and_changes_nothing(management: ManagementClient, control: httpx.Client) -> None:
    """Calls overlap as over a real network."""
    control.post("/faults", json={"path": "/users/", "lag": 0.2})
    begun = time.monotonic()
    assert management.get(ANN).status_code == 200
    assert time.monotonic() - begun >= 0.2


def test_a_fault_words_its_answer(management: ManagementClient, control: httpx.Client) -> None:
    """A page of somebody in between, and a 429 whose headers help nobody."""
    control.post("/faults", json={"path": "/users/", "text": "<html>Sorry", "after_effect": True})
    answer = management.patch(ANN, json={"app_metadata": {"organizations": ["a"]}})
    assert (answer.status_code, answer.text, _organizations(management)) == (200, "<html>Sorry", ["a"])
    headers = {"x-ratelimit-reset": "soon", "retry-after": "later"}
    control.post("/faults", json={"path": "/users/", "status": 429, "headers": headers})
    answer = management.get(ANN)
    assert (answer.status_code, answer.headers.items() >= headers.items()) == (429, True)
    assert answer.json()["errorCode"] == "too_many_requests"


def test_faults_are_cleared(management: ManagementClient, control: httpx.Client) -> None:
    """The next call is as usual."""
    control.post("/faults", json={"path": "", "status": 500, "times": 9})
    assert control.delete("/faults").status_code == 204
    assert management.get(ANN).status_code == 200


def test_the_clock_dates_what_is_written(management: ManagementClient, control: httpx.Client) -> None:
    """A jump of a year is seen in the next document."""
    year = int(management.user("bob")["created_at"][:4])
    now = control.post("/clock", json={"advance": 366 * 86400}).json()["now"]
    assert now > time.time() + 365 * 86400
    with pytest.raises(AssertionError, match="Expired token"):
        management.user("eve")
    assert year < time.gmtime(now).tm_year


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"path": "x"}),
        ("faults", {"path": "(", "status": 500}),
        ("faults", {"path": "x", "status": 500, "often": 1}),
        ("limits", {"plan": "gold"}),
        ("clock", {}),
    ],
)
def test_a_mistaken_order_is_refused(control: httpx.Client, path: str, body: dict[str, object]) -> None:
    """A test that misspells a fault must not run without one."""
    assert control.post(path, json=body).status_code == 400


def test_a_tenant_stops_though_a_caller_waits(capfd: pytest.CaptureFixture[str]) -> None:
    """The caller is cut off, and nothing is printed."""
    with Tenant() as tenant, ThreadPoolExecutor(1) as pool:
        httpx.post(f"{tenant.url}/_local/faults", json={"path": "", "timeout": True})
        waiting = pool.submit(httpx.get, f"{tenant.url}/api/v2/users", timeout=30)
        while not tenant.state.calls:
            time.sleep(0.01)
        tenant.stop()
        assert isinstance(waiting.exception(timeout=5), httpx.TransportError)
    assert capfd.readouterr().err == ""
