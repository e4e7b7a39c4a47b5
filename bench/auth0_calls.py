"""`auth0_calls`: what each operation asks of the Management API, counted by the tenant."""

from collections.abc import Iterator
from contextlib import contextmanager

from bench.figures import Figure, equal
from bench.scripted import Scripted, script
from bench.world import World, address, control, management_calls, world
from local.people import Person

WANTED = {"invite": 0, "accept_new": 2, "accept_known": 1, "role_change": 1, "coalesced_20_changes": 1}
CHANGES = 20
Counts = dict[str, int]


def measure() -> Figure:
    """Do the same with Guestlist and with the script, and count."""
    with world() as ours, script(ours.stack) as running:
        guestlist, scripted = of_guestlist(ours), of_script(ours, running)
    return Figure(
        "auth0_calls",
        "calls of the Management API, counted by the tenant. The script knows no offer: it makes the "
        "account, or adds the organization, when it invites, and nothing is left to do when the person comes",
        {"guestlist": guestlist, "script": scripted},
        [("", "guestlist", "script"), *((name, guestlist[name], scripted[name]) for name in guestlist)],
        [equal(name, guestlist[name], wanted) for name, wanted in WANTED.items()],
    )


def of_guestlist(ours: World) -> Counts:
    """Invite, accept, accept again elsewhere, change a role, and let twenty changes wait together."""
    counts = Counts()
    first, second = ours.organization(), ours.organization()
    with Person(ours.stack, address()) as person:
        with _counted(ours, counts, "invite"):
            _invite(ours, first, person)
        with _counted(ours, counts, "accept_new"):
            ticket = person.press(person.link()).headers["location"]
        # A password as old as its account would pass for the random one.
        control(ours.stack.tenant, "POST", "clock", {"advance": 2})
        person.choose_password(ticket)
        _invite(ours, second, person)
        with _counted(ours, counts, "accept_known"):
            person.press(person.link())
        member = ours.add(person.email, ours.organization())
        ours.rest()
        with _counted(ours, counts, "role_change"):
            _change_role(ours, member["organization"], member["user"])
        _coalesced(ours, counts, person.email)
    counts["invite_and_accept_new"] = counts["invite"] + counts["accept_new"]
    return counts


def of_script(ours: World, running: Scripted) -> Counts:
    """Have the script do what there is of it."""
    counts = Counts()
    email, organizations = address(), [f"elsewhere{number}" for number in range(CHANGES + 1)]
    with _counted(ours, counts, "invite"):
        running.do([("invite", email, organizations[0])])
    with _counted(ours, counts, "invite_known"):
        running.do([("invite", email, "elsewhere")])
    with _counted(ours, counts, "role_change"):
        running.do([("change_role", email, organizations[0])])
    with _counted(ours, counts, "coalesced_20_changes"):
        running.do([("add", email, organization) for organization in organizations[1:]])
    return {
        "invite": counts["invite"],
        "accept_new": 0,
        "accept_known": 0,
        "role_change": counts["role_change"],
        "coalesced_20_changes": counts["coalesced_20_changes"],
        "invite_and_accept_new": counts["invite"],
    }


@contextmanager
def _counted(ours: World, counts: Counts, name: str) -> Iterator[None]:
    ours.rest()
    before = management_calls(ours.stack.tenant)
    yield
    ours.rest()
    counts[name] = management_calls(ours.stack.tenant) - before


def _invite(ours: World, organization: str, person: Person) -> None:
    path, body = f"/organizations/{organization}/invites", {"email": person.email}
    ours.api.post(path, json=body).raise_for_status()
    ours.rest()


def _change_role(ours: World, organization: str, user: str) -> None:
    path = f"/organizations/{organization}/members/{user}"
    seen = {"If-Match": ours.api.get(path).raise_for_status().headers["etag"]}
    ours.api.patch(path, json={"roles": ["editor"]}, headers=seen).raise_for_status()


def _coalesced(ours: World, counts: Counts, email: str) -> None:
    """Make twenty changes of one user while the queues' workers are away."""
    organizations = [ours.organization() for _ in range(CHANGES)]
    with _counted(ours, counts, "coalesced_20_changes"), ours.held_up():
        for organization in organizations:
            ours.add(email, organization)
