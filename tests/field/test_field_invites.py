"""Cases from the field: invites that came back, or whose roles or seats did (F5, F11, F13, F15)."""

from functools import partial

import pytest

from local.people import Api, Person
from local.stack import Stack
from local.telling import together
from tests.accept_setup import HOUR, get, heading, invited, later, link, shows
from tests.callers_setup import change
from tests.conftest import NewPerson
from tests.front_door import add, audited, join, organizations_at_auth0, provision
from tests.minted import EVERYTHING, caller
from tests.refusals import refused


def members(api: Api, organization: str) -> dict[str, str]:
    """Return the ids of an organization's members, by address."""
    found = api.get(f"/organizations/{organization}/members").raise_for_status()
    return {member["email"]: member["user"] for member in found.json()["items"]}


def remove(api: Api, organization: str, person: Person) -> None:
    """Take somebody off an organization's list, and wait until Auth0 knows."""
    user = members(api, organization)[person.email]
    headers = {"Prefer": "wait=10"}
    api.delete(f"/organizations/{organization}/members/{user}", headers=headers).raise_for_status()


def roles(api: Api, organization: str, user: str) -> list[str]:
    """Return the roles that a member has."""
    return list(api.get(f"/organizations/{organization}/members/{user}").json()["roles"])


def test_f5_a_removed_member_is_invited_again(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """The removal holds until the new button is pressed, and both acceptances stay on record."""
    person = new_person()
    join(operator, clinic, person)
    remove(operator, clinic, person)
    first = person.link()
    _, again = invited(operator, clinic, person)
    assert (get(first).status_code, get(again).status_code) == (410, 200)
    assert organizations_at_auth0(person.stack, person) == []
    person.press(again)
    assert person.sign_in(clinic)["admitted"]
    accepted = operator.get(f"/organizations/{clinic}/invites", params={"status": "accepted"}).json()
    assert [one["email"] for one in accepted["items"]] == [person.email] * 2


@pytest.mark.parametrize("times", [1, 3])
def test_f5_a_withdrawn_invite_is_made_again(
    times: int, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """However often it was taken back; nothing counts but an invite that is pending."""
    person = new_person()
    for _ in range(times):
        path, _ = invited(operator, clinic, person)
        operator.delete(path).raise_for_status()
    join(operator, clinic, person)
    revoked = operator.get(f"/organizations/{clinic}/invites", params={"status": "revoked"}).json()
    assert len(revoked["items"]) == times
    assert person.sign_in(clinic)["admitted"]


@pytest.mark.parametrize("way", ["press again", "resend"])
def test_f11_an_old_link_gives_no_role_back(
    way: str, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """An admin by invite was demoted: neither their link nor another mail of it undoes that."""
    person = new_person()
    add(operator, clinic, new_person(), roles=["admin"])
    path, url = invited(operator, clinic, person, roles=["admin"])
    person.press(url)
    user = members(operator, clinic)[person.email]
    change(operator, clinic, user, "viewer").raise_for_status()
    if way == "press again":
        assert person.press(url).status_code == 303
    else:
        refused(operator.post(f"{path}/resend"), 409, "invite_closed")
    assert roles(operator, clinic, user) == ["viewer"]


def test_f11_an_addition_closes_the_offer_of_another_role(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Offered `admin`, then added as a viewer: the link in the mail is no way round that."""
    person = new_person()
    _, url = invited(operator, clinic, person, roles=["admin"])
    user = add(operator, clinic, person, roles=["viewer"])["user"]
    person.press(url)
    assert roles(operator, clinic, user) == ["viewer"]
    pending = operator.get(f"/organizations/{clinic}/invites").json()
    assert pending["items"] == []


def test_f11_revoking_a_stale_invite_leaves_the_member_alone(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """It expired, then its address was added as an admin: what is revoked is the invite."""
    person = new_person()
    path, url = invited(operator, clinic, person, expires_in=HOUR)
    later(stack, HOUR)
    stack.workers.tick()
    stack.workers.idle()
    with caller(stack, permissions=EVERYTHING) as api:
        user = add(api, clinic, person, roles=["admin"])["user"]
        api.delete(path).raise_for_status()
        assert roles(api, clinic, user) == ["admin"]
    assert organizations_at_auth0(stack, person) == [clinic]
    assert get(url).status_code == 410


@pytest.mark.parametrize("expired", [(), (3, 2)])
def test_f13_all_seats_can_be_filled(
    expired: tuple[int, ...], operator: Api, new_person: NewPerson, stack: Stack
) -> None:
    """Two accept at once and fill three seats with the admin; five invites that expired hold none."""
    clinic = provision(operator, seats=3)
    for offers in expired:
        with caller(stack, permissions=EVERYTHING) as api:
            for _ in range(offers):
                link(api, clinic, new_person().email, expires_in=HOUR)
        later(stack, HOUR)
        stack.workers.tick()
    with caller(stack, permissions=EVERYTHING) as api:
        add(api, clinic, new_person(), roles=["admin"])
        presses = [partial(one.press, invited(api, clinic, one)[1]) for one in (new_person(), new_person())]
        assert [answer.status_code for answer in together(*presses)] == [303, 303]
        assert len(members(api, clinic)) == 3
        late = api.post(f"/organizations/{clinic}/invites", json={"email": new_person().email})
        refused(late, 409, "seats_taken")


def test_f15_a_link_that_was_used_says_so_kindly(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Next week whoever joined by it is told to sign in, and the audit has one acceptance."""
    person = new_person()
    _, url = invited(operator, clinic, person, expires_in=HOUR)
    person.join()
    shows(get(url), 200, heading(get(url)), button=True)
    later(stack, HOUR)
    page = person.browser.get(url)
    shows(page, 410, "This invite was used")
    assert "sign in as usual" in page.text
    assert f'href="{stack.app}/login?organization={clinic}"' in page.text
    assert len(audited(stack, clinic, "invite:accept")) == 1


def test_f15_a_used_link_lets_nobody_else_in(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """Another person is sent to sign in as themselves, which the door refuses."""
    person, other = new_person(), new_person("other")
    join(operator, provision(operator), other)
    join(operator, clinic, person)
    pressed = other.press(person.link())
    assert pressed.headers["location"] == f"{other.stack.app}/login?organization={clinic}"
    assert other.sign_in(clinic)["error"] == "access_denied"
    assert list(members(operator, clinic)) == [person.email]
