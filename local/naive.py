"""The straightforward script that Guestlist is compared with: read the array, append, write it back."""

from contextlib import closing

import httpx

from guestlist.auth0 import segment
from local.people import PLAIN
from local.stack import Stack
from local.telling import together


def add_organization(stack: Stack, account: str, organization: str) -> None:
    """Add one organization to a user as a script would; two at once lose one of two."""
    with closing(stack.management()) as auth0:
        user = auth0.user(account) or {}
        organizations = [*user.get("app_metadata", {}).get("organizations", []), organization]
        auth0.call("PATCH", f"/users/{segment(account)}", {"app_metadata": {"organizations": organizations}})


def left_of(stack: Stack, *organizations: str) -> list[str]:
    """Return what a new user has of organizations that the script adds at once."""
    account = stack.new_account("script@example.com")
    fault = {"method": "PATCH", "path": "/api/v2/users/.*", "lag": 0.15, "times": len(organizations)}
    httpx.post(f"{stack.tenant.url}/_local/faults", json=fault, verify=PLAIN).raise_for_status()
    together(*(lambda name=name: add_organization(stack, account, name) for name in organizations))
    left: list[str] = stack.tenant.state.users[account]["app_metadata"]["organizations"]
    return left
