"""What changes between a decision and its commit: whatever was decided on is looked at once more."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

import pytest
from werkzeug.wrappers import Request

from local.people import Api
from local.stack import Stack
from tests.accept_setup import HOUR, get, invited, later, shows, suspend
from tests.callers_setup import added, ask, filled
from tests.conftest import NewPerson
from tests.front_door import WAIT, add, organizations_at_auth0, provision, unique
from tests.minted import EVERYTHING, caller, of_organization
from tests.refusals import refused, traces

OWN = "/organizations/{organization}"
CHANGES = {
    "invite": f"POST {OWN}/invites",
    "add": f"POST {OWN}/members",
    "resend": f"POST {OWN}/invites/{{invite}}/resend",
    "change": f"PATCH {OWN}/members/{{user}}",
    "deprovision": f"DELETE {OWN}/members/{{user}}",
    "revoke": f"DELETE {OWN}/invites/{{invite}}",
}


@contextmanager
def once(stack: Stack, is_moment: Callable[[Request], bool], deed: Callable[[], object]) -> Iterator[None]:
    """Do something when the first such request is here, before it is carried out; no worker has one."""
    stack.workers.idle()
    waiting = [deed]

    def hear(request: Request) -> None:
        if waiting and is_moment(request):
            waiting.pop()()

    with stack.aws.heard(hear):
        yield
    assert not waiting, "there was no such moment"


def between(stack: Stack, deed: Callable[[], object]) -> AbstractContextManager[None]:
    """Do something when the next transaction is here, before it is carried out."""
    return once(
        stack,
        lambda request: request.headers.get("X-Amz-Target", "").endswith(".TransactWriteItems"),
        deed,
    )


def reads(request: Request, key: str) -> bool:
    """Tell whether a request reads the item of a key."""
    asked = request.headers.get("X-Amz-Target", "")
    return asked.endswith(".GetItem") and json.loads(request.get_data())["Key"]["pk"]["S"] == key


def _admin(stack: Stack, operator: Api, clinic: str) -> tuple[str, Api]:
    """Return the path of a member who is an admin, though not the only one, and the API as they use it."""
    user, _ = (added(operator, clinic, "admin") for _ in range(2))
    account = operator.get(f"/users/{user}").json()["account"]
    api = caller(stack, sub=account, **of_organization(clinic, "admin"))
    return f"/organizations/{clinic}/members/{user}", api


@pytest.mark.parametrize("route", CHANGES)
def test_what_an_admin_decided_before_their_removal_is_not_recorded(
    route: str, stack: Stack, operator: Api, clinic: str
) -> None:
    """It is 403, and of the two the removal alone left a trace."""
    path, admin = _admin(stack, operator, clinic)
    ids, left = filled(operator, clinic), list[object]()

    def remove() -> None:
        operator.delete(path, headers=WAIT).raise_for_status()
        left.extend(traces(stack))

    with admin, between(stack, remove):
        refused(ask(admin, CHANGES[route], ids), 403, "forbidden")
    assert list(traces(stack)) == left


@pytest.mark.parametrize("way", ["remove", "demote"])
def test_an_offer_is_withdrawn_with_its_admin_at_the_last_moment(
    way: str, stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """The admin goes while the button is being pressed: 410, and nobody joined."""
    (path, admin), person = _admin(stack, operator, clinic), new_person()
    with admin:
        _, url = invited(admin, clinic, person)
    before = operator.get(f"/organizations/{clinic}").json()["members"]
    remove = partial(operator.delete, path)
    demote = partial(operator.patch, path, json={"roles": ["editor"]}, headers={"If-Match": '"1"'})
    with between(stack, {"remove": remove, "demote": demote}[way]):
        shows(person.press(url), 410, "This invite was withdrawn")
    members = operator.get(f"/organizations/{clinic}/members").json()["items"]
    assert person.email not in {member["email"] for member in members}
    assert operator.get(f"/organizations/{clinic}").json()["members"] == before - (way == "remove")


def _counts(api: Api, organization: str) -> tuple[int, int]:
    """Return how many members and pending invites an organization counts."""
    found = api.get(f"/organizations/{organization}").json()
    return found["members"], found["pending_invites"]


@pytest.mark.parametrize("known", ["nowhere", "elsewhere", "formerly"])
def test_who_is_added_at_the_last_moment_is_not_invited(
    known: str, stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Whether Guestlist knew nobody with this address, knew them, or had removed them here."""
    person = new_person()
    if known == "elsewhere":
        add(operator, provision(operator), person)
    if known == "formerly":
        user = add(operator, clinic, person)["user"]
        operator.delete(f"/organizations/{clinic}/members/{user}").raise_for_status()
    with between(stack, partial(add, operator, clinic, person)):
        answer = operator.post(f"/organizations/{clinic}/invites", json={"email": person.email})
    refused(answer, 409, "already_member")
    assert _counts(operator, clinic) == (1, 0)


