"""First logins at once, and those that a domain lets in: nothing twice, nobody back, no seat too many."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import pytest

from local.people import Person
from local.stack import NAMESPACE, Stack
from tests import interrupting
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.domain_setup import proved
from tests.front_door import audited
from tests.logins_setup import NOBODY, Place, enterprise, resolved
from tests.minted import lasting

ANY = {"If-Match": "*"}
AS_IT_WAS: dict[str, Any] = {"allowed_domains": [], "roles": []}
Answer = dict[str, Any]
R = TypeVar("R")


@pytest.fixture(scope="module")
def place(stack: Stack) -> Iterator[Place]:
    """An organization with an identity provider of its own."""
    with lasting(stack) as api:
        yield enterprise(stack, api)


@pytest.fixture
def open_domain(place: Place) -> Iterator[str]:
    """Return a domain whose people become editors by themselves, until the test is over."""
    domain = proved(place.operator, place.id)["domain"]
    yield joins(place, domain)
    joins(place, domain, auto_join=False)


def joins(place: Place, domain: str, *, auto_join: bool = True) -> str:
    """Say whether a domain's people become members by themselves, and return it."""
    body: dict[str, Any] = {"auto_join": auto_join, "roles": ["editor"]}
    place.operator.patch(f"{place.path}/domains/{domain}", json=body, headers=ANY).raise_for_status()
    return domain


def at_once(place: Place, *people: Person) -> list[dict[str, Any]]:
    """Have the door ask about people who are all denied so far, at the same moment."""
    accounts = [place.account_id(person) for person in people]
    with ThreadPoolExecutor(len(people)) as pool, place.stack.aws.delayed("TransactWriteItems", 0.1):
        return list(pool.map(lambda account: resolved(place.stack, account), accounts))


def test_two_first_logins_at_once_are_one(place: Place, new_person: NewPerson) -> None:
    """Both get the same answer: one offer taken up, one account bound."""
    ann = place.person(new_person)
    place.arrives(ann)
    made = place.invite(ann.email)
    assert at_once(place, ann, ann) == [{"organizations": [place.id], "roles": [f"{place.id}:editor"]}] * 2
    user = place.user(ann.email)
    assert user
    assert audited(place.stack, place.id, "invite:accept").count(made["id"]) == 1
    assert audited(place.stack, place.id, "user:bind").count(user.id) == 1


def test_of_two_accounts_with_one_address_one_is_bound(place: Place, new_person: NewPerson) -> None:
    """The other is nobody's, for ever."""
    ann, evil = place.person(new_person), new_person("evil")
    evil.idp["email"] = ann.email
    for person in (ann, evil):
        place.arrives(person)
    place.invite(ann.email)
    answers = at_once(place, ann, evil)
    assert sorted(len(answer["organizations"]) for answer in answers) == [0, 1]
    user = place.user(ann.email)
    assert user
    assert [place.account_id(person) == user.account for person in (ann, evil)] == [
        answer != NOBODY for answer in answers
    ]
    again = [resolved(place.stack, place.account_id(person)) for person in (ann, evil)]
    assert again == answers


def interrupted(
    place: Place, moment: int, account: str, meanwhile: Callable[[], R]
) -> tuple[Answer, list[R]]:
    """Have the door ask about an account, and something else happen just before its nth request to AWS."""
    return interrupting.interrupted(place.stack, moment, partial(resolved, place.stack, account), meanwhile)


@pytest.mark.parametrize("whose", ["the same account", "another account"])
def test_at_no_moment_does_a_login_come_between_another(
    whose: str, place: Place, new_person: NewPerson
) -> None:
    """Whatever lands between two requests of a first login: one account is bound, and its answers say so."""
    moment, reached = 0, True
    while reached:
        moment += 1
        ann, evil = place.person(new_person), new_person("evil")
        evil.idp["email"] = ann.email
        for person in (ann, evil):
            place.arrives(person)
        place.invite(ann.email)
        ids = [
            place.account_id(person)
            for person in ((ann, ann) if whose == "the same account" else (ann, evil))
        ]
        answer, between = interrupted(place, moment, ids[0], partial(resolved, place.stack, ids[1]))
        answers, reached = [answer, *between], bool(between)
        user = place.user(ann.email)
        assert user
        bound = [account == user.account for account in ids[: len(answers)]]
        assert [answer != NOBODY for answer in answers] == bound, moment
        assert audited(place.stack, place.id, "user:bind").count(user.id) == 1
    assert moment > 12


def test_a_domain_lets_its_people_in(place: Place, open_domain: str, new_person: NewPerson) -> None:
    """With the role that it gives, and a record of it; once it does not, who comes later stays outside."""
    ann, ben = (place.person(new_person, name, open_domain) for name in ("ann", "ben"))
    assert place.arrives(ann)["claims"][f"{NAMESPACE}/roles"] == ["editor"]
    user = place.user(ann.email)
    assert user
    assert user.id in audited(place.stack, place.id, "member:join")
    joins(place, open_domain, auto_join=False)
    assert not place.arrives(ben).get("admitted")
    assert place.user(ben.email) is None


