"""The straightforward script that Guestlist is compared with: read the array, append, write it back."""

from contextlib import closing

from guestlist.auth0 import segment
from local.stack import Stack


def add_organization(stack: Stack, account: str, organization: str) -> None:
    """Add one organization to a user as a script would; two at once lose one of two."""
    with closing(stack.management()) as auth0:
        user = auth0.user(account) or {}
        organizations = [*user.get("app_metadata", {}).get("organizations", []), organization]
        auth0.call("PATCH", f"/users/{segment(account)}", {"app_metadata": {"organizations": organizations}})
