"""Roles by groups, at once with others: one record of each change, an admin left, nobody let in by groups."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

import pytest
from werkzeug.wrappers import Request

from guestlist.organization_records import OrganizationStatus
from local.people import Person
from local.stack import Stack
from local.tenant.documents import milliseconds
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.front_door import audited
from tests.groups_setup import ANY, TABLE, Mapping, mapping
from tests.logins_setup import resolved
from tests.minted import lasting

Answer = dict[str, Any]


@pytest.fixture
def clinic(stack: Stack) -> Iterator[Mapping]:
    """An organization whose groups count at every login."""
    with lasting(stack) as api:
        yield mapping(stack, api, every=True)


def say(clinic: Mapping, person: Person, *groups: str) -> None:
    """Have somebody's account say other groups, though nobody was asked about them yet."""
    with clinic.place.stack.tenant.state.lock:
        account = clinic.place.stack.tenant.state.users[clinic.place.account_id(person)]
        account["groups"] = list(groups)
        account["updated_at"] = milliseconds(clinic.place.stack.tenant.state.clock.now())


def heads(clinic: Mapping, new_person: NewPerson) -> list[Person]:
    """Return two admins by group."""
    people = [clinic.person(new_person, "Heads") for _ in range(2)]
    for person in people:
        clinic.place.arrives(person)
    clinic.told()
    return people


def asked(clinic: Mapping, person: Person) -> Answer:
    """Have the door ask about somebody."""
    return resolved(clinic.place.stack, clinic.place.account_id(person))


def roles(clinic: Mapping, *given: str) -> Answer:
    """Return what the door is told of somebody with these roles."""
    return {
        "organizations": [clinic.place.id],
        "roles": [f"{clinic.place.id}:{role}" for role in given],
    }


def consistent(clinic: Mapping, *people: Person) -> None:
    """Hold counters, memberships and users against each other; these are all the people there are."""
    held, standing = store(clinic.place.stack), []
    for person in people:
        user = clinic.place.user(person.email)
        assert user
        membership = held.membership(clinic.place.id, user.id)
        assert membership
        assert user.organizations.get(clinic.place.id) == (membership.roles if membership.stands else None)
        standing += [membership] if membership.stands else []
    found = held.organization(clinic.place.id)
    assert (found.taken, found.admins) == (len(standing), sum(one.administers for one in standing))
    assert found.admins


def test_two_logins_at_once_are_one_change(clinic: Mapping, new_person: NewPerson) -> None:
    """Both are told the same, and the audit has it once."""
    ann, boss = heads(clinic, new_person)
    say(clinic, ann, "Nurses")
    with ThreadPoolExecutor(2) as pool, clinic.place.stack.aws.delayed("TransactWriteItems", 0.1):
        answers = list(pool.map(lambda person: asked(clinic, person), (ann, ann)))
    assert answers == [roles(clinic, "member")] * 2
    user = clinic.place.user(ann.email)
    assert user
    assert audited(clinic.place.stack, clinic.place.id, "member:change").count(user.id) == 2
    consistent(clinic, ann, boss)


def test_of_two_admins_who_lose_their_group_at_once_one_stays(clinic: Mapping, new_person: NewPerson) -> None:
    """Whichever comes second keeps the role."""
    people = heads(clinic, new_person)
    for person in people:
        say(clinic, person, "Nurses")
    with ThreadPoolExecutor(2) as pool, clinic.place.stack.aws.delayed("TransactWriteItems", 0.1):
        answers = list(pool.map(lambda person: asked(clinic, person), people))
    assert sorted(answers, key=lambda answer: len(answer["roles"])) == [
        roles(clinic, "member"),
        roles(clinic, "admin", "member"),
    ]
    assert clinic.admins() == 1
    consistent(clinic, *people)


def again(clinic: Mapping, *people: Person) -> None:
    """Have both be admins by group again."""
    stack, operator, path = clinic.place.stack, clinic.place.operator, clinic.place.path
    if store(stack).organization(clinic.place.id).status is OrganizationStatus.SUSPENDED:
        operator.post(f"{path}/resume").raise_for_status()
    clinic.change(groups=TABLE)
    for person in people:
        if operator.get(clinic.member(person)).status_code == HTTPStatus.NOT_FOUND:
            operator.post(f"{path}/members", json={"email": person.email}).raise_for_status()
        for groups in (["Choir"], ["Heads"]):
            say(clinic, person, *groups)
            asked(clinic, person)
    assert clinic.admins() == 2


def comes_again(clinic: Mapping, ann: Person, _: Person) -> None:
    """Have somebody sign in once more, by now in another group."""
    say(clinic, ann, "Lab, night")
    asked(clinic, ann)


DEEDS: dict[str, Callable[[Mapping, Person, Person], object]] = {
    "removed": lambda clinic, ann, _: clinic.place.operator.delete(clinic.member(ann)),
    "by hand": lambda clinic, ann, _: clinic.place.operator.patch(
        clinic.member(ann), json={"roles": ["editor"]}, headers=ANY
    ),
    "the other admin is one no more": lambda clinic, _, boss: clinic.place.operator.patch(
        clinic.member(boss), json={"roles": []}, headers=ANY
    ),
    "another table": lambda clinic, *_: clinic.change(groups={"Nurses": ["nurse"]}),
    "the same person comes in another group": comes_again,
    "suspended": lambda clinic, *_: clinic.place.operator.post(f"{clinic.place.path}/suspend"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_at_no_moment_does_something_come_between(deed: str, clinic: Mapping, new_person: NewPerson) -> None:
    """Whatever lands between two requests: nobody is back, an admin is left, and all records agree."""
    ann, boss = heads(clinic, new_person)
    moment, reached = 0, True
    while reached:
        moment += 1
        again(clinic, ann, boss)
        say(clinic, ann, "Nurses")
        heard, done = list[Request](), list[object]()

        def hear(request: Request, heard: list[Request] = heard, done: list[object] = done) -> None:
            heard.append(request)
            if len(heard) == moment:  # noqa: B023 (called in this turn alone)
                done.append(DEEDS[deed](clinic, ann, boss))

        clinic.place.stack.workers.idle()
        with clinic.place.stack.aws.heard(hear):
            answer = asked(clinic, ann)
        reached = bool(done)
        consistent(clinic, ann, boss)
        gone = clinic.place.operator.get(clinic.member(ann)).status_code == HTTPStatus.NOT_FOUND
        assert gone == (reached and deed == "removed")
        if deed == "the same person comes in another group" and reached:
            assert clinic.recorded(ann) == ["lab"], moment
    assert f"{clinic.place.id}:member" in answer["roles"]
    assert moment > 8
