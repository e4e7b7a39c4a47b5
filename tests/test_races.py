"""What many do at once: nothing is lost, nothing is there twice."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any, NamedTuple

import httpx
import pytest

from local.people import PLAIN, Api, Person
from local.stack import Stack
from local.telling import together
from tests.callers_setup import added
from tests.conftest import NewPerson
from tests.front_door import (
    WAIT,
    add,
    audited,
    invite,
    join,
    organizations_at_auth0,
    provision,
    suffer,
)

ROUNDS = 10


class Admin(NamedTuple):
    """An organization's admin, by the user's id, and the API as they may use it."""

    user: str
    api: Api


NewAdmin = Callable[[str], Admin]


@pytest.fixture
def new_admin(operator: Api, new_person: NewPerson) -> Iterator[NewAdmin]:
    """Return a maker of admins of an organization, signed in there."""
    with ExitStack() as closing:

        def make(organization: str) -> Admin:
            person = new_person("admin")
            join(operator, organization, person, roles=["admin"])
            user = _members(operator, organization)[person.email]
            return Admin(user, closing.enter_context(person.api(organization)))

        yield make


def _race(stack: Stack, *deeds: Callable[[], httpx.Response | dict[str, object]]) -> list[Any]:
    """Do all of it at once; transactions are held up, so that all have read before one of them writes."""
    with stack.aws.delayed("TransactWriteItems", 0.1):
        return together(*deeds)


def _warm(times: int, ask: Callable[[], object]) -> None:
    """Have a function start for so many requests at a time: cold starts come one after the other."""
    together(*[ask] * times)


def _members(api: Api, organization: str) -> dict[str, str]:
    """Return the ids of an organization's members, by address."""
    found = api.get(f"/organizations/{organization}/members").raise_for_status()
    return {member["email"]: member["user"] for member in found.json()["items"]}


def test_two_admins_who_add_one_person_both_succeed(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson, new_admin: NewAdmin
) -> None:
    """Ten times, somebody whom nobody knows yet, while Auth0 is slow: one user, one account, both clinics."""
    second = provision(operator)
    admins = {clinic: new_admin(clinic).api, second: new_admin(second).api}
    for _ in range(ROUNDS):
        person = new_person()
        suffer(stack, path="/api/v2/users", lag=0.05, times=2)
        added = _race(stack, *(partial(add, api, at, person) for at, api in admins.items()))
        assert [member["projection"] for member in added] == ["applied", "applied"]
        assert added[0]["user"] == added[1]["user"]
        assert organizations_at_auth0(stack, person) == sorted(admins)
        assert all(_members(api, at)[person.email] == added[0]["user"] for at, api in admins.items())


