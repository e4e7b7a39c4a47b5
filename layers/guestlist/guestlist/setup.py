"""Setting a tenant up for Guestlist, as often as you like: what is there is kept, what differs is mended.

    python -m guestlist.setup --url https://acme.eu.auth0.com --application https://app.example.com ...

It needs a machine-to-machine client, named by `GUESTLIST_SETUP_CLIENT_ID` and
`GUESTLIST_SETUP_CLIENT_SECRET`, with these scopes of the Management API and no others:

    read:resource_servers  create:resource_servers  update:resource_servers
    read:client_keys       create:clients           update:clients
    read:connections       create:connections       update:connections
    read:client_grants     create:client_grants     update:client_grants
    read:roles             create:roles             update:roles
    read:actions           create:actions           update:actions

The door then asks every application of the tenant for an organization, at each login and refresh. Each must
send one (`ext-organization`), have one in its own metadata, or be exempt: `--exempt CLIENT_ID`, as often as
needed. Which are exempt already cannot be read back, so every run sets the whole list. Both lists are told
before anything is done; where applications of others will be asked, it goes on with `--yes` only.

It prints the clients with their secrets as JSON; `accept` and `projector` belong into Secrets Manager.
A second run makes nothing: it writes the same values once more, and deploys the Actions anew.
Exit status: 0, set up; 1, Auth0 refused or failed; 2, not begun: something is missing or malformed.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from guestlist.access import Permission
from guestlist.applications import Applications, others
from guestlist.auth0 import Auth0, Body, segment
from guestlist.caller import ALL_ORGANIZATIONS
from guestlist.door import BUILD_LIMIT, manifests_in, set_up_door
from guestlist.login_policy import DoorConfiguration, RefreshOrganization, Source
from guestlist.management import Management, SetUpError

TOKEN_LIFE = 300
"""Seconds of an access token's life: a removal is complete when the last one has run out."""
PERMISSIONS = [ALL_ORGANIZATIONS, *map(str, Permission)]
ACCOUNTS = [
    *("read:users", "create:users", "update:users_app_metadata"),
    # To take an account that nobody proved to be theirs out of other hands.
    *("update:users", "read:authentication_methods", "delete:sessions", "delete:refresh_tokens"),
]
SCOPES = {"accept": [*ACCOUNTS, "create:user_tickets"], "projector": ACCOUNTS}
"""What each function's client may do at the Management API."""
LIFETIMES = {"rotation_type": "rotating", "expiration_type": "expiring", "token_lifetime": 30 * 24 * 3600}
OPERATOR_ROLE = "Guestlist operator"
EXAMPLE, CONSOLE = "Guestlist example application", "Guestlist operator console"
CREDENTIALS = {"client_id": "GUESTLIST_SETUP_CLIENT_ID", "client_secret": "GUESTLIST_SETUP_CLIENT_SECRET"}
ORIGIN = re.compile(r"https?://[^/?#\s]+")


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
    exempt: tuple[str, ...] = ()
    """The clients that the door lets pass without an organization, beside the operators' own."""


@dataclass(frozen=True)
class Client:
    """A client at Auth0, with the secret that its owner needs."""

    client_id: str
    client_secret: str


def set_up(
    wanted: Wanted, *, auth0: Auth0, door: Path, build_limit: float = BUILD_LIMIT
) -> dict[str, Client]:
    """Bring the tenant to what is wanted; return the clients by who uses them.

    `door` is the deploy folder's `actions`; Auth0 has `build_limit` seconds to build each of them.

    Raises:
        SetUpError: what is done stays done, and the next run goes on from there.
    """
    management = Management(auth0)
    _set_up_api(wanted, management)
    clients = {
        "app": _set_up_client(EXAMPLE, _web(wanted), management),
        "operator": _set_up_client(CONSOLE, _web(wanted, "client_credentials"), management),
        **{name: _set_up_client(f"Guestlist {name}", MACHINE, management) for name in ("system", *SCOPES)},
    }
    _set_up_connection(wanted, list(clients.values()), management)
    for name in ("operator", "system"):
        _set_up_grant(clients[name], wanted.audience, PERMISSIONS, management)
    for name, scopes in SCOPES.items():
        _set_up_grant(clients[name], auth0.audience, scopes, management)
    _set_up_operator_role(wanted, management)
    configuration = _door_configuration(wanted, clients["operator"].client_id, *wanted.exempt)
    set_up_door(configuration, door, management, build_limit=build_limit)
    return clients


MACHINE = {"app_type": "non_interactive", "grant_types": ["client_credentials"]}


def _web(wanted: Wanted, *grants: str) -> Body:
    return {
        "app_type": "regular_web",
        "grant_types": ["authorization_code", *grants, "refresh_token"],
        "callbacks": [f"{wanted.application}/callback"],
        "allowed_logout_urls": [wanted.application],
        "initiate_login_uri": f"{wanted.application}/login",
        "oidc_conformant": True,
        "refresh_token": LIFETIMES,
    }


def _set_up_api(wanted: Wanted, management: Management) -> None:
    """Make the API's resource server: RBAC on, and the permissions in the token."""
    settings = {
        "name": "Guestlist",
        "scopes": [{"value": value, "description": value} for value in PERMISSIONS],
        "signing_alg": "RS256",
        "enforce_policies": True,
        "token_dialect": "access_token_authz",
        "token_lifetime": TOKEN_LIFE,
        "allow_offline_access": True,
    }
    if found := management.find("/resource-servers", identifier=wanted.audience):
        management.call("PATCH", f"/resource-servers/{segment(found['id'])}", settings)
    else:
        management.create("/resource-servers", settings, identifier=wanted.audience)


