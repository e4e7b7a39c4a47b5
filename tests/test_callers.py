"""Who may do what, through the front door: every route of the API by every kind of caller."""

from collections.abc import Iterator

import pytest

from local import people
from local.people import Api, Person
from local.stack import Stack
from tests.callers_setup import ROUTES, World, ask, new_world
from tests.conftest import NewPerson
from tests.front_door import WAIT, add, provision
from tests.minted import caller, of_organization
from tests.refusals import refused, traces

FREE = ("list organizations", "provision")
READS = ("read organization", "list invites", "read invite", "list members", "read member")
USERS = ("read user", "read user's")
CHANGES = ("invite", "add", "resend", "change", "deprovision", "revoke")
CREATES = ("provision", "invite", "add")
WRITERS = ("operator", "system", "admin", "admin with everything", "bound system")
INVITES_READ = ("list invites", "read invite")

ALL, HELD, NONE = (200, 200, 404), (200, 404, 404), (403, 403, 403)
TABLE: dict[str, dict[str, tuple[int, ...]]] = {
    "operator": {**dict.fromkeys((*READS, *USERS, *CHANGES), ALL), **dict.fromkeys(FREE, (200,))},
    "system": {**dict.fromkeys((*READS, *USERS, *CHANGES), ALL), **dict.fromkeys(FREE, (200,))},
    "reader": {**dict.fromkeys((*READS, *USERS), ALL), "list organizations": (200,)},
    "reading system": dict.fromkeys(INVITES_READ, ALL),
    "admin": dict.fromkeys((*READS, *USERS, *CHANGES), HELD),
    "admin with everything": dict.fromkeys((*READS, *USERS, *CHANGES), HELD),
    "former admin": {**dict.fromkeys((*READS, *USERS), HELD), **dict.fromkeys(CHANGES, (403, 404, 404))},
    "bound system": dict.fromkeys((*READS, *USERS, *CHANGES), HELD),
    "member": dict.fromkeys(USERS, (404, 404, 404)),
    "member with permissions": dict.fromkeys(USERS, (404, 404, 404)),
    "scope alone": {},
    "one organization unnamed": {},
    "nothing": {},
    "system without scopes": {},
    "system with permissions": {},
}
"""Statuses in the own, the other and an unknown organization; whatever is not here is forbidden, 403."""


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


def holds(name: str, world: World) -> None:
    """Hold every route against the table, for one caller."""
    for route in ROUTES:
        wanted = TABLE[name].get(route, (403,) if route in FREE else NONE)
        due = [201 if status == 200 and route in CREATES else status for status in wanted]
        places = list(world.ids.values())[: len(due)]
        assert [ask(world.callers[name], route, ids).status_code for ids in places] == due, route


@pytest.mark.parametrize("name", WRITERS)
def test_who_may_change_what(name: str, world: World) -> None:
    """Whoever may write does so where the table says, and is refused elsewhere."""
    holds(name, world)


@pytest.mark.parametrize("name", sorted(set(TABLE) - set(WRITERS)))
def test_who_may_change_nothing(name: str, untouched: World) -> None:
    """Whoever may read, or not even that, gets what the table says."""
    holds(name, untouched)


@pytest.mark.parametrize("name", ["admin", "bound system"])
@pytest.mark.parametrize("route", [*READS, *USERS, *CHANGES])
def test_another_organizations_resource_is_an_unknown_one(name: str, route: str, untouched: World) -> None:
    """Status, body and headers are the same, so nobody learns what exists elsewhere."""
    other, unknown = (
        ask(untouched.callers[name], route, untouched.ids[place]) for place in ("other", "unknown")
    )
    refused(other, 404, "not_found")
    assert other.content == unknown.content
    passing = {"apigw-requestid", "date"}
    headers = [
        {key: value for key, value in found.headers.items() if key not in passing}
        for found in (other, unknown)
    ]
    assert headers[0] == headers[1]


@pytest.mark.parametrize("name", ["admin", "bound system"])
def test_an_own_path_leads_to_nobody_elses_resource(name: str, untouched: World) -> None:
    """Under one's own organization another one's invite, member and user are unknown."""
    own, other, api = untouched.ids["own"], untouched.ids["other"], untouched.callers[name]
    for route in ("read invite", "read member", "resend", "revoke", "change", "deprovision"):
        refused(ask(api, route, {**other, "organization": own["organization"]}), 404, "not_found")


