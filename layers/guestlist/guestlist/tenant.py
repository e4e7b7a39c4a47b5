"""What the tenant needs for Guestlist: API, clients, connection, grants, role, profile, and the door."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from guestlist.access import Permission
from guestlist.auth0 import Auth0, Body, segment
from guestlist.caller import ALL_ORGANIZATIONS
from guestlist.door import BUILD_LIMIT, set_up_door
from guestlist.door_configuration import DoorConfiguration, Resolution, secrets_in
from guestlist.login_policy import RefreshOrganization, Source
from guestlist.management import Management, SetUpError

TOKEN_LIFE = 300
"""Seconds of an access token's life: a removal is complete when the last one has run out."""
PERMISSIONS = [ALL_ORGANIZATIONS, *(str(one) for one in Permission if one is not Permission.RESOLVE_LOGINS)]
"""What operators and other systems may do; who is at the door is asked by the door alone."""
SCOPES_OF_API = [*PERMISSIONS, str(Permission.RESOLVE_LOGINS)]
ACCOUNTS = [
    *("read:users", "create:users", "update:users_app_metadata"),
    # To take an account that nobody proved to be theirs out of other hands.
    *("update:users", "read:authentication_methods", "delete:sessions", "delete:refresh_tokens"),
]
SCOPES = {
    "accept": [*ACCOUNTS, "create:user_tickets"],
    "projector": ACCOUNTS,
    # It looks, and changes nothing: who holds this client could not open the door.
    "drift": ["read:users", "read:actions", "read:connections"],
    "provisioner": [
        *("read:connections", "create:connections", "update:connections", "delete:connections"),
        # An application's lists of callbacks and web origins are written whole.
        *("read:clients", "update:clients"),
    ],
    # A deployment of the door needs the right to make Actions.
    "door": ["read:actions", "update:actions", "create:actions"],
    "logins": ["read:users"],
    # What is there already is edited by the link; nothing narrower than all connections can be read.
    "setup_links": ["read:connections", "create:sso_access_tickets"],
}
"""What each function's client may do at the Management API."""
LIFETIMES = {"rotation_type": "rotating", "expiration_type": "expiring", "token_lifetime": 30 * 24 * 3600}
OPERATOR_ROLE = "Guestlist operator"
RESOLVE = "/logins/resolve"
"""Our API's route by which the door asks."""
CALLBACKS = "callbacks"
EXAMPLE, CONSOLE = "Guestlist example application", "Guestlist operator console"
PROFILE = "Guestlist"
"""The self-service profile by which customers' IT set up connections."""


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
    api: str = ""
    """Where the door reaches our API, to ask about new enterprise users; empty: it asks nobody."""
    issuer: str = ""
    """With `api`: where it gets the tokens that the API takes, the custom domain if there is one."""


@dataclass(frozen=True)
class Client:
    """A client at Auth0, with the secret that its owner needs."""

    client_id: str
    client_secret: str
    configuration: str | None = None
    """For the function that keeps the door: the settings that the door has."""
    resolver: str | None = None
    """The same: the secret of the client by which the door asks about new enterprise users."""
    profile: str | None = None
    """For the function that makes set-up links: the id of the self-service profile."""

    def shown(self) -> dict[str, str]:
        """Return what its owner is given."""
        return {name: value for name, value in asdict(self).items() if value is not None}


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
        **{name: _set_up_client(f"Guestlist {name}", MACHINE, management) for name in MACHINES},
    }
    _set_up_connection(wanted, list(clients.values()), management)
    for name in ("operator", "system"):
        _set_up_grant(clients[name], wanted.audience, PERMISSIONS, management)
    for name, scopes in SCOPES.items():
        _set_up_grant(clients[name], auth0.audience, scopes, management)
    _set_up_grant(clients["resolver"], wanted.audience, [Permission.RESOLVE_LOGINS], management)
    _set_up_operator_role(wanted, management)
    resolver, exempt = clients["resolver"], (clients["operator"].client_id, *wanted.exempt)
    configuration = door_configuration(wanted, *exempt, resolver=resolver.client_id).to_json()
    keeper = replace(clients["door"], configuration=configuration, resolver=resolver.client_secret)
    set_up_door(secrets_in(keeper.shown()), door, management, build_limit=build_limit)
    minter = replace(clients["setup_links"], profile=_set_up_profile(management))
    return clients | {"door": keeper, "setup_links": minter}


