"""What tests of organizations with connections of their own share."""

from typing import Any

import pytest

from guestlist.offboarding import LOOK_AGAIN
from local.people import Api
from local.stack import Stack
from tests.front_door import pass_time, provision

PATHS = {"callbacks": "/callback", "web_origins": ""}
"""What stands behind the host in an entry of each of an application's lists."""
each_list = pytest.mark.parametrize("name", PATHS)


def provisioned(stack: Stack, api: Api, **more: object) -> str:
    """Provision an organization, and wait until all that it needs is made."""
    organization = provision(api, **more)
    stack.workers.idle()
    shown = api.get(f"/organizations/{organization}").raise_for_status().json()
    assert shown["status"] == "active", shown["provisioning"]
    return organization


def connection_of(stack: Stack, organization: str) -> dict[str, Any]:
    """Return the only connection at Auth0 that bears an organization's name."""
    [found] = connections(stack, organization)
    return found


def entry(name: str, host: str) -> str:
    """Return an entry of one of an application's lists."""
    return f"https://{host}.app.example{PATHS[name]}"


def listed(stack: Stack, client_id: str, name: str) -> list[str]:
    """Return one of an application's lists at Auth0."""
    with stack.tenant.state.lock:
        return list(stack.tenant.state.clients[client_id].get(name, []))


def offboarded(stack: Stack, api: Api, organization: str) -> None:
    """Offboard an organization, and wait until it is gone."""
    api.delete(f"/organizations/{organization}").raise_for_status()
    stack.workers.idle()
    pass_time(stack, seconds=LOOK_AGAIN)
    stack.workers.idle()
    assert api.get(f"/organizations/{organization}").status_code == 404


def connections(stack: Stack, organization: str) -> list[dict[str, Any]]:
    """Return the connections at Auth0 that bear an organization's name."""
    with stack.tenant.state.lock:
        every = list(stack.tenant.state.connections.values())
    return [dict(own) for own in every if (own.get("metadata") or {}).get("organization") == organization]