def _set_up_client(name: str, settings: Body, management: Management) -> Client:
    found = management.find("/clients", name=name)
    if found is None:
        return _client(management.create("/clients", settings, name=name))
    client = _client(found)
    management.call("PATCH", f"/clients/{segment(client.client_id)}", settings)
    return client


def _client(shown: Body) -> Client:
    """Return a client with its secret, which our own caller cannot do without."""
    if "client_secret" not in shown:
        raise SetUpError(f"The secret of {shown['name']!r} is not shown without the scope read:client_keys.")
    return Client(shown["client_id"], shown["client_secret"])


def _set_up_connection(wanted: Wanted, clients: list[Client], management: Management) -> None:
    """Make the database connection, sign-ups off: accounts come from invites alone."""
    connection = management.find("/connections", name=wanted.connection)
    if connection is None:
        new = {"strategy": "auth0", "options": {"disable_signup": True}}
        connection = management.create("/connections", new, name=wanted.connection)
    elif not connection["options"].get("disable_signup"):
        # The options are replaced whole, so that all of them go back.
        options = {**connection["options"], "disable_signup": True}
        management.call("PATCH", f"/connections/{segment(connection['id'])}", {"options": options})
    enabled: Any = [{"client_id": client.client_id, "status": True} for client in clients]
    management.call("PATCH", f"/connections/{segment(connection['id'])}/clients", enabled)


def _set_up_grant(client: Client, audience: str, scopes: list[str], management: Management) -> None:
    marks = {"client_id": client.client_id, "audience": audience}
    if found := management.find("/client-grants", **marks):
        management.call("PATCH", f"/client-grants/{segment(found['id'])}", {"scope": scopes})
    else:
        management.create("/client-grants", {"scope": scopes}, **marks)


def _set_up_operator_role(wanted: Wanted, management: Management) -> None:
    """Make the role that an operator's user is given: every permission, in every organization."""
    role = management.find("/roles", name=OPERATOR_ROLE)
    if role is None:
        new = {"description": "Provisions organizations and acts in all of them."}
        role = management.create("/roles", new, name=OPERATOR_ROLE)
    granted = [
        {"resource_server_identifier": wanted.audience, "permission_name": permission}
        for permission in PERMISSIONS
    ]
    management.call("POST", f"/roles/{segment(role['id'])}/permissions", {"permissions": granted})


def _door_configuration(wanted: Wanted, *exempt_clients: str) -> DoorConfiguration:
    refresh = RefreshOrganization.STORED if wanted.stored_refresh else RefreshOrganization.REQUESTED
    return DoorConfiguration(
        namespace=wanted.namespace,
        sources=(Source.CLIENT, Source.CONNECTION, Source.QUERY),
        refresh_organization=refresh,
        exempt_clients=exempt_clients,
    )


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m guestlist.setup",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", required=True, help="the tenant's canonical address")
    parser.add_argument("--audience", required=True, help="the identifier of Guestlist's API")
    parser.add_argument("--namespace", required=True, help="the URL in front of our claims")
    parser.add_argument("--connection", default="Username-Password-Authentication")
    parser.add_argument("--application", required=True, help="the application's origin")
    parser.add_argument("--stored-refresh", action="store_true", help="the plan has refresh-token metadata")
    parser.add_argument(
        "--exempt", action="append", default=[], metavar="CLIENT_ID", help="needs no organization; repeatable"
    )
    parser.add_argument("--yes", action="store_true", help="other applications may be asked for one")
    parser.add_argument("--door", type=Path, default=Path("actions/deploy/actions"))
    return parser.parse_args(given)


def _problems(url: str, wanted: Wanted, door: Path) -> Iterator[str]:
    """Yield what stands in the way of even beginning, a line each."""
    yield from (f"{name} is not set." for name in CREDENTIALS.values() if not os.environ.get(name))
    for option, origin in {"url": url, "application": wanted.application}.items():
        if not ORIGIN.fullmatch(origin):
            yield f"{option}: a URL without a path or a trailing slash"
    try:
        _door_configuration(wanted)
    except ValueError as error:
        yield str(error)
    if not manifests_in(door):
        yield f"door: there is no Action in {door}"


CONSENT = (
    "Nothing is done yet. If each of these sends an organization, go on with --yes; "
    "for one that does not, add --exempt CLIENT_ID."
)


def _told(applications: Applications) -> str:
    """Return which applications the door lets pass, and which it will ask."""
    exempt, asked = ", ".join([CONSOLE, *applications.exempt]), ", ".join([EXAMPLE, *applications.asked])
    return f"Exempt from the door: {exempt}.\nAsked for an organization at each login and refresh: {asked}."


def main(arguments: list[str] | None = None) -> int:
    """Set a tenant up from the command line and print its clients as JSON."""
    asked = _arguments(arguments)
    wanted = Wanted(
        asked.audience,
        asked.namespace,
        asked.connection,
        asked.application,
        asked.stored_refresh,
        tuple(asked.exempt),
    )
    if problems := list(_problems(asked.url, wanted, asked.door)):
        print(*problems, sep="\n", file=sys.stderr)
        return 2
    credentials = {field: os.environ[name] for field, name in CREDENTIALS.items()}
    try:
        with closing(Auth0(asked.url, lambda: credentials)) as auth0:
            applications = others(wanted.exempt, (EXAMPLE, CONSOLE), Management(auth0))
            print(_told(applications), file=sys.stderr)
            if applications.asked and not asked.yes:
                print(CONSENT, file=sys.stderr)
                return 2
            clients = set_up(wanted, auth0=auth0, door=asked.door)
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({name: asdict(client) for name, client in clients.items()}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
