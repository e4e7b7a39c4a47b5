"""What tests of drift share: someone at Auth0's dashboard, and a look at everyone as the function takes."""

from contextlib import closing
from typing import Any

import httpx

from guestlist.auth0 import Auth0, segment
from guestlist.drift import look
from guestlist.drift_records import DriftRun
from guestlist.drift_run import REST
from local.stack import CONNECTION
from local.tenant.app import Tenant
from tests.adoption_setup import owner
from tests.bench import Bench

CALLS = 1000


def drift_client(
    tenant: Tenant, *, scopes: list[str] | None = None, transport: httpx.BaseTransport | None = None
) -> Auth0:
    """Return the Management API as the function `drift` has it, perhaps with other scopes."""
    [client] = [found for found in tenant.state.clients.values() if found["name"] == "Guestlist drift"]
    [grant] = [
        found for found in tenant.state.client_grants.values() if found["client_id"] == client["client_id"]
    ]
    if scopes is not None:
        grant["scope"] = scopes
    names = ("client_id", "client_secret")
    return Auth0(tenant.url, lambda: {name: client[name] for name in names}, transport=transport)


def sliced(guests: Bench, auth0: Auth0, *, calls: int = CALLS) -> DriftRun | None:
    """Look at one slice."""
    return look(calls=calls, connection=CONNECTION, auth0=auth0, queue=guests.queue, store=guests.store)


def looked(guests: Bench, *, calls: int = CALLS) -> DriftRun:
    """Look at everyone, in a run of its own."""
    guests.advance(REST)
    with closing(drift_client(guests.tenant)) as auth0:
        while True:
            run = sliced(guests, auth0, calls=calls)
            assert run
            if run.finished_at:
                return run


def repaired(guests: Bench) -> None:
    """Let the projector do what it was hinted at, and look again when no late write can land any more."""
    users = [hint["user"] for hint in guests.hints("ProjectionQueue")]
    for user in users:
        guests.project(user)
    for user in users:
        guests.settled(user)


def edits(tenant: Tenant, account: str, **fields: Any) -> None:  # noqa: ANN401 (JSON)
    """Change an account past Guestlist, as at the dashboard."""
    with closing(owner(tenant)) as auth0:
        auth0.call("PATCH", f"/users/{segment(account)}", fields)


def metadata(guests: Bench, user: str, **keys: Any) -> None:  # noqa: ANN401 (JSON)
    """Change first-level keys of a user's `app_metadata` past Guestlist."""
    edits(guests.tenant, guests.user(user).account, app_metadata=keys)


def told(run: DriftRun) -> set[tuple[str, str]]:
    """Return what a run found, of whom."""
    return {(finding.kind.value, finding.subject) for finding in run.findings}
