"""Who may do what, through the front door: every route of the API by every kind of caller."""

import re
from collections.abc import Iterator

import httpx
import pytest

from guestlist import access
from guestlist.access import ADMINS, PUBLIC, ROUTES, Permission, Reach
from local import people
from local.people import Api, Person
from local.stack import ROOT, Stack
from tests.callers_setup import ALL_ROUTES, CHANGES, IN_TURN, World, added, ask, change, new_world
from tests.callers_setup import ROUTES as ASKED
from tests.matrix import as_table, expected, observed, written
from tests.minted import caller, of_organization, of_system
from tests.refusals import refused, traces
from tools.permissions import table

MATRIX = expected()
WRITERS = (
    "operator",
    "system",
    "bound",
    "admin",
    "bound with all organizations",
    "admin with all permissions",
)
LIKE = {
    "bound with all organizations": ("bound", ""),
    "admin with all permissions": ("admin", ""),
    "member with all permissions": ("member", ""),
    "operator who reads": ("operator", "GET .*"),
    "system that reads invites": ("system", "GET .*/invites.*"),
    "operator of no organizations": ("nothing", ""),
    "operator by scope": ("nothing", ""),
    "system by permissions": ("nothing", ""),
    "bound without scopes": ("nothing", ""),
    "door of an organization": ("nothing", ""),
    "operator who resolves": ("nothing", ""),
}
"""Tokens that say more or less than others: whom they are like, and where, if not everywhere."""


@pytest.fixture(scope="module")
def console(stack: Stack) -> Iterator[Person]:
    """Return the person whom the deployer made an operator."""
    with Person(stack, "olga@guestlist.example") as olga:
        stack.hire_operator(olga.email, olga.password)
        yield olga


@pytest.fixture
def operator(stack: Stack, console: Person) -> Iterator[Api]:
    """Return the API as they use it who signed in: with what the role at Auth0 gives, and no more."""
    with people.operator(stack, console) as api:
        yield api


@pytest.fixture
def world(stack: Stack, operator: Api) -> Iterator[World]:
    """Return organizations in which anything may be done."""
    with new_world(stack, operator) as made:
        yield made


@pytest.fixture(scope="module")
def untouched(stack: Stack, console: Person) -> Iterator[World]:
    """Return organizations that tests share: they look, are refused, or invite somebody else."""
    with people.operator(stack, console) as api, new_world(stack, api) as made:
        yield made


def test_every_route_has_its_row() -> None:
    """The matrix has a row for each route of the template, and so has the API's own table."""
    assert as_table(MATRIX) == written()
    assert set(ROUTES) == set(ASKED)
    assert PUBLIC | {"$default"} == set(ALL_ROUTES) - set(ASKED)


def due(name: str) -> dict[str, str]:
    """Return what the matrix says for a caller, or for whom they are like; elsewhere it is `nothing`."""
    like, where = LIKE.get(name, (name, ""))
    elsewhere = [route for route in ASKED if where and not re.fullmatch(where, route)]
    return MATRIX[like] | {route: MATRIX["nothing"][route] for route in elsewhere}


@pytest.mark.parametrize("name", WRITERS)
def test_who_may_change_what(name: str, world: World) -> None:
    """Whoever may write does so where the matrix says, and is refused elsewhere."""
    assert {route: observed(world, name, route) for route in IN_TURN} == due(name)


@pytest.mark.parametrize("name", sorted({*MATRIX, *LIKE} - {*WRITERS}))
def test_who_may_change_nothing(name: str, untouched: World) -> None:
    """Whoever may read, or not even that, gets what the matrix says."""
    assert {route: observed(untouched, name, route) for route in IN_TURN} == due(name)


@pytest.mark.parametrize("name", ["bound", "admin", "former", "member", "bound with all organizations"])
def test_another_organizations_resource_is_an_unknown_one(name: str, untouched: World) -> None:
    """Status, body and headers are the same at every route, so nobody learns what exists elsewhere."""
    api, passing = untouched.callers[name], {"apigw-requestid", "date"}
    for route in [route for route in ASKED if len(MATRIX["operator"][route]) > 1]:
        answers = [ask(api, route, untouched.ids[place]) for place in ("other", "unknown")]
        other, unknown = (
            (found.status_code, found.content, {k: v for k, v in found.headers.items() if k not in passing})
            for found in answers
        )
        assert other == unknown, route


@pytest.mark.parametrize("name", ["admin", "bound"])
def test_an_own_path_leads_to_nobody_elses_resource(name: str, untouched: World) -> None:
    """Under one's own organization another one's invite, member and user are unknown."""
    mixed = {**untouched.ids["other"], "organization": untouched.ids["own"]["organization"]}
    may = [route for route in ASKED if MATRIX[name][route] != "---"]
    for route in [route for route in may if route.count("{") > 1 or "{user}" in route]:
        refused(ask(untouched.callers[name], route, mixed), 404, "not_found")


