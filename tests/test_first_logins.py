"""First logins at an organization's own identity provider: who is admitted, bound to whom, told when."""

from collections.abc import Iterator
from typing import Any

import pytest

from guestlist.auth0 import segment
from guestlist.logins import DURING_LOGIN
from guestlist.records import Halt
from local.people import Person
from local.stack import NAMESPACE, Stack
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.front_door import audited, counted, pass_time
from tests.logins_setup import Place, enterprise, resolved
from tests.minted import lasting


@pytest.fixture(scope="module")
def place(stack: Stack) -> Iterator[Place]:
    """An organization with an identity provider of its own."""
    with lasting(stack) as api:
        yield enterprise(stack, api)


def told(place: Place) -> None:
    """Let half a minute go by, and what is due be done."""
    pass_time(place.stack, seconds=DURING_LOGIN)
    place.stack.workers.tick()
    place.stack.workers.idle()


def shown(place: Place, email: str) -> dict[str, Any]:
    """Return a member as the API shows them."""
    user = place.user(email)
    assert user
    return dict(place.operator.get(f"{place.path}/members/{user.id}").raise_for_status().json())


def test_an_invited_person_need_not_press_the_button(place: Place, new_person: NewPerson) -> None:
    """Their first login takes the offer up and admits them; who did it is in the audit."""
    ann = place.person(new_person)
    made = place.invite(ann.email)
    claims = place.arrives(ann)["claims"]
    assert [claims[f"{NAMESPACE}/{name}"] for name in ("organization", "roles")] == [place.id, ["editor"]]
    user = place.user(ann.email)
    assert user
    assert (user.account, user.halt, user.created) == (place.account_id(ann), None, True)
    assert place.operator.get(f"{place.path}/invites/{made['id']}").json()["status"] == "accepted"
    assert made["id"] in audited(place.stack, place.id, "invite:accept")
    assert user.id in audited(place.stack, place.id, "user:bind")


def about(place: Place, person: Person, method: str) -> str:
    """Return a call about somebody's account, as the log shows it."""
    return f"{method} /api/v2/users/{segment(place.account_id(person))}"


def test_auth0_is_told_half_a_minute_later_in_one_call(place: Place, new_person: NewPerson) -> None:
    """A write to the profile during its own login might be lost; after it, the door asks no more."""
    told(place)
    ann = place.person(new_person)
    place.invite(ann.email)
    with counted(place.stack) as asking:
        assert place.arrives(ann)["admitted"]
    assert asking == [about(place, ann, "GET")]
    assert "app_metadata" not in place.account(ann)
    with counted(place.stack) as telling:
        told(place)
    assert telling == [about(place, ann, "PATCH")]
    assert place.account(ann)["app_metadata"]["organizations"] == [place.id]
    assert shown(place, ann.email)["projection"] == "applied"
    with counted(place.stack) as again:
        assert place.arrives(ann)["admitted"]
    assert again == []


def test_who_asks_again_before_that_gets_the_same_answer(place: Place, new_person: NewPerson) -> None:
    """A refresh, say, or a second application."""
    ann = place.person(new_person)
    place.invite(ann.email, roles=["editor", "viewer"])
    assert place.arrives(ann)["admitted"]
    assert ann.refresh(place.id)["claims"][f"{NAMESPACE}/organization"] == place.id
    answers = [resolved(place.stack, place.account_id(ann)) for _ in range(2)]
    roles = [f"{place.id}:editor", f"{place.id}:viewer"]
    assert answers == [{"organizations": [place.id], "roles": roles}] * 2


def test_the_button_leads_to_the_login(place: Place, new_person: NewPerson) -> None:
    """There is no account to make and no password to set."""
    ann = place.person(new_person)
    made = place.invite(ann.email)
    with counted(place.stack) as calls:
        pressed = ann.press(made["link"])
    assert (pressed.status_code, calls) == (303, [])
    assert pressed.headers["location"] == f"{place.stack.app}/login?organization={place.id}"
    assert shown(place, ann.email)["projection"] == "awaiting_login"
    assert place.arrives(ann)["admitted"]


def test_who_was_added_at_once_is_awaited(place: Place, new_person: NewPerson) -> None:
    """They count as the admin that they were made once their account is there and told."""
    ann = place.person(new_person)
    before = store(place.stack).organization(place.id).admins
    body = {"email": ann.email, "roles": ["admin"]}
    added = place.operator.post(f"{place.path}/members", json=body).raise_for_status().json()
    assert added["projection"] == "awaiting_login"
    assert place.arrives(ann)["admitted"]
    told(place)
    assert shown(place, ann.email)["projection"] == "applied"
    assert store(place.stack).organization(place.id).admins == before + 1


def test_an_address_is_theirs_however_the_provider_spells_it(place: Place, new_person: NewPerson) -> None:
    """Auth0 keeps an enterprise user's address as it was sent, and that is no other address."""
    ann = place.person(new_person)
    place.invite(ann.email)
    ann.idp["email"] = ann.email.upper()
    assert place.arrives(ann)["admitted"]
    told(place)
    user = place.user(ann.email)
    assert user
    assert (user.email, user.halt, user.applied) == (ann.email, None, user.version)


def test_a_profile_that_lost_what_it_was_told_is_told_again(place: Place, new_person: NewPerson) -> None:
    """The door asks, since the profile bears no mark; who asks about a user at rest has it read again."""
    ann = place.person(new_person)
    place.invite(ann.email)
    place.arrives(ann)
    told(place)
    with place.stack.tenant.state.lock:
        del place.stack.tenant.state.users[place.account_id(ann)]["app_metadata"]
    assert place.arrives(ann)["admitted"]
    told(place)
    assert place.account(ann)["app_metadata"]["organizations"] == [place.id]


def test_an_account_that_went_away_comes_back_by_its_next_login(place: Place, new_person: NewPerson) -> None:
    """It is theirs as before: Auth0 makes it under the same id. Nothing of ours makes it."""
    ann = place.person(new_person)
    place.invite(ann.email)
    place.arrives(ann)
    told(place)
    with place.stack.tenant.state.lock:
        del place.stack.tenant.state.users[place.account_id(ann)]
    path = f"{place.path}/members/{shown(place, ann.email)['user']}"
    place.operator.patch(path, json={"roles": ["viewer"]}, headers={"If-Match": "*"}).raise_for_status()
    place.stack.workers.idle()
    assert shown(place, ann.email)["projection"] == "missing"
    came = place.arrives(ann)
    assert came["claims"][f"{NAMESPACE}/roles"] == ["viewer"]
    told(place)
    assert place.account(ann)["app_metadata"]["guestlist"]["roles"] == [f"{place.id}:viewer"]


def test_after_a_crash_the_next_login_or_the_sweep_goes_on(place: Place, new_person: NewPerson) -> None:
    """What is recorded waits: the offer taken up for the account, and the account for being told."""
    ann = place.person(new_person)
    ann.press(place.invite(ann.email)["link"])
    user = place.user(ann.email)
    assert user
    assert (user.halt, user.due) == (Halt.AWAITING_LOGIN, None)
    place.stack.aws.inject("SendMessage", "ServiceUnavailable")
    assert place.arrives(ann)["admitted"]
    bound = place.user(ann.email)
    assert bound
    assert bound.due is not None
    told(place)
    assert place.account(ann)["app_metadata"]["organizations"] == [place.id]
