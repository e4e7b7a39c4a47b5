"""Setting a tenant up for Guestlist, as often as you like: what is there is kept, what differs is mended.

    python -m guestlist.setup --url https://acme.eu.auth0.com --application https://app.example.com ...

It needs a machine-to-machine client with the Management API's scopes for connections, clients,
resource servers, client grants, roles and actions; `GUESTLIST_SETUP_CLIENT_ID` and
`GUESTLIST_SETUP_CLIENT_SECRET` name it. The secrets that it prints belong into Secrets Manager.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from guestlist.access import Permission
from guestlist.auth0 import Auth0, Body, segment
from guestlist.caller import ALL_ORGANIZATIONS
from guestlist.errors import Auth0Refused, Auth0Unavailable
from guestlist.login_policy import SECRET_NAME, DoorConfiguration, RefreshOrganization, Source

TOKEN_LIFE = 300
"""Seconds of an access token's life: a removal is complete when the last one has run out."""
PAGE = 100
PERMISSIONS = [ALL_ORGANIZATIONS, *Permission]
ACCOUNTS = ["read:users", "create:users", "update:users_app_metadata"]
SCOPES = {"accept": [*ACCOUNTS, "create:user_tickets"], "projector": ACCOUNTS}
"""What each function's client may do at the Management API."""
LIFETIMES = {"rotation_type": "rotating", "expiration_type": "expiring", "token_lifetime": 30 * 24 * 3600}
OPERATOR_ROLE = "Guestlist operator"


@dataclass(frozen=True)
class Wanted:
    """How the tenant shall be. URLs without a trailing slash."""

    audience: str
    namespace: str
    connection: str
    application: str
    """The application's origin: `/callback` ends a login there, `/login` starts one."""
    stored_refresh: bool = False
    """Whether the tenant's plan keeps metadata on refresh tokens (Enterprise)."""


@dataclass(frozen=True)
class Client:
    """A client at Auth0, with the secret that its owner needs."""

    client_id: str
    client_secret: str


def set_up(wanted: Wanted, *, auth0: Auth0, door: Path) -> dict[str, Client]:
    """Bring the tenant to what is wanted; return the clients by who uses them.

    `door` is the deploy folder's manifest of the Action (`actions/guestlist-door.json`).
    """
    _set_up_api(wanted, auth0)
    clients = {
        "app": _set_up_client(auth0, "Guestlist example application", _web(wanted, "authorization_code")),
        "operator": _set_up_client(
            auth0, "Guestlist operator console", _web(wanted, "authorization_code", "client_credentials")
        ),
        **{name: _set_up_client(auth0, f"Guestlist {name}", MACHINE) for name in ("system", *SCOPES)},
    }
    _set_up_connection(wanted, list(clients.values()), auth0)
    for name in ("operator", "system"):
        _set_up_grant(clients[name], wanted.audience, [str(permission) for permission in PERMISSIONS], auth0)
    for name, scopes in SCOPES.items():
        _set_up_grant(clients[name], auth0.audience, scopes, auth0)
    _set_up_operator_role(wanted, auth0)
    _set_up_door(_door_configuration(wanted, clients["operator"]), door, auth0)
    return clients


MACHINE = {"app_type": "non_interactive", "grant_types": ["client_credentials"]}


def _web(wanted: Wanted, *grants: str) -> Body:
    return {
        "app_type": "regular_web",
        "grant_types": [*grants, "refresh_token"],
        "callbacks": [f"{wanted.application}/callback"],
        "allowed_logout_urls": [wanted.application],
        "initiate_login_uri": f"{wanted.application}/login",
        "oidc_conformant": True,
        "refresh_token": LIFETIMES,
    }


def _set_up_api(wanted: Wanted, auth0: Auth0) -> None:
    """Make the API's resource server: RBAC on, and the permissions in the token."""
    settings = {
        "name": "Guestlist",
        "scopes": [{"value": str(value), "description": str(value)} for value in PERMISSIONS],
        "signing_alg": "RS256",
        "enforce_policies": True,
        "token_dialect": "access_token_authz",
        "token_lifetime": TOKEN_LIFE,
        "allow_offline_access": True,
    }
    for found in _all(auth0, "/resource-servers", "resource_servers"):
        if found["identifier"] == wanted.audience:
            auth0.call("PATCH", f"/resource-servers/{segment(found['id'])}", settings)
            return
    auth0.call("POST", "/resource-servers", {"identifier": wanted.audience, **settings})


def _set_up_client(auth0: Auth0, name: str, settings: Body) -> Client:
    for found in _all(auth0, "/clients", "clients"):
        if found["name"] == name:
            kept = auth0.call("PATCH", f"/clients/{segment(found['client_id'])}", settings).body
            return Client(kept["client_id"], kept["client_secret"])
    made = auth0.call("POST", "/clients", {"name": name, **settings}).body
    return Client(made["client_id"], made["client_secret"])


def _set_up_connection(wanted: Wanted, clients: list[Client], auth0: Auth0) -> None:
    """Make the database connection, sign-ups off: accounts come from invites alone."""
    connection = next(
        (found for found in _all(auth0, "/connections", "connections") if found["name"] == wanted.connection),
        None,
    )
    if connection is None:
        new = {"name": wanted.connection, "strategy": "auth0", "options": {"disable_signup": True}}
        connection = auth0.call("POST", "/connections", new).body
    elif not connection["options"].get("disable_signup"):
        # The options are replaced whole, so that all of them go back.
        options = {**connection["options"], "disable_signup": True}
        auth0.call("PATCH", f"/connections/{segment(connection['id'])}", {"options": options})
    enabled: Any = [{"client_id": client.client_id, "status": True} for client in clients]
    auth0.call("PATCH", f"/connections/{segment(connection['id'])}/clients", enabled)


