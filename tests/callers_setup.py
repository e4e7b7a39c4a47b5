"""What tests of callers share: every route, every kind of caller, and where they act."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx

from guestlist.provisioning import connection_name
from local.intrinsics import parse
from local.people import Api
from local.stack import NAMESPACE, ROOT, Stack
from local.template import Route, Template
from tests.front_door import provision, unique
from tests.minted import EVERYTHING, caller, of_organization, of_system
from tests.moving_setup import SAML

PLACES = ("own", "other", "unknown")
ELSEWHERE = {
    "POST /organizations/{organization}/setup-links": "awaiting",
    "DELETE /organizations/{organization}/move": "moving",
    "POST /organizations/{organization}/connections": "enterprise",
    "DELETE /organizations/{organization}/connections/{connection}": "enterprise",
}
"""What is asked of an organization that is fit for it, and by which name a world has that."""


def _routes() -> dict[str, Route]:
    """Return the template's routes by their keys."""
    document = parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    found = Template(document, dict.fromkeys(document["Parameters"], "any"), {}).routes()
    return {route.key: route for route in found}


ALL_ROUTES = _routes()
IN_TURN = sorted(ALL_ROUTES, key=lambda key: key.startswith("DELETE "))
"""The routes in an order in which each finds what it works on."""

ROUTES = [key for key in IN_TURN if ALL_ROUTES[key].authorizer]
"""Those that ask for a token."""

CHANGES = [key for key in ROUTES if not key.startswith("GET ")]


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
    admin, former = (added(operator, own, "admin") for _ in range(2))
    operator.delete(f"/organizations/{own}/members/{former}").raise_for_status()
    added(operator, own, "admin")
    ids = {name: filled(operator, place) for name, place in (("own", own), ("other", other))}
    nobody = {"organization": "Nowhere", "user": "0" * 24, "invite": "0" * 26, "token": "A" * 60}
    nobody["receipt"] = "0" * 24
    nobody |= {"domain": "nowhere.example", "connection": "nowhere"} | dict.fromkeys(
        ELSEWHERE.values(), "Nowhere"
    )
    subs = {"admin": admin, "former": former, "member": ids["own"]["user"]}
    accounts = {name: operator.get(f"/users/{user}").json()["account"] for name, user in subs.items()}
    stack.workers.idle()
    with ExitStack() as apis:
        bearers = {name: caller(stack, **claims) for name, claims in claims_of(own, accounts).items()}
        yield World(
            {**ids, "unknown": nobody},
            {
                name: apis.enter_context(bearer)
                for name, bearer in {**bearers, "nobody": Api(stack, "")}.items()
            },
        )


def claims_of(own: str, accounts: dict[str, str]) -> dict[str, dict[str, object]]:
    """Return the tokens of all kinds of callers; `accounts` are those of users of `own`."""
    of_own: dict[str, object] = {f"{NAMESPACE}/organization": own}
    admin, member = of_organization(own, "admin"), of_organization(own, "editor")
    reading = [name for name in EVERYTHING if not name.startswith("write:")]
    return {
        "operator": {"permissions": EVERYTHING},
        "system": of_system(*EVERYTHING),
        "bound": {**of_system(*EVERYTHING[1:]), **of_own},
        "admin": {"sub": accounts["admin"], **admin},
        "former": {"sub": accounts["former"], **admin},
        "member": {"sub": accounts["member"], **member},
        "door": of_system("resolve:logins"),
        "nothing": {},
        "operator who reads": {"permissions": reading},
        "operator of no organizations": {"permissions": EVERYTHING[1:]},
        "operator by scope": {"scope": " ".join(EVERYTHING)},
        "admin with all permissions": {"sub": accounts["admin"], "permissions": EVERYTHING, **admin},
        "member with all permissions": {"sub": accounts["member"], "permissions": EVERYTHING, **member},
        "system that reads invites": of_system("all:organizations", "read:invites"),
        "system by permissions": {**of_system(), "permissions": EVERYTHING},
        "bound with all organizations": {**of_system(*EVERYTHING), **of_own},
        "door of an organization": {**of_system("resolve:logins"), **of_own},
        "operator who resolves": {"permissions": ["all:organizations", "resolve:logins"]},
        "bound without scopes": {**of_system(), **of_own},
    }


