"""Changing an organization: its name, and how many seats it has."""

from concurrent.futures import ThreadPoolExecutor

from local.people import Api
from local.stack import Stack
from tests.conftest import NewPerson
from tests.front_door import add, audited, provision
from tests.refusals import refused


def test_a_name_and_seats_change_with_if_match(operator: Api, clinic: str, stack: Stack) -> None:
    """What is left out stays; the version rises, and the audit has it."""
    path = f"/organizations/{clinic}"
    refused(operator.patch(path, json={"name": "New"}), 428, "precondition_required")
    changed = operator.patch(path, json={"name": "New"}, headers={"If-Match": '"1"'})
    assert (changed.json()["name"], changed.json()["seats"], changed.headers["etag"]) == ("New", None, '"2"')
    refused(operator.patch(path, json={"seats": 5}, headers={"If-Match": '"1"'}), 412, "stale")
    again = operator.patch(path, json={"seats": 5}, headers={"If-Match": '"2"'})
    assert (again.json()["name"], again.json()["seats"]) == ("New", 5)
    assert audited(stack, clinic, "organization:change") == [clinic, clinic]


def test_seats_are_not_lowered_below_use(operator: Api, new_person: NewPerson) -> None:
    """A member and an offer hold two: the refusal has the figures."""
    clinic = provision(operator, seats=5)
    add(operator, clinic, new_person())
    operator.post(f"/organizations/{clinic}/invites", json={"email": new_person().email}).raise_for_status()
    path, seen = f"/organizations/{clinic}", {"If-Match": "*"}
    answer = operator.patch(path, json={"seats": 1}, headers=seen)
    refused(answer, 409, "seats_in_use")
    assert (answer.json()["seats"], answer.json()["taken"]) == (1, 2)
    assert operator.patch(path, json={"seats": 2}, headers=seen).json()["seats"] == 2
    assert operator.patch(path, json={"seats": None}, headers=seen).json()["seats"] is None


def test_seats_lowered_while_one_is_taken_are_not_exceeded(
    operator: Api, new_person: NewPerson, stack: Stack
) -> None:
    """Either the invite came first and the change is refused, or it came second and finds none."""
    clinic = provision(operator, seats=5)
    add(operator, clinic, new_person())
    path, body = f"/organizations/{clinic}", {"email": new_person().email}
    with stack.aws.delayed("TransactWriteItems", 0.2), ThreadPoolExecutor(2) as pool:
        lowering = pool.submit(operator.patch, path, json={"seats": 1}, headers={"If-Match": "*"})
        inviting = pool.submit(operator.post, f"{path}/invites", json=body)
    assert sorted([lowering.result().status_code, inviting.result().status_code]) in ([200, 409], [201, 409])
    found = operator.get(path).json()
    assert found["seats"] is None or found["members"] + found["pending_invites"] <= found["seats"]


def test_a_change_of_nothing_is_refused(operator: Api, clinic: str) -> None:
    """So is a name that is none, and no seat at all."""
    for body, pointer in (({}, "#"), ({"name": None}, "#/name"), ({"seats": 0}, "#/seats")):
        answer = operator.patch(f"/organizations/{clinic}", json=body, headers={"If-Match": "*"})
        refused(answer, 422, "unacceptable", pointer)