def test_who_is_invited_at_the_last_moment_is_added_on_that_seat(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """The offer is closed with the addition, and its link is dead."""
    person = new_person()
    with between(stack, partial(invited, operator, clinic, person)):
        add(operator, clinic, person)
    assert _counts(operator, clinic) == (1, 0)
    [revoked] = operator.get(f"/organizations/{clinic}/invites", params={"status": "revoked"}).json()["items"]
    assert revoked["email"] == person.email
    assert get(person.link()).status_code == 410


def test_an_expired_invite_is_not_renewed_for_who_is_added_at_the_last_moment(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Else it could bring them back after a removal."""
    person = new_person()
    path, _ = invited(operator, clinic, person, expires_in=HOUR)
    later(stack, HOUR)
    stack.workers.tick()
    with caller(stack, permissions=EVERYTHING) as api, between(stack, partial(add, api, clinic, person)):
        refused(api.post(f"{path}/resend"), 409, "already_member")
        assert _counts(api, clinic) == (1, 0)


def test_a_key_that_makes_something_else_at_the_last_moment_makes_no_second_thing(
    stack: Stack, operator: Api, clinic: str
) -> None:
    """Of two bodies under one key the first is recorded; no count of mails would have told them apart."""
    headers, path = {"Idempotency-Key": unique("key")}, f"/organizations/{clinic}/invites"
    first, second = ({"email": f"{unique('silent')}@clinic.example", "send": False} for _ in range(2))
    with between(stack, partial(operator.post, path, json=first, headers=headers)):
        refused(operator.post(path, json=second, headers=headers), 422, "idempotency_key_reused")
    assert [found["email"] for found in operator.get(path).json()["items"]] == [first["email"]]
    assert _counts(operator, clinic) == (0, 1)


def test_a_seat_that_is_taken_at_the_last_moment_is_not_lowered_away(
    stack: Stack, operator: Api, new_person: NewPerson
) -> None:
    """The change is refused with the figures of then, and the organization has the seats that it had."""
    clinic, person = provision(operator, seats=5), new_person()
    add(operator, clinic, new_person())
    path, seen = f"/organizations/{clinic}", {"If-Match": '"1"'}
    with between(stack, partial(invited, operator, clinic, person)):
        answer = operator.patch(path, json={"seats": 1}, headers=seen)
    refused(answer, 409, "seats_in_use")
    assert (answer.json()["seats"], answer.json()["taken"]) == (1, 2)
    assert operator.get(path).json()["seats"] == 5


def test_who_resends_is_the_inviter_from_then_on(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """The first one's removal leaves the link that a second admin sent good; the second one's does not."""
    (first, inviting), (second, resending) = (_admin(stack, operator, clinic) for _ in range(2))
    person = new_person()
    with inviting, resending:
        path, _ = invited(inviting, clinic, person)
        resending.post(f"{path}/resend").raise_for_status()
    stack.workers.idle()
    operator.delete(first).raise_for_status()
    assert get(person.link()).status_code == 200
    operator.delete(second).raise_for_status()
    shows(get(person.link()), 410, "This invite was withdrawn")


@pytest.mark.parametrize("route", ["invite", "add", "resend", "change"])
def test_what_grants_is_not_recorded_when_the_organization_closes_at_the_last_moment(
    route: str, stack: Stack, operator: Api, clinic: str
) -> None:
    """It is 409; counters and members are as they were."""
    ids = filled(operator, clinic)
    stack.workers.idle()
    before = _counts(operator, clinic), operator.get(f"/organizations/{clinic}/members").json()
    with between(stack, partial(suspend, stack, clinic)):
        refused(ask(operator, CHANGES[route], ids), 409, "organization_suspended")
    assert (_counts(operator, clinic), operator.get(f"/organizations/{clinic}/members").json()) == before


def test_nobody_joins_when_the_organization_closes_at_the_last_moment(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """The button answers 403, and the invite stays as it was."""
    person = new_person()
    _, url = invited(operator, clinic, person)
    with between(stack, partial(suspend, stack, clinic)):
        assert person.press(url).status_code == 403
    assert _counts(operator, clinic) == (0, 1)


def test_whoever_is_to_leave_leaves_a_closed_organization(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """A removal and a revocation grant nothing: both work, and Auth0 knows."""
    person = new_person()
    user = add(operator, clinic, person)["user"]
    path, _ = invited(operator, clinic, new_person())
    suspend(stack, clinic)
    removed = operator.delete(f"/organizations/{clinic}/members/{user}", headers=WAIT)
    assert removed.json()["settled"]
    assert operator.delete(path).status_code == 200
    assert (_counts(operator, clinic), organizations_at_auth0(stack, person)) == ((0, 0), [])


def test_an_offer_that_is_revoked_while_its_person_is_added_counts_once(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Between the look at who holds the address and the look at that offer; races 130009 found it."""
    person = new_person()
    path, _ = invited(operator, clinic, person)
    revoke = partial(operator.delete, path)
    with once(stack, lambda request: reads(request, f"INVITE#{path.rpartition('/')[2]}"), revoke):
        added = operator.post(f"/organizations/{clinic}/members", json={"email": person.email})
    assert (added.status_code, _counts(operator, clinic)) == (201, (1, 0))


def test_a_change_is_answered_as_it_was_made_though_another_came_since(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Not as not found, because its member was removed just afterwards; races 170009 found it."""
    member = f"/organizations/{clinic}/members/{add(operator, clinic, new_person())['user']}"
    committed: list[Request] = []

    def is_moment(request: Request) -> bool:
        if request.headers.get("X-Amz-Target", "").endswith(".TransactWriteItems"):
            committed.append(request)
            return False
        return bool(committed)

    with once(stack, is_moment, partial(operator.delete, member)):
        changed = operator.patch(member, json={"roles": ["editor"]}, headers={"If-Match": "*"})
    assert (changed.status_code, changed.json()["roles"]) == (200, ["editor"])
    assert _counts(operator, clinic) == (0, 0)
