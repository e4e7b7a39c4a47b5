"""One address by two connections of one organization: whom a domain lets in is let in once."""

from collections.abc import Iterator
from functools import partial

import pytest

from local.stack import Stack
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.domain_setup import ANY
from tests.interrupting import interrupted
from tests.logins_setup import Place, resolved, several
from tests.minted import lasting
from tests.test_first_logins_refused import refused as denied


def joins(place: Place, *, auto_join: bool = True) -> None:
    """Say whether the people of the organization's domain become members by themselves."""
    path = f"{place.path}/domains/{place.domain}"
    place.operator.patch(path, json={"auto_join": auto_join}, headers=ANY).raise_for_status()


@pytest.fixture(scope="module")
def doors(stack: Stack) -> Iterator[tuple[Place, Place]]:
    """One organization as people come by either of its identity providers, whose domain lets them in."""
    with lasting(stack) as api:
        both = several(stack, api)
        joins(both[0])
        yield both


def test_one_address_by_two_connections_has_one_seat(
    doors: tuple[Place, Place], new_person: NewPerson
) -> None:
    """The account's that came first, also when that was removed; an offer is another matter."""
    here, there = doors
    ann = here.person(new_person)
    before = store(here.stack).organization(here.id).taken
    assert here.arrives(ann)["admitted"]
    denied(there, ann)
    assert store(here.stack).organization(here.id).taken == before + 1
    user = here.user(ann.email)
    assert user
    here.operator.delete(f"{here.path}/members/{user.id}").raise_for_status()
    denied(there, ann)
    there.invite(ann.email, connection=there.connection)
    assert there.arrives(ann)["admitted"]
    assert store(here.stack).organization(here.id).taken == before + 1


def test_two_connections_at_once_let_one_of_two_in(doors: tuple[Place, Place], new_person: NewPerson) -> None:
    """Whatever lands between two requests of a first login, of the same address by the other connection."""
    here, there = doors
    moment, reached = 0, True
    while reached:
        moment += 1
        ann = here.person(new_person)
        joins(here, auto_join=False)
        for door in doors:
            door.arrives(ann)
        joins(here)
        before = store(here.stack).organization(here.id).taken
        one = partial(resolved, here.stack, here.account_id(ann))
        other = partial(resolved, here.stack, there.account_id(ann))
        answer, between = interrupted(here.stack, moment, one, other)
        reached = bool(between)
        answers = [answer, *(between or [other()])]
        assert sorted(len(told["organizations"]) for told in answers) == [0, 1], moment
        assert store(here.stack).organization(here.id).taken == before + 1
    assert moment > 10