def added(api: Api, organization: str, *roles: str) -> str:
    """Add somebody and return the user's id; nobody waits for Auth0."""
    body = {"email": f"{unique('someone')}@clinic.example", "roles": roles}
    made = api.post(f"/organizations/{organization}/members", json=body).raise_for_status()
    return str(made.json()["user"])


def change(api: Api, organization: str, user: str, *roles: str) -> httpx.Response:
    """Give a member these roles, whatever they have now."""
    body, headers = {"roles": list(roles)}, {"If-Match": "*"}
    return api.patch(f"/organizations/{organization}/members/{user}", json=body, headers=headers)


def filled(api: Api, organization: str) -> dict[str, str]:
    """Give an organization a member and two invites, one for its page, and return the ids for paths.

    `awaiting` is another one, whose connection its IT sets up, `moving` one that moves to such a connection,
    `enterprise` one that has a connection and may get the one that is named.
    """
    path, made = f"/organizations/{organization}/invites", []
    for _ in range(2):
        body = {"email": f"{unique('invitee')}@clinic.example", "send": False}
        made.append(api.post(path, json=body).raise_for_status().json())
    waits: list[dict[str, object]] = [{"self_service": True}]
    enterprise, moving = provision(api, kind="enterprise", connections=[SAML]), provision(api)
    api.post(f"/organizations/{moving}/move", json={"connections": waits}).raise_for_status()
    return {
        "organization": organization,
        "user": added(api, organization),
        "invite": made[0]["id"],
        "token": made[1]["link"].rpartition("/")[2],
        "receipt": receipt_in(api, organization),
        "domain": claimed(api, organization),
        "awaiting": provision(api, kind="enterprise", connections=waits),
        "moving": moving,
        "enterprise": enterprise,
        "connection": connection_name(enterprise, 2),
    }


def receipt_in(api: Api, organization: str) -> str:
    """Add somebody, take them off the list again, and return the receipt's id."""
    path = f"/organizations/{organization}/members/{added(api, organization)}"
    return str(api.delete(path).raise_for_status().json()["id"])


def claimed(api: Api, organization: str) -> str:
    """Claim a domain of its own for an organization, with the record that proves it in place."""
    body = {"domain": f"{unique('domain')}.example"}
    made = api.post(f"/organizations/{organization}/domains", json=body).raise_for_status().json()
    api.stack.zone[made["record"]["name"]] = [made["record"]["value"]]
    return str(made["domain"])


def ask(api: Api, key: str, ids: dict[str, str]) -> httpx.Response:
    """Call a route with whatever body and headers make it work for those who may."""
    method, _, path = ("GET /nowhere" if key == "$default" else key).partition(" ")
    email = f"{unique('asked')}@clinic.example"
    bodies: dict[str, dict[str, object]] = {
        "POST /organizations": {"id": unique("asked"), "name": "New"},
        "PATCH /organizations/{organization}": {"name": "Another"},
        "POST /invites": {"email": email, "organization": ids["organization"]},
        "POST /organizations/{organization}/invites": {"email": email},
        "POST /organizations/{organization}/members": {"email": email},
        "PATCH /organizations/{organization}/members/{user}": {"roles": ["editor"]},
        "POST /organizations/{organization}/domains": {"domain": f"{unique('asked')}.example"},
        "PATCH /organizations/{organization}/domains/{domain}": {"roles": ["editor"]},
        "POST /organizations/{organization}/move": {"connections": [SAML]},
        "POST /organizations/{organization}/connections": SAML,
        "POST /organizations/{organization}/setup-links": {},
        "POST /organizations/{organization}/members/{user}/link": {
            "account": f"samlp|{connection_name(ids['organization'])}|{unique('asked')}"
        },
        "POST /drift": {"repair": False},
        "POST /discover": {"email": email},
        "POST /logins/resolve": {"user": f"samlp|{unique('asked')}|ann"},
    }
    if key.endswith("/link"):
        api.stack.workers.idle()  # whom an organization moves has then somebody to be linked
    if key in ELSEWHERE:
        ids = {**ids, "organization": ids[ELSEWHERE[key]]}
    headers = {"If-Match": '"1"'} if method == "PATCH" else {}
    return api.request(method, path.format(**ids), json=bodies.get(key), headers=headers)