def test_two_who_remove_and_add_one_known_person_both_succeed(
    operator: Api, system: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Crosswise, again and again: out of one organization and into the other in the same instant."""
    person, here, there = new_person(), clinic, provision(operator)
    user = add(operator, here, person)["user"]
    for _ in range(4):
        suffer(stack, method="PATCH", path="/api/v2/users/.*", lag=0.05, times=2)
        _race(
            stack,
            partial(operator.delete, f"/organizations/{here}/members/{user}", headers=WAIT),
            partial(add, system, there, person),
        )
        here, there = there, here
        assert organizations_at_auth0(stack, person) == [here]
        assert _members(operator, here) == {person.email: user}
        assert _members(operator, there) == {}


def test_f15_a_button_pressed_twice_at_once_accepts_once(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """One membership, one account, one audit record; both presses lead on, and a password comes of it."""
    person = new_person()
    made = invite(operator, clinic, person)
    _warm(2, partial(httpx.get, person.link(), verify=PLAIN))
    suffer(stack, method="POST", path="/api/v2/users$", lag=0.2)
    with Person(stack, person.email) as twin:
        presses = _race(stack, *(partial(who.press, person.link()) for who in (person, twin)))
    assert [answer.status_code for answer in presses] == [303, 303]
    assert audited(stack, clinic, "invite:accept") == [made["id"]]
    assert len(_members(operator, clinic)) == 1
    assert organizations_at_auth0(stack, person) == [clinic]
    chosen = [person.choose_password(answer.headers["location"]).status_code for answer in _tickets(presses)]
    assert 200 in chosen
    assert person.sign_in(clinic)["admitted"]


def _tickets(presses: list[httpx.Response]) -> list[httpx.Response]:
    """Return the answers whose ticket still opens: a newer one kills an older one."""
    return [
        answer for answer in presses if httpx.get(answer.headers["location"], verify=PLAIN).status_code == 200
    ]


def _patient(answer: httpx.Response, ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Return an answer, or where others were in the way what is answered when it said to try again."""
    if answer.status_code != 503:
        return answer
    assert answer.json()["code"] == "busy"
    time.sleep(int(answer.headers["retry-after"]))
    return ask()


def test_the_last_seat_goes_to_one_of_twenty(operator: Api, stack: Stack, new_person: NewPerson) -> None:
    """The others are told that the seats are taken, if need be at a second try; the counters are right."""
    clinic = provision(operator, seats=3)
    add(operator, clinic, new_person())
    invite(operator, clinic, new_person())
    path, bodies = f"/organizations/{clinic}/invites", [{"email": new_person().email} for _ in range(20)]
    asked = [partial(operator.post, path, json=body) for body in bodies]
    _warm(20, partial(operator.get, f"/organizations/{clinic}"))
    answers = _race(stack, *asked)
    assert [answer.status_code for answer in answers].count(201) == 1
    patient = [_patient(answer, ask) for answer, ask in zip(answers, asked, strict=True)]
    assert Counter((answer.status_code, answer.json().get("code")) for answer in patient) == {
        (201, None): 1,
        (409, "seats_taken"): 19,
    }
    counted = operator.get(f"/organizations/{clinic}").json()
    assert (counted["members"], counted["pending_invites"]) == (1, 2)
    assert len(audited(stack, clinic, "invite:create")) == 2


def test_two_admins_who_remove_each_other_leave_one(
    operator: Api, stack: Stack, clinic: str, new_admin: NewAdmin
) -> None:
    """Again and again: whoever is second is no admin any more, or would take the last one."""
    left = new_admin(clinic)
    for _ in range(3):
        pair = (left, new_admin(clinic))
        answers = _race(
            stack,
            *(
                partial(admin.api.delete, f"/organizations/{clinic}/members/{other.user}")
                for admin, other in zip(pair, reversed(pair), strict=True)
            ),
        )
        [refusal] = [answer.json()["code"] for answer in answers if not answer.is_success]
        assert refusal in {"last_admin", "forbidden"}
        [left] = [admin for admin in pair if admin.user in _members(operator, clinic).values()]
        assert len(_members(operator, clinic)) == 1


def test_one_address_invited_twice_at_once_has_one_invite(
    operator: Api, system: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Who comes second is told which invite there is; one mail goes out."""
    person = new_person()
    body, path = {"email": person.email}, f"/organizations/{clinic}/invites"
    answers = _race(stack, *(partial(api.post, path, json=body) for api in (operator, system)))
    first, second = sorted(answers, key=lambda answer: answer.status_code)
    assert (first.status_code, second.status_code) == (201, 409)
    assert (second.json()["code"], second.json()["invite"]) == ("invite_pending", first.json()["id"])
    stack.workers.idle()
    assert len([mail for mail in stack.mails() if mail.to == person.email]) == 1
    assert len(operator.get(path).json()["items"]) == 1


@pytest.mark.parametrize("ways", [("remove", "remove"), ("demote", "demote"), ("remove", "demote")])
def test_two_operators_who_take_the_last_two_admins_leave_one(
    ways: tuple[str, str], operator: Api, system: Api, stack: Stack, clinic: str
) -> None:
    """In the same instant, each another one: who is second is told that this is the last."""
    paths = [f"/organizations/{clinic}/members/{added(operator, clinic, 'admin')}" for _ in range(2)]
    _warm(2, partial(operator.get, paths[0]))
    deeds = {
        "remove": lambda api, path: api.delete(path),
        "demote": lambda api, path: api.patch(path, json={"roles": []}, headers={"If-Match": '"1"'}),
    }
    taking = zip(ways, (operator, system), paths, strict=True)
    answers = _race(stack, *(partial(deeds[way], api, path) for way, api, path in taking))
    assert [answer.status_code for answer in answers if not answer.is_success] == [409]
    [refusal] = [answer.json()["code"] for answer in answers if answer.status_code == 409]
    assert refusal == "last_admin"
    left = operator.get(f"/organizations/{clinic}/members").json()["items"]
    assert [member["roles"] for member in left if member["roles"]] == [["admin"]]
