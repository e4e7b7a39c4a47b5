"""Setting a tenant up: as often as you like, beside what others keep in it."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from guestlist.auth0 import Auth0
from local import stack
from local.tenant.app import Tenant
from tests.bench import set_up_tenant
from tests.kinds_setup import each_list, entry

PASSING = {"updated_at", "built_at", "build_ends_at", "deployed_version", "number", "status"}
"""What another deployment of the same Action changes."""


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """A tenant as Auth0 gives it."""
    with Tenant() as running:
        yield running


@pytest.fixture
def owner(tenant: Tenant) -> Iterator[Auth0]:
    """The Management API as whoever owns the tenant uses it."""
    client_id, client_secret = tenant.bootstrap_client
    auth0 = Auth0(tenant.url, lambda: {"client_id": client_id, "client_secret": client_secret})
    with closing(auth0):
        yield auth0


def standing(tenant: Tenant) -> dict[str, Any]:
    """Return all that a tenant keeps, but for the times and numbers of deployments."""
    state = tenant.state
    kept = {
        "connections": state.connections,
        "enabled": {name: sorted(clients) for name, clients in state.connection_clients.items()},
        "clients": state.clients,
        "apis": state.resource_servers,
        "grants": state.client_grants,
        "roles": [state.roles, state.role_permissions],
        "actions": state.actions,
        "bindings": state.bindings,
        "profiles": state.self_service_profiles,
    }
    return dict(_without(json.loads(json.dumps(kept)), PASSING))


def _without(value: Any, names: set[str]) -> Any:  # noqa: ANN401 (JSON)
    if isinstance(value, dict):
        return {name: _without(inner, names) for name, inner in value.items() if name not in names}
    return [_without(inner, names) for inner in value] if isinstance(value, list) else value


def bound(tenant: Tenant, trigger: str = "post-login") -> list[str]:
    return [binding["display_name"] for binding in tenant.state.bindings[trigger]]


def foreign_action(owner: Auth0, name: str) -> str:
    """Make and deploy somebody else's Action."""
    trigger = [{"id": "post-login", "version": "v3"}]
    code = "exports.onExecutePostLogin = async () => {};"
    action = {"name": name, "supported_triggers": trigger, "code": code, "runtime": "node22", "deploy": True}
    return str(owner.call("POST", "/actions/actions", action).body["id"])


def test_a_second_time_changes_nothing(tenant: Tenant) -> None:
    """The same clients with the same secrets, one API, one connection, one role, each Action bound once."""
    first = set_up_tenant(tenant)
    before = standing(tenant)
    assert set_up_tenant(tenant) == first
    assert standing(tenant) == before
    assert bound(tenant) == ["guestlist-door"]
    assert bound(tenant, "credentials-exchange") == ["guestlist-systems"]


def test_the_self_service_profile_stays_as_its_owner_has_it(tenant: Tenant, owner: Auth0) -> None:
    """Found again by its name, beside others; made once."""
    owner.call("POST", "/self-service-profiles", {"name": "Theirs"})
    made = set_up_tenant(tenant)["setup_links"]["profile"]
    kept = tenant.state.self_service_profiles[made]
    assert (kept["name"], [attribute["name"] for attribute in kept["user_attributes"]]) == (
        "Guestlist",
        ["email"],
    )
    owner.call("PATCH", f"/self-service-profiles/{made}", {"allowed_strategies": ["okta"]})
    assert set_up_tenant(tenant)["setup_links"]["profile"] == made
    assert len(tenant.state.self_service_profiles) == 2
    assert tenant.state.self_service_profiles[made]["allowed_strategies"] == ["okta"]


def test_what_others_bound_stays_behind_the_door(tenant: Tenant, owner: Auth0) -> None:
    """In its order, whether it was bound before us or has since been put in front."""
    names = ["theirs", "theirs-too"]
    ids = [foreign_action(owner, name) for name in names]
    refs = [
        {"ref": {"type": "action_id", "value": made}, "display_name": name}
        for made, name in zip(ids, names, strict=True)
    ]
    owner.call("PATCH", "/actions/triggers/post-login/bindings", {"bindings": refs})
    set_up_tenant(tenant)
    assert bound(tenant) == ["guestlist-door", *names]
    tenant.state.bindings["post-login"].reverse()
    set_up_tenant(tenant)
    assert bound(tenant) == ["guestlist-door", *reversed(names)]


