"""What becomes of roles by groups while processes die: at first logins, at later ones, by another table."""

from collections.abc import Callable
from functools import partial

from guestlist import organizations
from guestlist.bodies import OrganizationChange
from guestlist.groups import GroupsAt, table_of
from guestlist.names import ADMIN
from guestlist.regrouping import PAGE
from tests.robustness.crash_case import ANN, BEN, HOSPITAL, HOUR, Case
from tests.robustness.crash_cases_of_own import invited, moved, proved, signs_in
from tests.robustness.front import Front, operators_request

FIRST, EVERY = GroupsAt.FIRST_LOGIN.value, GroupsAt.EVERY_LOGIN.value
TABLE = {"Nurses": ["member"], "Heads": [ADMIN, "member"]}
OTHER = {"Nurses": ["nurse"], "Heads": [ADMIN]}
"""What groups give, and what they are to give."""
Step = Callable[[Front], object]


def _mapping(at: str) -> Step:
    """Let the hospital have proved the domain, and make roles of groups."""
    return partial(proved, groups=TABLE, groups_at=at)


def _comes(*groups: str, email: str = ANN) -> Callable[[Front], str]:
    """Have somebody sign in, with the groups they are in; return what the door is told."""
    return lambda front: signs_in(front, *groups, email=email, subject=email)


def _ben_is_added(front: Front) -> None:
    front.add(HOSPITAL, BEN)


def _in_turn(*steps: Step) -> Callable[[Front], None]:
    """Let one thing be so after the other has come to rest: a login leads to what is told later."""

    def prepare(front: Front) -> None:
        for step in steps:
            step(front)
            front.world.rest(HOUR)

    return prepare


def _people(at: str) -> Callable[[Front], None]:
    """Let Ben be an admin by group, and Ann an editor and nurse."""
    return _in_turn(_mapping(at), _ben_is_added, _comes("Heads", email=BEN), invited, _comes("Nurses"))


def _ann_alone(front: Front) -> None:
    """Let Ann be the only admin, by group."""
    _in_turn(_mapping(EVERY), invited, _comes("Heads"))(front)


def _change(table: dict[str, list[str]], at: str) -> Callable[[Front], None]:
    """Have the hospital make other roles of groups."""

    def ask(front: Front) -> None:
        wanted = OrganizationChange.model_validate({"groups": table, "groups_at": at})
        seen, request = front.store.organization(HOSPITAL).version, operators_request()
        organizations.change(HOSPITAL, wanted, seen=seen, request=request, store=front.store)

    return ask


def _full_page(front: Front) -> None:
    """Let more people be members than a sweep goes through; most of them never came."""
    _people(EVERY)(front)
    for number in range(PAGE):
        front.add(HOSPITAL, f"{number:03}@example.com")


def _of_table(
    name: str, before: Step, table: dict[str, list[str]], at: str, *groups: str, pairs: bool = False
) -> Case:
    """Return the case of a table of groups that is changed; Ann, in these groups, comes later."""

    def is_so(front: Front) -> bool:
        found = front.store.organization(HOSPITAL)
        return (found.groups, found.groups_at) == (table_of(table), at)

    return Case(name, before, _change(table, at), is_so, later=_comes(*groups), pairs=pairs)


def _login(name: str, before: Step, *groups: str, later: tuple[str, ...] | None = None) -> Case:
    return Case(name, before, _comes(*groups), later=_comes(*(groups if later is None else later)))


OF_GROUPS = (
    _login("first login, by groups", _in_turn(_mapping(EVERY), invited), "Nurses"),
    _login("first login, by groups once", _in_turn(_mapping(FIRST), invited), "Heads", later=("Nurses",)),
    _login("login with other groups", _people(EVERY), "Heads"),
    _login("login of an admin with other groups", _in_turn(_people(EVERY), _comes("Heads")), "Choir"),
    _login(
        "login of the last admin with other groups",
        _in_turn(_mapping(EVERY), invited, _comes("Heads")),
        "Nurses",
    ),
    _login("first login, by groups at both doors", _in_turn(moved, _change(TABLE, EVERY)), "Nurses"),
    _of_table("another table of groups", _people(EVERY), OTHER, EVERY, "Nurses", pairs=True),
    _of_table("no table of groups any more", _people(EVERY), {}, EVERY, "Nurses"),
    _of_table("groups count at every login from now on", _people(FIRST), TABLE, EVERY, "Heads"),
    _of_table("another table, for more people than a page has", _full_page, OTHER, EVERY, "Nurses"),
)
GROUPS_ALONE = Case("groups alone", _in_turn(_mapping(EVERY), _comes("Heads")), _comes("Heads"))
"""A first login that leads nowhere, as the one before it: groups make nobody a member."""