def test_what_is_forbidden_leaves_no_trace(untouched: World, stack: Stack) -> None:
    """A refusal is recorded nowhere and asks nothing of Auth0."""
    before = traces(stack)
    for name in ("nothing", "member", "operator by scope", "operator who reads", "former"):
        for route in CHANGES:
            refused(ask(untouched.callers[name], route, untouched.ids["own"]), 403, "forbidden")
    for route in [route for route in CHANGES if access.ROUTES[route].reach is access.Reach.PATH]:
        refused(ask(untouched.callers["admin"], route, untouched.ids["other"]), 404, "not_found")
    assert traces(stack) == before


@pytest.mark.parametrize("body", [b"{", b'{"unknown": 1}', b"[]"], ids=["no JSON", "unknown", "no object"])
def test_who_may_not_is_not_told_what_is_wrong(untouched: World, body: bytes) -> None:
    """Whether the body is any good is nobody's business who may not send it."""
    for route in [
        route for route in CHANGES if route.startswith(("POST", "PATCH")) and "resend" not in route
    ]:
        method, _, path = route.partition(" ")
        for name in ("member", "nothing", "operator who reads"):
            asked = path.format(**untouched.ids["own"])
            refused(untouched.callers[name].request(method, asked, content=body), 403, "forbidden")
        if access.ROUTES[route].reach is access.Reach.PATH:
            asked = path.format(**untouched.ids["other"])
            refused(untouched.callers["admin"].request(method, asked, content=body), 404, "not_found")


def test_who_has_no_organization_names_one(untouched: World) -> None:
    """`POST /invites` goes into the caller's own organization; an operator who names none is 422."""
    own = untouched.ids["own"]["organization"]
    for name in ("operator", "system", "admin", "bound", "bound with all organizations"):
        api, body = untouched.callers[name], {"email": f"own-{name.replace(' ', '-')}@clinic.example"}
        if name in {"operator", "system"}:
            refused(api.post("/invites", json=body), 422, "unacceptable", "#/organization")
            body["organization"] = own
        assert api.post("/invites", json=body).json()["organization"] == own


def test_only_callers_for_all_may_have_the_link(untouched: World) -> None:
    """`send: false` answers with the link, which must not reach whoever acts for one organization."""
    path = f"/organizations/{untouched.ids['own']['organization']}/invites"
    for name in ("admin", "bound", "admin with all permissions", "bound with all organizations"):
        for where in ("/invites", path):
            body = {"email": "x@clinic.example", "send": False}
            refused(untouched.callers[name].post(where, json=body), 403, "forbidden")
    for name in ("operator", "system"):
        body = {"email": f"link-{name}@clinic.example", "send": False}
        assert "/accept/" in untouched.callers[name].post(path, json=body).json()["link"]


def test_nobody_gives_a_role_above_their_own(stack: Stack, world: World) -> None:
    """Who lacks but one of an admin's permissions gives any role but `admin`, in no way that there is."""
    own, rights = world.ids["own"], sorted(ADMINS - {Permission.READ_AUDIT})
    path = f"/organizations/{own['organization']}"
    with caller(stack, **of_system("all:organizations", *rights)) as api:
        for kind in ("invites", "members"):
            body = {"email": f"{kind}@clinic.example", "roles": ["editor", "admin"]}
            refused(api.post(f"{path}/{kind}", json=body), 403, "forbidden")
            assert api.post(f"{path}/{kind}", json={**body, "roles": ["editor"]}).is_success
        refused(change(api, own["organization"], own["user"], "admin"), 403, "forbidden")
        invite = {"email": "boss@clinic.example", "roles": ["admin"]}
        made = world.callers["operator"].post(f"{path}/invites", json=invite).json()["id"]
        refused(api.post(f"{path}/invites/{made}/resend"), 403, "forbidden")


def test_who_gives_no_role_anew_takes_none_away_by_it(stack: Stack, operator: Api, clinic: str) -> None:
    """A role that a member has stays with them, whoever changes the others."""
    admin = added(operator, clinic, "admin")
    with caller(stack, **of_system("all:organizations", "write:members")) as api:
        assert change(api, clinic, admin, "admin", "editor").json()["roles"] == ["admin", "editor"]


def test_a_role_is_no_permission(stack: Stack, untouched: World) -> None:
    """Roles that are called as permissions or kinds of callers are give nothing."""
    own = untouched.ids["own"]["organization"]
    for role in ("operator", "system", "all-organizations", "administrator"):
        with caller(stack, sub="auth0|x", **of_organization(own, role)) as api:
            refused(api.get(f"/organizations/{own}/members"), 403, "forbidden")


def test_the_document_says_what_each_route_needs(stack: Stack) -> None:
    """`security` names the permission as the token's role, and nothing where nobody needs a token."""
    document = httpx.get(f"{stack.api}/openapi.json").json()
    for route in set(ALL_ROUTES) - {"$default", "GET /openapi.json"}:
        method, path = route.split()
        operation, rule = document["paths"][path][method.lower()], ROUTES.get(route)
        assert operation["security"] == ([{"token": [rule.permission]}] if rule else [])
        assert operation.get("x-reaches") == (rule.reach if rule else None)


def test_the_readme_has_the_table() -> None:
    """`python -m tools.permissions` prints what stands in the README, of every route and reach."""
    assert table() in (ROOT / "README.md").read_text(encoding="utf-8")
    assert {rule.reach for rule in ROUTES.values()} == set(Reach)