@each_list
def test_what_organizations_have_on_a_list_stays(name: str, tenant: Tenant, owner: Auth0) -> None:
    """Beside what the application itself has there."""
    app = set_up_tenant(tenant)["app"]["client_id"]
    wanted = [*tenant.state.clients[app].get(name, []), entry(name, "clinic")]
    owner.call("PATCH", f"/clients/{app}", {name: wanted})
    set_up_tenant(tenant)
    assert tenant.state.clients[app][name] == wanted


def test_sign_ups_are_off_and_the_connections_other_options_stay(tenant: Tenant, owner: Auth0) -> None:
    """On a connection that was there, with a policy of its own and clients of others."""
    theirs = owner.call("POST", "/clients", {"name": "Theirs"}).body["client_id"]
    options = {"disable_signup": False, "passwordPolicy": "excellent", "brute_force_protection": True}
    new = {"name": stack.CONNECTION, "strategy": "auth0", "options": options}
    made = owner.call("POST", "/connections", new).body["id"]
    enabling: Any = [{"client_id": theirs, "status": True}]
    owner.call("PATCH", f"/connections/{made}/clients", enabling)
    before = dict(tenant.state.connections[made]["options"])
    clients = set_up_tenant(tenant)
    kept = tenant.state.connections[made]["options"]
    assert kept == {**before, "disable_signup": True}
    assert before["passwordPolicy"] == "excellent"
    enabled = tenant.state.connection_clients[made]
    assert {theirs, *(client["client_id"] for client in clients.values())} <= enabled


def test_permissions_are_enforced_and_in_the_token(tenant: Tenant) -> None:
    """Also on an API that somebody switched RBAC off for: an application would get any scope it asks for."""
    set_up_tenant(tenant)
    [api] = [api for api in tenant.state.resource_servers.values() if api["identifier"] == stack.AUDIENCE]
    api |= {"enforce_policies": False, "token_dialect": "access_token"}
    set_up_tenant(tenant)
    api = tenant.state.resource_servers[api["id"]]
    assert (api["enforce_policies"], api["token_dialect"]) == (True, "access_token_authz")


def test_each_function_may_do_what_it_does_and_no_more(tenant: Tenant) -> None:
    """`update:users` and beyond are for taking over an account; tickets are the accept page's alone."""
    clients = set_up_tenant(tenant)
    granted = {
        grant["client_id"]: set(grant["scope"])
        for grant in tenant.state.client_grants.values()
        if grant["audience"] == f"{tenant.url}/api/v2/"
    }
    accounts = {"read:users", "create:users", "update:users_app_metadata", "update:users"}
    accounts |= {"read:authentication_methods", "delete:sessions", "delete:refresh_tokens"}
    assert granted[clients["projector"]["client_id"]] == accounts
    assert granted[clients["accept"]["client_id"]] == {*accounts, "create:user_tickets"}
    assert granted[clients["drift"]["client_id"]] == {"read:users", "read:actions", "read:connections"}
    assert granted[clients["logins"]["client_id"]] == {"read:users"}
    assert granted[clients["setup_links"]["client_id"]] == {"read:connections", "create:sso_access_tickets"}
    assert not granted.keys() & {clients["system"]["client_id"], clients["resolver"]["client_id"]}


def test_only_the_door_may_ask_who_a_new_enterprise_user_is(tenant: Tenant) -> None:
    """Its client may do nothing else, and nobody else may do that: no operator, no other system."""
    clients = set_up_tenant(tenant)
    granted = {
        grant["client_id"]: grant["scope"]
        for grant in tenant.state.client_grants.values()
        if grant["audience"] == stack.AUDIENCE
    }
    assert granted.pop(clients["resolver"]["client_id"]) == ["resolve:logins"]
    roles = [
        permission["permission_name"]
        for kept in tenant.state.role_permissions.values()
        for permission in kept
    ]
    assert roles
    assert "resolve:logins" not in [*roles, *(scope for scopes in granted.values() for scope in scopes)]


def test_tokens_end_soon_and_refresh_tokens_rotate(tenant: Tenant) -> None:
    """An access token is out of the door's reach for five minutes at most; a stolen refresh token shows."""
    clients = set_up_tenant(tenant)
    [api] = [api for api in tenant.state.resource_servers.values() if api["identifier"] == stack.AUDIENCE]
    assert api["token_lifetime"] == 300
    for name in ("app", "operator"):
        kept = tenant.state.clients[clients[name]["client_id"]]["refresh_token"]
        month = {"rotation_type": "rotating", "expiration_type": "expiring", "token_lifetime": 30 * 24 * 3600}
        assert kept.items() >= month.items()
