"""Removals at once with others: one receipt for one removal, and access as the end of it all has it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest

from local.people import Api
from local.stack import Stack
from local.telling import together
from tests.conftest import NewPerson
from tests.front_door import accounts, add, audited, join, organizations_at_auth0, provision

ROUNDS = 3


def race(stack: Stack, *deeds: Callable[[], httpx.Response]) -> list[dict[str, Any]]:
    """Do all of it at once; transactions are held up, so that all have read before one of them writes."""
    with stack.aws.delayed("TransactWriteItems", 0.1):
        answers = together(*deeds)
    stack.workers.idle()
    return [answer.json() for answer in answers]


def signed_in(stack: Stack, email: str) -> bool:
    """Tell whether anybody is signed in to somebody's account."""
    [account] = accounts(stack, email)
    with stack.tenant.state.lock:
        return any(held.user_id == account["user_id"] for held in stack.tenant.state.sessions.values())


def test_whoever_removes_the_same_person_has_the_same_receipt(
    operator: Api, system: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """At once or not: there was one removal, and there is one record of it."""
    for _ in range(ROUNDS):
        path = f"/organizations/{clinic}/members/{add(operator, clinic, new_person())['user']}"
        found = race(stack, *(partial(api.delete, path) for api in (operator, system)))
        assert len({receipt["id"] for receipt in found}) == 1
    assert len(audited(stack, clinic, "member:remove")) == ROUNDS


def test_two_organizations_that_let_somebody_go_at_once_end_their_access(
    operator: Api, system: Api, stack: Stack, new_person: NewPerson
) -> None:
    """Neither may have been the last as it was asked; whoever was told last was."""
    for _ in range(ROUNDS):
        person, places = new_person(), [provision(operator) for _ in range(2)]
        join(operator, places[0], person)
        user = add(operator, places[1], person)["user"]
        assert person.sign_in(places[1])["admitted"]
        paths = [f"/organizations/{place}/members/{user}" for place in places]
        removing = zip((operator, system), paths, strict=True)
        found = race(stack, *(partial(api.delete, path) for api, path in removing))
        shown = [
            operator.get(f"/organizations/{receipt['organization']}/receipts/{receipt['id']}").json()
            for receipt in found
        ]
        assert all(receipt["effective_by"] for receipt in shown)
        assert "done" in {receipt["steps"][3]["state"] for receipt in shown}
        assert not signed_in(stack, person.email)


@pytest.mark.parametrize("first", ["removal", "addition"])
def test_a_removal_and_an_addition_at_once_come_to_one_or_the_other(
    operator: Api, system: Api, stack: Stack, clinic: str, new_person: NewPerson, *, first: str
) -> None:
    """Who is back is shown so by the receipt, unless all was done before; who is not has nothing left."""
    for _ in range(ROUNDS):
        person = new_person()
        join(operator, clinic, person)
        assert person.sign_in(clinic)["admitted"]
        members = f"/organizations/{clinic}/members"
        [user] = [m["user"] for m in operator.get(members).json()["items"] if m["email"] == person.email]
        remove = partial(operator.delete, f"{members}/{user}")
        deeds = [remove, partial(system.post, members, json={"email": person.email})]
        told = race(stack, *(deeds if first == "removal" else reversed(deeds)))
        [receipt] = [answer["id"] for answer in told if "steps" in answer]
        shown = operator.get(f"/organizations/{clinic}/receipts/{receipt}").json()
        stands = operator.get(f"{members}/{user}").status_code == 200
        assert organizations_at_auth0(stack, person) == ([clinic] if stands else [])
        assert (shown["status"] == "superseded") is (stands and shown["effective_by"] is None)
        ended = shown["steps"][3]["state"] == "done"
        assert signed_in(stack, person.email) is not ended
        assert ended or stands
