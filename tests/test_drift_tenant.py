"""Drift of what is the whole tenant's: the door's Actions, their bindings, sign-ups; what may not be seen."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from guestlist.auth0 import Auth0
from guestlist.drift_records import Finding
from guestlist.tenant_drift import tenant_drift
from local.stack import CONNECTION
from local.tenant.app import Tenant
from tests.adoption_setup import owner
from tests.bench import Bench, set_up_tenant
from tests.drift_setup import drift_client, looked
from tests.test_setup import foreign_action

SCOPES = ["read:users", "read:actions", "read:connections"]
DOORS = {"guestlist-door": "post-login", "guestlist-systems": "credentials-exchange"}
EVENTS = {"guestlist-door": "onExecutePostLogin", "guestlist-systems": "onExecuteCredentialsExchange"}


@pytest.fixture(scope="module")
def set_up() -> Iterator[Tenant]:
    """A tenant that is set up."""
    with Tenant() as running:
        set_up_tenant(running)
        yield running


@pytest.fixture
def tenant(set_up: Tenant) -> Iterator[Tenant]:
    """The same, set up again after the test."""
    yield set_up
    set_up_tenant(set_up)


def found(tenant: Tenant, scopes: list[str] | None = None) -> list[Finding]:
    """Return what the function's client finds."""
    with closing(drift_client(tenant, scopes=scopes)) as auth0:
        return tenant_drift(CONNECTION, auth0)


def action(tenant: Tenant, name: str) -> dict[str, Any]:
    """Return an Action as the tenant keeps it."""
    return next(kept for kept in tenant.state.actions.values() if kept["name"] == name)


def edited(tenant: Tenant, auth0: Auth0, name: str) -> None:
    """Let everybody in, by the dashboard's editor and its button that deploys."""
    path = f"/actions/actions/{action(tenant, name)['id']}"
    auth0.call("PATCH", path, {"code": f"exports.{EVENTS[name]} = async () => {{}};"})
    tenant.state.clock.advance(1)
    auth0.call("POST", f"{path}/deploy")


def drafted(tenant: Tenant, auth0: Auth0, name: str) -> None:
    """Change a draft, which the next deploy would run."""
    auth0.call("PATCH", f"/actions/actions/{action(tenant, name)['id']}", {"runtime": "node18"})


def unbound(_: Tenant, auth0: Auth0, name: str) -> None:
    """Take the door off its trigger."""
    auth0.call("PATCH", f"/actions/triggers/{DOORS[name]}/bindings", {"bindings": []})


def removed(tenant: Tenant, auth0: Auth0, name: str) -> None:
    """Delete the door."""
    auth0.call("DELETE", f"/actions/actions/{action(tenant, name)['id']}?force=true")


@pytest.mark.parametrize("name", DOORS)
@pytest.mark.parametrize(
    ("tampers", "kind", "detail"),
    [
        (edited, "door_edited", "deployed: code"),
        (drafted, "door_edited", "draft: runtime"),
        (unbound, "door_unbound", ""),
        (removed, "door_unbound", ""),
    ],
)
def test_the_door_is_looked_at(
    tenant: Tenant, tampers: Callable[[Tenant, Auth0, str], None], kind: str, detail: str, name: str
) -> None:
    """What was done to either Action is named, and nothing else; set-up puts it right."""
    assert found(tenant) == []
    with closing(owner(tenant)) as auth0:
        tampers(tenant, auth0, name)
    [finding] = found(tenant)
    assert (finding.kind.value, finding.subject, finding.detail) == (kind, name, detail)
    set_up_tenant(tenant)
    assert found(tenant) == []


def test_what_runs_before_the_door_is_named(tenant: Tenant) -> None:
    """It might have signed somebody in, or made a claim, before anybody was asked for an organization."""
    with closing(owner(tenant)) as auth0:
        theirs = foreign_action(auth0, "theirs")
        ids = {theirs: "theirs", action(tenant, "guestlist-door")["id"]: "guestlist-door"}
        refs = [
            {"ref": {"type": "action_id", "value": made}, "display_name": name} for made, name in ids.items()
        ]
        auth0.call("PATCH", "/actions/triggers/post-login/bindings", {"bindings": refs})
    [finding] = found(tenant)
    assert (finding.kind.value, finding.detail) == ("door_not_first", "before it: theirs")


def test_sign_ups_are_named(tenant: Tenant) -> None:
    """Somebody lets everybody make an account."""
    [connection] = [kept for kept in tenant.state.connections.values() if kept["name"] == CONNECTION]
    with closing(owner(tenant)) as auth0:
        options = {**connection["options"], "disable_signup": False}
        auth0.call("PATCH", f"/connections/{connection['id']}", {"options": options})
    assert [(finding.kind.value, finding.subject) for finding in found(tenant)] == [("sign_ups", CONNECTION)]


@pytest.mark.parametrize("missing", SCOPES)
def test_what_may_not_be_seen_is_reported(guests: Bench, ann: str, missing: str) -> None:
    """Each scope is needed: without it the look says so, and looks at the rest."""
    granted = drift_client(guests.tenant, scopes=[scope for scope in SCOPES if scope != missing])
    granted.close()
    run = looked(guests)
    drift_client(guests.tenant, scopes=SCOPES).close()
    [finding] = run.findings
    assert finding.kind.value == "unchecked"
    assert finding.detail == f"Auth0 answered 403 insufficient_scope (its scope: {missing})"
    assert ann not in json.dumps([finding.subject, finding.detail])
