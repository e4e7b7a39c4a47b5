"""Setting a tenant up when an answer of Auth0's is lost: whatever is made is made once."""

from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from guestlist.management import SetUpError
from local.people import PLAIN
from local.tenant.app import Tenant
from tests.bench import set_up_tenant

MADE = (
    *("resource-servers", "clients", "connections", "client-grants", "roles", "actions/actions"),
    "self-service-profiles",
)


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """A tenant as Auth0 gives it."""
    with Tenant() as running:
        yield running


def _fails(tenant: Tenant, made: str, **how: object) -> None:
    fault = {"method": "POST", "path": f"/api/v2/{made}$", **how}
    httpx.post(f"{tenant.url}/_local/faults", json=fault, verify=PLAIN).raise_for_status()


def _standing(tenant: Tenant) -> dict[str, Counter[str]]:
    """Return how often there is anything, by what it is known by."""
    state = tenant.state
    clients = {name: client["name"] for name, client in state.clients.items()}
    grants = [f"{clients[g['client_id']]} {g['audience']}" for g in state.client_grants.values()]
    return {
        "clients": Counter(clients.values()),
        "connections": Counter(found["name"] for found in state.connections.values()),
        "resource-servers": Counter(found["identifier"] for found in state.resource_servers.values()),
        "client-grants": Counter(grants),
        "roles": Counter(found["name"] for found in state.roles.values()),
        "actions": Counter(found["name"] for found in state.actions.values()),
        "profiles": Counter(found["name"] for found in state.self_service_profiles.values()),
    }


@pytest.mark.parametrize("made", MADE)
def test_what_was_made_without_an_answer_is_found_again(tenant: Tenant, made: str) -> None:
    """A 502 after the effect: set-up goes on with it, and there is one of each."""
    _fails(tenant, made, status=502, after_effect=True)
    clients = set_up_tenant(tenant)
    for what, counts in _standing(tenant).items():
        assert set(counts.values()) == {1}, what
    assert [bound["display_name"] for bound in tenant.state.bindings["post-login"]] == ["guestlist-door"]
    assert set_up_tenant(tenant) == clients


@pytest.mark.parametrize("made", MADE)
def test_what_was_not_made_is_left_to_the_next_run(tenant: Tenant, made: str) -> None:
    """Nobody can tell whether it still lands: the run ends in one line, which says what to do."""
    _fails(tenant, made, status=502)
    with pytest.raises(SetUpError) as refused:
        set_up_tenant(tenant)
    assert str(refused.value) == (f"Auth0 failed. Run set-up again: it goes on from there. (POST /{made})")
    set_up_tenant(tenant)
    assert {most for counts in _standing(tenant).values() for most in counts.values()} == {1}