def test_what_is_forbidden_leaves_no_trace(untouched: World, stack: Stack) -> None:
    """A refusal is recorded nowhere and asks nothing of Auth0."""
    before = traces(stack)
    for name in ("nothing", "member", "scope alone", "reader", "former admin"):
        for route in ("provision", *CHANGES):
            assert ask(untouched.callers[name], route, untouched.ids["own"]).status_code == 403
    for route in CHANGES:
        assert ask(untouched.callers["admin"], route, untouched.ids["other"]).status_code == 404
    assert traces(stack) == before


def test_an_own_invite_goes_into_the_own_organization(untouched: World) -> None:
    """`POST /invites` takes the caller's organization; naming another one is 404."""
    own, other = untouched.ids["own"]["organization"], untouched.ids["other"]["organization"]
    for name in ("admin", "bound system", "admin with everything"):
        api, email = untouched.callers[name], f"own-{name.replace(' ', '-')}@clinic.example"
        refused(api.post("/invites", json={"email": email, "organization": other}), 404, "not_found")
        assert api.post("/invites", json={"email": email}).json()["organization"] == own
        again = api.post("/invites", json={"email": email, "organization": own})
        refused(again, 409, "invite_pending")


def test_who_has_no_organization_names_one(untouched: World) -> None:
    """An operator's and a system's `POST /invites` names the organization, or is 422."""
    own = untouched.ids["own"]["organization"]
    for name in ("operator", "system"):
        api, email = untouched.callers[name], f"named-{name}@clinic.example"
        refused(api.post("/invites", json={"email": email}), 422, "unacceptable", "#/organization")
        made = api.post("/invites", json={"email": email, "organization": own})
        assert (made.status_code, made.json()["organization"]) == (201, own)


def test_only_callers_for_all_may_have_the_link(untouched: World) -> None:
    """`send: false` answers with the link, which must not reach whoever acts for one organization."""
    for name in ("admin", "bound system", "admin with everything"):
        for path in ("/invites", f"/organizations/{untouched.ids['own']['organization']}/invites"):
            refused(
                untouched.callers[name].post(path, json={"email": "x@clinic.example", "send": False}),
                403,
                "forbidden",
            )
    path = f"/organizations/{untouched.ids['own']['organization']}/invites"
    for name in ("operator", "system"):
        made = untouched.callers[name].post(
            path, json={"email": f"link-{name}@clinic.example", "send": False}
        )
        assert "/accept/" in made.json()["link"]


def test_a_member_reads_themselves_alone(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """A member sees their own user, and of their organizations the token's alone."""
    person, elsewhere = new_person(), provision(operator)
    user = add(operator, clinic, person, roles=["editor"])["user"]
    colleague = add(operator, clinic, new_person())["user"]
    add(operator, elsewhere, person)
    account = operator.get(f"/users/{user}").json()["account"]
    with caller(stack, sub=account, **of_organization(clinic, "editor")) as api:
        assert api.get(f"/users/{user}").json()["organizations"] == [
            {"organization": clinic, "roles": ["editor"]}
        ]
        assert len(api.get(f"/users/{user}/organizations").json()["items"]) == 1
        refused(api.get(f"/users/{colleague}"), 404, "not_found")


def test_an_admin_sees_of_a_user_only_what_is_theirs(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Of a user who is in other organizations too, an admin sees this membership alone."""
    admin, person, elsewhere = new_person("admin"), new_person(), provision(operator)
    boss = add(operator, clinic, admin, roles=["admin"])["user"]
    user = add(operator, clinic, person)["user"]
    add(operator, elsewhere, person)
    sub = operator.get(f"/users/{boss}").json()["account"]
    with caller(stack, sub=sub, **of_organization(clinic, "admin")) as api:
        shown = api.get(f"/users/{user}")
        assert shown.json()["organizations"] == [{"organization": clinic, "roles": []}]
        assert elsewhere not in shown.text + api.get(f"/users/{user}/organizations").text


def test_a_removed_admins_token_does_nothing_more(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """A token outlives a removal, its rights do not."""
    admin = add(operator, clinic, new_person("admin"), roles=["admin"])["user"]
    add(operator, clinic, new_person("admin"), roles=["admin"])
    sub = operator.get(f"/users/{admin}").json()["account"]
    with caller(stack, sub=sub, **of_organization(clinic, "admin")) as api:
        assert api.post("/invites", json={"email": "first@clinic.example"}).status_code == 201
        operator.delete(f"/organizations/{clinic}/members/{admin}", headers=WAIT).raise_for_status()
        refused(api.post("/invites", json={"email": "second@clinic.example"}), 403, "forbidden")
