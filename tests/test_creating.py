"""Creating: the answer says where, and a key makes once, whoever lost the answer."""

from functools import partial

import pytest

from local.people import Api
from local.stack import Stack
from local.telling import together
from tests.accept_setup import HOUR, later
from tests.conftest import NewPerson
from tests.front_door import add, join, provision, unique
from tests.minted import EVERYTHING, caller, of_organization
from tests.refusals import recorded, refused, traces

Body = dict[str, object]


def creations(organization: str) -> dict[str, tuple[str, Body]]:
    """Return each route that creates, with a body that it takes once."""
    email = f"{unique('made')}@clinic.example"
    return {
        "organization": ("/organizations", {"id": unique("made"), "name": "Made"}),
        "own invite": ("/invites", {"email": email, "organization": organization}),
        "invite": (f"/organizations/{organization}/invites", {"email": email}),
        "member": (f"/organizations/{organization}/members", {"email": email, "welcome": True}),
    }


CREATIONS = ["organization", "own invite", "invite", "member"]


@pytest.mark.parametrize("kind", CREATIONS)
def test_what_is_created_says_where_it_is(kind: str, operator: Api, clinic: str) -> None:
    """A 201 has a Location, under which the same resource stands with the same ETag."""
    path, body = creations(clinic)[kind]
    made = operator.post(path, json=body)
    read = operator.get(made.headers["location"])
    assert (made.status_code, read.status_code) == (201, 200)
    assert made.headers["etag"] == read.headers["etag"] == '"1"'
    assert made.json().keys() == read.json().keys()
    assert made.json().get("id", made.json().get("user")) in made.headers["location"]


@pytest.mark.parametrize("kind", CREATIONS)
def test_a_key_makes_once(kind: str, operator: Api, clinic: str, stack: Stack) -> None:
    """The same key with the same body answers with the same resource and makes no second one."""
    (path, body), headers = creations(clinic)[kind], {"Idempotency-Key": unique("key")}
    first = operator.post(path, json=body, headers=headers)
    before = traces(stack)[:2]
    second = operator.post(path, json=dict(reversed(body.items())), headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.headers["location"] == second.headers["location"]
    assert traces(stack)[:2] == before


@pytest.mark.parametrize("kind", CREATIONS)
def test_a_key_with_another_body_is_refused(kind: str, operator: Api, clinic: str, stack: Stack) -> None:
    """A key stands for one body; with another one it is 422, and nothing is made."""
    (path, body), headers = creations(clinic)[kind], {"Idempotency-Key": unique("key")}
    operator.post(path, json=body, headers=headers).raise_for_status()
    before = traces(stack)[:2]
    other = {**body, **({"name": "Other"} if kind == "organization" else {"locale": "de"})}
    refused(operator.post(path, json=other, headers=headers), 422, "idempotency_key_reused")
    assert traces(stack)[:2] == before


@pytest.mark.parametrize("kind", CREATIONS)
def test_a_key_sent_twice_at_once_makes_once(kind: str, operator: Api, clinic: str, stack: Stack) -> None:
    """Requests that race under one key are all answered with the one resource."""
    for _ in range(2):
        (path, body), headers = creations(clinic)[kind], {"Idempotency-Key": unique("key")}
        answers = together(*[partial(operator.post, path, json=body, headers=headers)] * 4)
        assert [answer.status_code for answer in answers] == [201] * 4
        assert len({answer.headers["location"] for answer in answers}) == 1
    stack.workers.idle()


def test_a_refused_request_is_not_remembered(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """A key under which nothing was made is free: the same request may succeed later."""
    person, headers = new_person(), {"Idempotency-Key": unique("key")}
    path, body = f"/organizations/{clinic}/invites", {"email": person.email}
    blocking = operator.post(path, json=body).headers["location"]
    refused(operator.post(path, json=body, headers=headers), 409, "invite_pending")
    operator.delete(blocking).raise_for_status()
    made = operator.post(path, json=body, headers=headers)
    assert made.status_code == 201
    assert made.headers["location"] != blocking


@pytest.mark.parametrize("kind", CREATIONS)
def test_what_was_made_while_its_answer_was_lost_is_made_once(
    kind: str, operator: Api, clinic: str, stack: Stack
) -> None:
    """DynamoDB carried it out and its answer got lost: the caller is told of it all the same."""
    path, body = creations(clinic)[kind]
    stack.aws.lose("TransactWriteItems")
    made = operator.post(path, json=body)
    assert made.status_code == 201
    assert operator.get(made.headers["location"]).status_code == 200


@pytest.mark.parametrize("route", ["invites", "members"])
def test_a_replay_is_judged_by_what_its_caller_may_now(
    route: str, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """A removed admin's key opens nothing, though their token still has time to live."""
    admin, headers = new_person("admin"), {"Idempotency-Key": unique("key")}
    path, body = f"/organizations/{clinic}/{route}", {"email": new_person().email}
    join(operator, clinic, admin, roles=["admin"])
    add(operator, clinic, new_person(), roles=["admin"])
    [user] = [
        one["user"]
        for one in operator.get(f"/organizations/{clinic}/members").json()["items"]
        if one["email"] == admin.email
    ]
    with admin.api(clinic) as api:
        assert api.post(path, json=body, headers=headers).status_code == 201
        operator.delete(f"/organizations/{clinic}/members/{user}").raise_for_status()
        refused(api.post(path, json=body, headers=headers), 403, "forbidden")


def test_a_key_is_one_callers_on_one_route(
    operator: Api, system: Api, clinic: str, new_person: NewPerson
) -> None:
    """The same key of somebody else, or on another path, is another key."""
    headers, persons = {"Idempotency-Key": unique("key")}, [new_person() for _ in range(3)]
    calls = ((operator, "invites"), (system, "invites"), (operator, "members"))
    for (api, route), person in zip(calls, persons, strict=True):
        answer = api.post(f"/organizations/{clinic}/{route}", json={"email": person.email}, headers=headers)
        assert (answer.status_code, answer.json()["email"]) == (201, person.email)


def test_a_key_is_for_one_organization(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """An admin of two sends it with the token of each, to the route that names neither."""
    admin, other, friend = new_person("admin"), provision(operator), new_person()
    headers, made = {"Idempotency-Key": unique("key")}, []
    _, user = (add(operator, name, admin, roles=["admin"])["user"] for name in (clinic, other))
    account = operator.get(f"/users/{user}").json()["account"]
    for name in (clinic, other):
        with caller(stack, sub=account, **of_organization(name, "admin")) as api:
            made.append(api.post("/invites", json={"email": friend.email}, headers=headers).json())
    assert [invite.get("organization") for invite in made] == [clinic, other]


def test_a_key_is_forgotten_after_a_day(stack: Stack, operator: Api, clinic: str) -> None:
    """After 24 hours a key is judged by what is asked, even while its item still waits for its TTL."""
    path, body = creations(clinic)["organization"]
    headers = {"Idempotency-Key": unique("key")}
    operator.post(path, json=body, headers=headers).raise_for_status()
    later(stack, 24 * HOUR)
    with caller(stack, sub=sub_of(stack, body), permissions=EVERYTHING) as same:
        again = {**body, "name": "Another"}
        refused(same.post(path, json=again, headers=headers), 409, "organization_exists")
        other = {**body, "id": unique("made")}
        assert same.post(path, json=other, headers=headers).status_code == 201


def sub_of(stack: Stack, body: Body) -> str:
    """Return who provisioned the organization of a body, from the audit."""
    [record] = [item for item in recorded(stack) if item.get("subject") == {"S": body["id"]}]
    return str(record["actor"]["M"]["id"]["S"])
