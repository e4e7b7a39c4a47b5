"""Domains that make admins: no admin's word gives that role for longer than they have it themselves."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

import pytest

from local.people import Api
from local.stack import NAMESPACE, Stack
from tests.conftest import NewPerson
from tests.domain_setup import ANY, proved
from tests.interrupting import interrupted
from tests.logins_setup import Place, enterprise, resolved
from tests.minted import caller, lasting, of_organization, of_system

OPEN = {"auto_join": True, "roles": ["admin", "editor"]}


@pytest.fixture(scope="module")
def place(stack: Stack) -> Iterator[Place]:
    """An organization with an identity provider of its own, and an admin who stays."""
    with lasting(stack) as api:
        place = enterprise(stack, api)
        body = {"email": f"stays@{place.domain}", "roles": ["admin"]}
        api.post(f"{place.path}/members", json=body).raise_for_status()
        yield place


Boss = Callable[[], tuple[Api, str]]


@pytest.fixture
def boss(place: Place, new_person: NewPerson) -> Iterator[Boss]:
    """Return a maker of admins: of the API as they use it, and their user's id."""
    with ExitStack() as apis:

        def make() -> tuple[Api, str]:
            person = place.person(new_person, "boss")
            place.invite(person.email, roles=["admin"])
            api = apis.enter_context(Api(place.stack, place.arrives(person)["access_token"]))
            user = place.user(person.email)
            assert user
            return api, user.id

        yield make


def opens(api: Api, place: Place, domain: str, **otherwise: object) -> None:
    """Let a domain's people become admins by themselves."""
    path = f"{place.path}/domains/{domain}"
    api.patch(path, json={**OPEN, **otherwise}, headers=ANY).raise_for_status()


def demote(place: Place, user: str) -> None:
    """Make an admin one no more."""
    path = f"{place.path}/members/{user}"
    place.operator.patch(path, json={"roles": ["editor"]}, headers=ANY).raise_for_status()


def roles(place: Place, new_person: NewPerson, domain: str) -> list[str]:
    """Return the roles with which somebody comes whom a domain lets in."""
    came = place.arrives(place.person(new_person, domain=domain))
    return list(came["claims"][f"{NAMESPACE}/roles"])


def test_a_former_admins_word_makes_nobody_an_admin(place: Place, boss: Boss, new_person: NewPerson) -> None:
    """People join all the same, with the other roles, until another admin says it again."""
    domain = proved(place.operator, place.id)["domain"]
    (api, user), (other, _) = boss(), boss()
    opens(api, place, domain)
    assert roles(place, new_person, domain) == ["admin", "editor"]
    demote(place, user)
    assert roles(place, new_person, domain) == ["editor"]
    opens(other, place, domain)
    assert roles(place, new_person, domain) == ["admin", "editor"]


def test_an_operators_word_stands(place: Place, new_person: NewPerson) -> None:
    """Who may say so in all organizations is a member of none."""
    domain = proved(place.operator, place.id)["domain"]
    opens(place.operator, place, domain)
    assert roles(place, new_person, domain) == ["admin", "editor"]


def test_who_may_make_no_admin_does_not_vouch_for_one(
    place: Place, stack: Stack, boss: Boss, new_person: NewPerson
) -> None:
    """What a former admin said stays theirs, whoever else changes the domain."""
    domain = proved(place.operator, place.id)["domain"]
    api, user = boss()
    opens(api, place, domain)
    demote(place, user)
    with caller(stack, **of_organization(place.id), **of_system("write:domains")) as system:
        opens(system, place, domain, roles=["admin", "editor", "viewer"])
    assert roles(place, new_person, domain) == ["editor", "viewer"]


def test_at_no_moment_does_a_former_admins_word_make_one(
    place: Place, boss: Boss, new_person: NewPerson
) -> None:
    """Whenever during a first login they cease to be one."""
    moment, reached = 0, True
    while reached:
        moment += 1
        domain = proved(place.operator, place.id)["domain"]
        ann = place.person(new_person, domain=domain)
        place.arrives(ann)
        api, user = boss()
        opens(api, place, domain)

        def ends(user: str = user, email: str = ann.email) -> bool:
            demote(place, user)
            return place.user(email) is not None

        asked = partial(resolved, place.stack, place.account_id(ann))
        answer, was_in = interrupted(place.stack, moment, asked, ends)
        reached = bool(was_in)
        given = ["admin", "editor"] if was_in != [False] else ["editor"]
        assert answer["roles"] == [f"{place.id}:{role}" for role in given], moment
    assert moment > 10