def _set_up_grant(client: Client, audience: str, scopes: list[str], auth0: Auth0) -> None:
    for found in _all(auth0, "/client-grants", "client_grants"):
        if (found["client_id"], found["audience"]) == (client.client_id, audience):
            auth0.call("PATCH", f"/client-grants/{segment(found['id'])}", {"scope": scopes})
            return
    auth0.call(
        "POST", "/client-grants", {"client_id": client.client_id, "audience": audience, "scope": scopes}
    )


def _set_up_operator_role(wanted: Wanted, auth0: Auth0) -> None:
    """Make the role that an operator's user is given: every permission, in every organization."""
    role = next((found for found in _all(auth0, "/roles", "roles") if found["name"] == OPERATOR_ROLE), None)
    if role is None:
        new = {"name": OPERATOR_ROLE, "description": "Provisions organizations and acts in all of them."}
        role = auth0.call("POST", "/roles", new).body
    granted = [
        {"resource_server_identifier": wanted.audience, "permission_name": str(permission)}
        for permission in PERMISSIONS
    ]
    auth0.call("POST", f"/roles/{segment(role['id'])}/permissions", {"permissions": granted})


def _door_configuration(wanted: Wanted, operator: Client) -> DoorConfiguration:
    refresh = RefreshOrganization.STORED if wanted.stored_refresh else RefreshOrganization.REQUESTED
    return DoorConfiguration(
        namespace=wanted.namespace,
        sources=(Source.CLIENT, Source.CONNECTION, Source.QUERY),
        refresh_organization=refresh,
        exempt_clients=(operator.client_id,),
    )


def _set_up_door(configuration: DoorConfiguration, door: Path, auth0: Auth0) -> None:
    """Deploy the Action and bind it first; whatever else is bound stays bound, behind it."""
    manifest = json.loads(door.read_text(encoding="utf-8"))
    code = door.parent / manifest["name"] / "code.js"
    action = {
        "code": code.read_text(encoding="utf-8"),
        "runtime": manifest["runtime"],
        "secrets": [{"name": SECRET_NAME, "value": configuration.to_json()}],
    }
    name, trigger = manifest["name"], manifest["supported_triggers"][0]
    known = next(
        (found for found in _all(auth0, "/actions/actions", "actions") if found["name"] == name), None
    )
    if known is None:
        new = {"name": name, "supported_triggers": manifest["supported_triggers"], **action}
        known = auth0.call("POST", "/actions/actions", new).body
    else:
        auth0.call("PATCH", f"/actions/actions/{segment(known['id'])}", action)
    auth0.call("POST", f"/actions/actions/{segment(known['id'])}/deploy")
    bindings = f"/actions/triggers/{trigger['id']}/bindings"
    bound = {found["action"]["id"]: found["display_name"] for found in _all(auth0, bindings, "bindings")}
    order = {known["id"]: name} | bound
    if list(bound) == list(order):
        return
    refs = [
        {"ref": {"type": "action_id", "value": action_id}, "display_name": display_name}
        for action_id, display_name in order.items()
    ]
    auth0.call("PATCH", bindings, {"bindings": refs})


def _all(auth0: Auth0, path: str, key: str) -> Iterator[Body]:
    """Yield a whole listing: it ends with an empty page, never by a total."""
    page = 0
    while True:
        found = auth0.call("GET", f"{path}?page={page}&per_page={PAGE}").body
        items = found[key] if isinstance(found, dict) else found
        if not items:
            return
        yield from items
        page += 1


def main(arguments: list[str] | None = None) -> int:
    """Set a tenant up from the command line and print its clients as JSON."""
    parser = argparse.ArgumentParser(prog="python -m guestlist.setup", description="Set an Auth0 tenant up.")
    parser.add_argument(
        "--url", required=True, help="the tenant's canonical address, https://acme.eu.auth0.com"
    )
    parser.add_argument("--audience", required=True, help="the identifier of Guestlist's API")
    parser.add_argument("--namespace", required=True, help="the URL in front of our claims")
    parser.add_argument("--connection", default="Username-Password-Authentication")
    parser.add_argument("--application", required=True, help="the application's origin")
    parser.add_argument("--stored-refresh", action="store_true", help="the plan has refresh-token metadata")
    parser.add_argument("--door", type=Path, default=Path("actions/deploy/actions/guestlist-door.json"))
    asked = parser.parse_args(arguments)
    credentials = {
        "client_id": os.environ["GUESTLIST_SETUP_CLIENT_ID"],
        "client_secret": os.environ["GUESTLIST_SETUP_CLIENT_SECRET"],
    }
    wanted = Wanted(
        asked.audience, asked.namespace, asked.connection, asked.application, asked.stored_refresh
    )
    try:
        with closing(Auth0(asked.url, lambda: credentials)) as auth0:
            clients = set_up(wanted, auth0=auth0, door=asked.door)
    except Auth0Refused as error:
        print(f"{error} {error.auth0_message}".rstrip(), file=sys.stderr)
        return 1
    except Auth0Unavailable as error:
        print(error, file=sys.stderr)
        return 1
    json.dump({name: asdict(client) for name, client in clients.items()}, sys.stdout, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