@pytest.mark.parametrize(("offered", "released"), [(False, False), (False, True), (True, True)])
def test_at_no_moment_does_a_domain_let_in_whom_it_does_not(
    *, offered: bool, released: bool, place: Place, new_person: NewPerson
) -> None:
    """Once it lets nobody in, or is given up, no first login under way makes a member or takes a seat."""
    moment, reached = 0, True
    while reached:
        moment += 1
        domain = proved(place.operator, place.id)["domain"]
        ann = place.person(new_person, domain=domain)
        place.arrives(ann)
        joins(place, domain)
        if offered:
            place.invite(ann.email)
        before = store(place.stack).organization(place.id).taken
        _, was_in = interrupted(
            place, moment, place.account_id(ann), partial(ends, place, domain, ann.email, released=released)
        )
        reached = bool(was_in)
        comes = was_in[0] if was_in else True
        assert (place.user(ann.email) is not None) == comes, moment
        assert store(place.stack).organization(place.id).taken - before == (comes and not offered)
    assert moment > 8


@pytest.mark.parametrize(
    ("change", "came_to"), [({"allowed_domains": ["only.example"]}, None), ({"roles": ["surgeon"]}, ())]
)
def test_at_no_moment_does_a_domain_give_what_the_organization_does_not(
    change: Answer, came_to: object, place: Place, open_domain: str, new_person: NewPerson
) -> None:
    """Once it allows the domain no more, or gives no such role, a first login under way heeds that."""
    moment, reached = 0, True
    while reached:
        moment += 1
        place.operator.patch(place.path, json=AS_IT_WAS, headers=ANY).raise_for_status()
        ann = place.person(new_person, domain=open_domain)
        joins(place, open_domain, auto_join=False)
        place.arrives(ann)
        joins(place, open_domain)
        _, was = interrupted(place, moment, place.account_id(ann), partial(changed, place, change, ann.email))
        reached = bool(was)
        expected = came_to if was == [None] else ("editor",)
        assert roles_of(place, ann.email) == expected, moment
    place.operator.patch(place.path, json=AS_IT_WAS, headers=ANY).raise_for_status()
    assert moment > 8


def test_an_offer_that_is_taken_back_meanwhile_denies_nobody(stack: Stack, new_person: NewPerson) -> None:
    """It held the last seat, which then is free for whom their domain lets in: they always come in."""
    with lasting(stack) as api:
        full = enterprise(stack, api, seats=1)
        moment, reached = 0, True
        while reached:
            moment += 1
            ann = full.person(new_person)
            joins(full, full.domain, auto_join=False)
            full.arrives(ann)
            joins(full, full.domain)
            offer = f"{full.path}/invites/{full.invite(ann.email)['id']}"
            answer, between = interrupted(full, moment, full.account_id(ann), partial(api.delete, offer))
            reached = bool(between)
            assert answer["organizations"] == [full.id], moment
            user = full.user(ann.email)
            assert user
            api.delete(f"{full.path}/members/{user.id}").raise_for_status()
    assert moment > 8


def changed(place: Place, change: Answer, email: str) -> object:
    """Change what an organization allows; return the roles of somebody who was in by then."""
    place.operator.patch(place.path, json=change, headers=ANY).raise_for_status()
    return roles_of(place, email)


def roles_of(place: Place, email: str) -> object:
    """Return somebody's roles, or None if they are not in."""
    user = place.user(email)
    return user.organizations.get(place.id) if user else None


def ends(place: Place, domain: str, email: str, *, released: bool) -> bool:
    """Have a domain let nobody in any more; tell whether somebody was in by then."""
    if released:
        place.operator.delete(f"{place.path}/domains/{domain}").raise_for_status()
    else:
        joins(place, domain, auto_join=False)
    return place.user(email) is not None


def test_who_was_removed_does_not_come_back_by_it(
    place: Place, open_domain: str, new_person: NewPerson
) -> None:
    """Before they ever came or after: only an invite lets them in again."""
    early, late = (place.person(new_person, name, open_domain) for name in ("early", "late"))
    place.operator.post(f"{place.path}/members", json={"email": early.email}).raise_for_status()
    assert place.arrives(late)["admitted"]
    for person in (early, late):
        user = place.user(person.email)
        assert user
        place.operator.delete(f"{place.path}/members/{user.id}").raise_for_status()
        assert not place.arrives(person).get("admitted")
    place.invite(early.email)
    assert place.arrives(early)["admitted"]


def test_an_offer_goes_before_the_domain(place: Place, open_domain: str, new_person: NewPerson) -> None:
    """Its roles are those that somebody chose."""
    ann = place.person(new_person, domain=open_domain)
    place.invite(ann.email, roles=["viewer"])
    assert place.arrives(ann)["claims"][f"{NAMESPACE}/roles"] == ["viewer"]


def test_nobody_comes_by_a_domain_into_a_full_organization(stack: Stack, new_person: NewPerson) -> None:
    """Nor do two at once get the last seat."""
    with lasting(stack) as api:
        full = enterprise(stack, api, seats=1)
        joins(full, full.domain)
        people = [full.person(new_person, name) for name in ("ann", "ben")]
        body = {"email": f"first@{full.domain}"}
        first = api.post(f"{full.path}/members", json=body).raise_for_status().json()["user"]
        assert not any(full.arrives(person).get("admitted") for person in people)
        api.delete(f"{full.path}/members/{first}").raise_for_status()
        answers = at_once(full, *people)
        assert sorted(len(answer["organizations"]) for answer in answers) == [0, 1]
        assert store(stack).organization(full.id).taken == 1
