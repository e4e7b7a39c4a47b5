"""What tests of adoption share: accounts that were in the tenant before us, in whoever's hands."""

from contextlib import closing
from typing import Any

from guestlist.auth0 import Auth0, segment
from local.people import Person
from local.stack import CONNECTION
from local.tenant.app import Tenant

PASSWORD = "Attackers-Own-Password-9"
"""Known to whoever planted the account."""


def email_of(organization: str) -> str:
    """Return an address that is a test's own."""
    return f"old-{organization}@example.com"


def owner(tenant: Tenant) -> Auth0:
    """Return the Management API as whoever owns the tenant uses it."""
    client_id, client_secret = tenant.bootstrap_client
    return Auth0(tenant.url, lambda: {"client_id": client_id, "client_secret": client_secret})


def plant(
    tenant: Tenant, email: str, *, verified: bool = False, organizations: object = None, **more: object
) -> str:
    """Make an account past Guestlist, with a password that somebody knows; return its id."""
    metadata = {} if organizations is None else {"app_metadata": {"organizations": organizations}}
    new = {"connection": CONNECTION, "email": email, "password": PASSWORD, "email_verified": verified}
    with closing(owner(tenant)) as auth0:
        return str(auth0.call("POST", "/users", {**new, **metadata, **more}).body["user_id"])


def account(tenant: Tenant, name: str) -> dict[str, Any]:
    """Return an account as the tenant has it."""
    with closing(owner(tenant)) as auth0:
        return auth0.user(name) or {}


def link(tenant: Tenant, primary: str, secondary: str) -> None:
    """Link an account into another one, which discards it."""
    body = {"provider": "auth0", "user_id": secondary.removeprefix("auth0|")}
    with closing(owner(tenant)) as auth0:
        auth0.call("POST", f"/users/{segment(primary)}/identities", body)


def planted(person: Person, **more: Any) -> str:  # noqa: ANN401 (what `plant` takes)
    """Make an account with somebody's address past Guestlist, and the planter's browser for it."""
    person.password = PASSWORD
    return plant(person.stack.tenant, person.email, **more)
