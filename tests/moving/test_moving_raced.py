"""What is done to somebody just as their organization moves: nothing is lost, and nobody is two."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

from guestlist.move_turns import AT_LEAST
from local.people import Person
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.domain_setup import ANY
from tests.front_door import invite, unique
from tests.moving_setup import SAML, Mover

DELAYS = (0.0, 0.05, 0.1, 0.2)
"""Seconds after which the other side begins: in turn it meets each part of the move."""


Answer = TypeVar("Answer")


def moves_beside(clinic: Mover, delay: float, other: Callable[[], Answer]) -> Answer:
    """Let the organization move, and something else be done meanwhile; return what that came to."""
    body = {"connections": [SAML], "grace": 0}
    with clinic.stack.aws.delayed("TransactWriteItems", 0.05):
        clinic.operator.post(f"{clinic.path}/move", json=body).raise_for_status()
        time.sleep(delay)
        done = other()
        clinic.stack.workers.idle()
    return done


def at_rest(clinic: Mover) -> None:
    """Let the old door close, and hold the counters against who is there."""
    clinic.later(AT_LEAST)
    assert clinic.shown["move"]["state"] == "done"
    page = clinic.operator.get(f"{clinic.path}/members").raise_for_status().json()["items"]
    assert [member["user"] for member in page if member["moved_to"]] == []
    users = store(clinic.stack).users([member["user"] for member in page])
    assert {user.connection for user in users.values()} <= {clinic.provider}
    admins = [member for member in page if "admin" in member["roles"]]
    assert (clinic.record.taken, clinic.record.admins) == (len(page), len(admins))


def user_of(clinic: Mover, person: Person) -> str:
    """Return the id of somebody's user, before the move."""
    [member] = clinic.members(person.email)
    return str(member["user"])


@pytest.mark.parametrize("delay", DELAYS)
def test_who_is_removed_stays_removed(clinic: Mover, new_person: NewPerson, delay: float) -> None:
    """Whichever user the removal meets: it is the old one that was seen."""
    ann, _ = clinic.person(new_person, roles=["admin"]), clinic.person(new_person, roles=["admin"])
    path = f"{clinic.path}/members/{user_of(clinic, ann)}"
    moves_beside(clinic, delay, lambda: clinic.operator.delete(path)).raise_for_status()
    at_rest(clinic)
    assert clinic.members(ann.email) == []
    assert not clinic.comes_as_before(ann)["admitted"]
    assert not clinic.arrives(ann)["admitted"]


@pytest.mark.parametrize("delay", DELAYS)
def test_roles_that_are_changed_are_theirs_behind_the_new_door(
    clinic: Mover, new_person: NewPerson, delay: float
) -> None:
    """Or the change is refused, with the user who has the seat by then."""
    ann, _ = clinic.person(new_person, roles=["admin"]), clinic.person(new_person, roles=["admin"])
    path, roles = f"{clinic.path}/members/{user_of(clinic, ann)}", {"roles": ["viewer"]}
    answer = moves_beside(clinic, delay, lambda: clinic.operator.patch(path, json=roles, headers=ANY))
    at_rest(clinic)
    [member] = clinic.members(ann.email)
    if answer.is_success:
        assert member["roles"] == ["viewer"]
    else:
        assert answer.json().get("code") == "member_moved", answer.text
        assert answer.json()["user"] == member["user"]
        assert member["roles"] == ["admin"]


@pytest.mark.parametrize("delay", DELAYS)
def test_who_accepts_is_a_member_once(clinic: Mover, new_person: NewPerson, delay: float) -> None:
    """By the old door for a moment, or by the new one at once."""
    ben = new_person("ben")
    ben.idp["email"] = ben.email = f"{unique('ben')}@{clinic.domain}"
    invite(clinic.operator, clinic.id, ben)
    pressed = moves_beside(clinic, delay, lambda: ben.press(ben.link()))
    assert pressed.status_code in {303, 503}
    if pressed.status_code == 503:
        clinic.stack.workers.idle()
        ben.press(ben.link())
    at_rest(clinic)
    assert len(clinic.members(ben.email)) == 1
    assert clinic.arrives(ben)["admitted"]


@pytest.mark.parametrize("delay", DELAYS)
def test_who_arrives_is_bound_once(clinic: Mover, new_person: NewPerson, delay: float) -> None:
    """As early as the new door lets them in."""
    ann = clinic.person(new_person, roles=["admin"])

    def comes() -> None:
        while not clinic.record.origin:
            clinic.stack.workers.idle()
        clinic.arrives(ann)

    moves_beside(clinic, delay, comes)
    at_rest(clinic)
    assert len(clinic.members(ann.email)) == 1
    assert clinic.arrives(ann)["admitted"]
