"""What HTTP promises for every resource: ETags, and an answer that waits."""

from functools import partial

import pytest

from local.people import Api
from local.stack import Stack
from local.telling import together
from tests.conftest import NewPerson
from tests.front_door import WAIT, add, suffer
from tests.refusals import recorded, refused


def test_a_change_names_the_version_that_it_changes(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Without If-Match 428, with a stale one 412, with the current one the ETag moves on."""
    member = add(operator, clinic, new_person())
    path, seen = f"/organizations/{clinic}/members/{member['user']}", '"1"'
    refused(operator.patch(path, json={"roles": ["editor"]}), 428, "precondition_required")
    changed = operator.patch(path, json={"roles": ["editor"]}, headers={"If-Match": seen, **WAIT})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    for stale in (seen, '"3"', 'W/"2"', "rubbish", '"²"'):
        tag = [(b"If-Match", stale.encode("latin-1"))]
        refused(operator.patch(path, json={"roles": []}, headers=tag), 412, "stale")
    assert operator.get(path).json()["roles"] == ["editor"]


def test_the_projection_moves_no_etag(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """A record's version is its own: neither mail nor projection nor counters move it."""
    person = new_person()
    path, body = f"/organizations/{clinic}/members", {"email": person.email}
    made = operator.post(path, json=body)
    invited = operator.post(f"/organizations/{clinic}/invites", json={"email": new_person().email})
    person.stack.workers.idle()
    for answer in (made, invited):
        assert operator.get(answer.headers["location"]).headers["etag"] == answer.headers["etag"]
    assert operator.get(f"/organizations/{clinic}").headers["etag"] == '"1"'


def test_two_changes_of_one_version_leave_one(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """Of two who saw the same version one changes it, the other is told: 412."""
    member = add(operator, clinic, new_person())
    path = f"/organizations/{clinic}/members/{member['user']}"
    change = partial(operator.patch, path, headers={"If-Match": '"1"'})
    answers = together(*(partial(change, json={"roles": [role]}) for role in ("first", "second")))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [changed] = [answer.json()["roles"] for answer in answers if answer.status_code == 200]
    assert operator.get(path).json()["roles"] == changed


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [("wait=10", 10), ("respond-async, WAIT=9", 9), ("wait=99999999999999999999", 10)],
)
def test_who_waits_is_answered_when_auth0_knows(
    prefer: str, applied: int, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """`Prefer: wait` answers once the projection is applied, and says for how long it would have waited."""
    body = {"email": new_person().email}
    made = operator.post(f"/organizations/{clinic}/members", json=body, headers={"Prefer": prefer})
    assert (made.status_code, made.json()["projection"]) == (201, "applied")
    assert made.headers["preference-applied"] == f"wait={applied}"


@pytest.mark.parametrize("prefer", ["", "wait=0", "wait=soon", "waiting=9"])
def test_who_does_not_wait_is_answered_at_once(
    prefer: str, stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Without patience the answer says `pending`; the change is recorded all the same."""
    suffer(stack, method="POST", path="/api/v2/users", lag=1)
    body = {"email": new_person().email}
    made = operator.post(f"/organizations/{clinic}/members", json=body, headers={"Prefer": prefer})
    assert (made.status_code, made.json()["projection"]) == (201, "pending")
    assert "preference-applied" not in made.headers
    assert operator.get(made.headers["location"]).status_code == 200


def test_patience_ends(stack: Stack, operator: Api, clinic: str, new_person: NewPerson) -> None:
    """Who waits a second is answered after a second, however long Auth0 takes."""
    suffer(stack, method="POST", path="/api/v2/users", lag=2.5)
    body = {"email": new_person().email}
    made = operator.post(f"/organizations/{clinic}/members", json=body, headers={"Prefer": "wait=1"})
    assert (made.status_code, made.json()["projection"]) == (201, "pending")
    assert 1 <= made.elapsed.total_seconds() < 2.4


def test_a_change_has_its_audit_record(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Adding, changing and removing leave one record each, of the user by id."""
    user = add(operator, clinic, new_person())["user"]
    path = f"/organizations/{clinic}/members/{user}"
    operator.patch(path, json={"roles": ["editor"]}, headers={"If-Match": '"1"'}).raise_for_status()
    for _ in range(2):
        operator.delete(path).raise_for_status()
    records = [item for item in recorded(stack) if item.get("subject") == {"S": user}]
    # Of what follows at Auth0 there is one more, whenever it comes.
    records = [item for item in records if item["actor"]["M"]["kind"] != {"S": "projector"}]
    assert [item["action"]["S"] for item in sorted(records, key=lambda item: item["sk"]["S"])] == [
        "member:add",
        "member:change",
        "member:remove",
    ]
    assert {item["organization"]["S"] for item in records} == {clinic}