MACHINES = ("system", "resolver", *SCOPES)
MACHINE = {"app_type": "non_interactive", "grant_types": ["client_credentials"]}


def _web(wanted: Wanted, *grants: str) -> Body:
    return {
        "app_type": "regular_web",
        "grant_types": ["authorization_code", *grants, "refresh_token"],
        CALLBACKS: [f"{wanted.application}/callback"],
        "allowed_logout_urls": [wanted.application],
        "initiate_login_uri": f"{wanted.application}/login",
        "oidc_conformant": True,
        "refresh_token": LIFETIMES,
    }


def _set_up_api(wanted: Wanted, management: Management) -> None:
    """Make the API's resource server: RBAC on, and the permissions in the token."""
    settings = {
        "name": "Guestlist",
        "scopes": [{"value": value, "description": value} for value in SCOPES_OF_API],
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
    path = f"/clients/{segment(client.client_id)}"
    management.call("PATCH", path, {name: value for name, value in settings.items() if name != CALLBACKS})
    if addresses := settings.get(CALLBACKS):
        # Organizations have addresses of their own on that list.
        management.write_list(path, lambda: _lacking(addresses, management.call("GET", path)))
    return client


def _lacking(wanted: list[str], client: Body) -> Body | None:
    """Return an application's list of callbacks with those that it lacks; None if it lacks none."""
    there = client.get(CALLBACKS) or []
    lacking = [address for address in wanted if address not in there]
    return {CALLBACKS: [*there, *lacking]} if lacking else None


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
    elif signs_up(connection):
        # The options are replaced whole, so that all of them go back.
        options = {**connection["options"], "disable_signup": True}
        management.call("PATCH", f"/connections/{segment(connection['id'])}", {"options": options})
    enabled: Any = [{"client_id": client.client_id, "status": True} for client in clients]
    management.call("PATCH", f"/connections/{segment(connection['id'])}/clients", enabled)


def signs_up(connection: Body) -> bool:
    """Tell whether anybody may make an account in a connection."""
    return not connection["options"].get("disable_signup")


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


def _set_up_profile(management: Management) -> str:
    """Return the id of the self-service profile, made once: its look and its providers are the owner's."""
    found = management.find("/self-service-profiles", name=PROFILE)
    if found is None:
        email = {"name": "email", "description": "By which we know a person.", "is_optional": False}
        new = {"description": "For identity providers of organizations.", "user_attributes": [email]}
        found = management.create("/self-service-profiles", new, name=PROFILE)
    return str(found["id"])


def door_configuration(wanted: Wanted, *exempt_clients: str, resolver: str) -> DoorConfiguration:
    """Return how the door is to be configured; `resolver` is the client by which it asks.

    Raises:
        ValueError: the namespace is no URL of our own, or the API is where no secret may be sent.
    """
    refresh = RefreshOrganization.STORED if wanted.stored_refresh else RefreshOrganization.REQUESTED
    return DoorConfiguration(
        namespace=wanted.namespace,
        sources=(Source.CLIENT, Source.CONNECTION, Source.QUERY),
        refresh_organization=refresh,
        exempt_clients=exempt_clients,
        resolve=_resolution(wanted, resolver) if wanted.api else None,
    )


def _resolution(wanted: Wanted, resolver: str) -> Resolution:
    return Resolution(f"{wanted.api}{RESOLVE}", f"{wanted.issuer}/oauth/token", wanted.audience, resolver)
