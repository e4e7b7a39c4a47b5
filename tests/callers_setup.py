"""What tests of callers share: every route, every kind of caller, and where they act."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx

from local.people import Api
from local.stack import NAMESPACE, Stack
from tests.front_door import provision, unique
from tests.minted import EVERYTHING, caller, of_organization, of_system

WRITES = ("write:organizations", "write:invites", "write:members")
ROUTES = {
    "list organizations": ("GET", "/organizations"),
    "provision": ("POST", "/organizations"),
    "read organization": ("GET", "/organizations/{organization}"),
    "list invites": ("GET", "/organizations/{organization}/invites"),
    "read invite": ("GET", "/organizations/{organization}/invites/{invite}"),
    "list members": ("GET", "/organizations/{organization}/members"),
    "read member": ("GET", "/organizations/{organization}/members/{user}"),
    "read user": ("GET", "/users/{user}"),
    "read user's": ("GET", "/users/{user}/organizations"),
    "invite": ("POST", "/organizations/{organization}/invites"),
    "add": ("POST", "/organizations/{organization}/members"),
    "resend": ("POST", "/organizations/{organization}/invites/{invite}/resend"),
    "change": ("PATCH", "/organizations/{organization}/members/{user}"),
    "deprovision": ("DELETE", "/organizations/{organization}/members/{user}"),
    "revoke": ("DELETE", "/organizations/{organization}/invites/{invite}"),
}


@dataclass(frozen=True)
class World:
    """Two organizations with a member and an invite each, and the callers, by name."""

    ids: dict[str, dict[str, str]]
    """The path values of the `own`, the `other` and an `unknown` organization."""
    callers: dict[str, Api]


@contextmanager
def new_world(stack: Stack, operator: Api) -> Iterator[World]:
    """Make two organizations of nobody else's, and everybody who might call."""
    own, other = provision(operator), provision(operator)
    admin, _ = (added(operator, own, "admin") for _ in range(2))
    sub = operator.get(f"/users/{admin}").json()["account"]
    ids = {name: filled(operator, place) for name, place in (("own", own), ("other", other))}
    nobody = {"organization": "Nowhere", "user": "0" * 24, "invite": "0" * 26}
    stack.workers.idle()
    with ExitStack() as apis:
        bearers = {name: caller(stack, **given) for name, given in claims_of(own, sub).items()}
        yield World(
            {**ids, "unknown": nobody},
            {name: apis.enter_context(bearer) for name, bearer in bearers.items()},
        )


def claims_of(own: str, admin: str) -> dict[str, dict[str, object]]:
    """Return the tokens of all kinds of callers; `admin` is the account of an admin of `own`."""
    of_own: dict[str, object] = {f"{NAMESPACE}/organization": own}
    return {
        "operator": {"permissions": EVERYTHING},
        "reader": {"permissions": [name for name in EVERYTHING if name not in WRITES]},
        "scope alone": {"scope": " ".join(EVERYTHING)},
        "one organization unnamed": {"permissions": EVERYTHING[1:]},
        "nothing": {},
        "admin": {"sub": admin, **of_organization(own, "admin")},
        "admin with everything": {"sub": admin, "permissions": EVERYTHING, **of_organization(own, "admin")},
        "former admin": {"sub": "auth0|former", **of_organization(own, "admin")},
        "member": {"sub": admin, **of_organization(own, "editor")},
        "member with permissions": {"sub": admin, "permissions": EVERYTHING, **of_organization(own)},
        "system": of_system(*EVERYTHING),
        "reading system": of_system("all:organizations", "read:invites"),
        "bound system": {**of_system(*EVERYTHING), **of_own},
        "system without scopes": {**of_system(), **of_own},
        "system with permissions": {**of_system(), "permissions": EVERYTHING},
    }


def added(api: Api, organization: str, *roles: str) -> str:
    """Add somebody and return the user's id; nobody waits for Auth0."""
    body = {"email": f"{unique('someone')}@clinic.example", "roles": roles}
    made = api.post(f"/organizations/{organization}/members", json=body).raise_for_status()
    return str(made.json()["user"])


def filled(api: Api, organization: str) -> dict[str, str]:
    """Give an organization a member and an invite, and return the ids for paths."""
    body = {"email": f"{unique('invitee')}@clinic.example", "send": False}
    invite = api.post(f"/organizations/{organization}/invites", json=body).raise_for_status().json()["id"]
    return {"organization": organization, "user": added(api, organization), "invite": invite}


def ask(api: Api, route: str, ids: dict[str, str]) -> httpx.Response:
    """Call a route with whatever body and headers make it work for those who may."""
    method, path = ROUTES[route]
    address = f"{ids['organization']}-{api.headers['authorization'][-12:]}@clinic.example"
    bodies: dict[str, dict[str, object]] = {
        "provision": {"id": f"p-{api.headers['authorization'][-12:]}", "name": "New"},
        "invite": {"email": f"invited-{address}"},
        "add": {"email": f"added-{address}"},
        "change": {"roles": ["editor"]},
    }
    headers = {"If-Match": '"1"'} if route == "change" else {}
    return api.request(method, path.format(**ids), json=bodies.get(route), headers=headers)
