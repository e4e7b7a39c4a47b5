"""The pages behind an invite's link: each state has its page and status, and opening one changes nothing."""

import httpx
import pytest

from guestlist.leases import SETTLING
from local.people import PLAIN, Api
from local.stack import Stack
from tests.accept_setup import (
    HOUR,
    amend_user,
    filled,
    get,
    heading,
    invited,
    later,
    link,
    nonce,
    shows,
    stopped,
)
from tests.adoption_setup import planted
from tests.conftest import NewPerson
from tests.front_door import add, suffer
from tests.refusals import traces


def test_a_good_link_offers(operator: Api, clinic: str, new_person: NewPerson, stack: Stack) -> None:
    """The page says who invites to what, has one button, and may be opened any number of times."""
    url = link(operator, clinic, new_person().email)
    before = traces(stack)
    name = operator.get(f"/organizations/{clinic}").json()["name"]
    for _ in range(3):
        page = get(url)
        shows(page, 200, f"Join {name}", button=True)
        assert "Olga Orr invites you" in page.text
    assert traces(stack) == before


@pytest.mark.parametrize("state", ["good", "unknown", "cut", "revoked"])
def test_head_is_the_page_without_its_body(
    state: str, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """HEAD answers status and headers as GET does, but for the nonce of the page's style."""
    path, url = invited(operator, clinic, new_person())
    if state == "revoked":
        operator.delete(path).raise_for_status()
    url = {"unknown": f"{url}0", "cut": url[:-1]}.get(state, url)
    page, head = get(url), httpx.head(url, verify=PLAIN)
    assert (head.status_code, head.content) == (page.status_code, b"")
    passing = {"content-length", "content-security-policy", "date", "apigw-requestid"}
    assert set(head.headers) == set(page.headers)
    kept = set(page.headers) - passing
    assert {name: head.headers[name] for name in kept} == {name: page.headers[name] for name in kept}


def test_a_used_link(operator: Api, clinic: str, new_person: NewPerson, stack: Stack) -> None:
    """A used link leads on to the login until the invite's end; then it is 410."""
    person = new_person()
    _, url = invited(operator, clinic, person, expires_in=HOUR)
    ticket = person.press(url).headers["location"]
    later(stack, 2)
    person.choose_password(ticket)
    title = heading(get(url))
    assert title.startswith("You have joined")
    shows(get(url), 200, title, button=True)
    pressed = person.press(url)
    assert pressed.status_code == 303
    assert pressed.headers["location"] == f"{stack.app}/login?organization={clinic}"
    later(stack, HOUR)
    shows(get(url), 410, "This invite was used")
    assert f'href="{stack.app}/login?organization={clinic}"' in get(url).text


def test_a_link_pressed_again_before_a_password_was_set(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Who closed the tenant's page presses again and gets a newer ticket."""
    person = new_person()
    _, url = invited(operator, clinic, person)
    first, second = person.press(url).headers["location"], person.press(url).headers["location"]
    assert first.startswith(stack.tenant.url)
    assert second.startswith(stack.tenant.url)
    assert first != second
    assert person.choose_password(second).is_success


def test_a_used_link_of_a_member_who_was_removed(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """The link of a removed member is used up, 410; it brings nobody back, nor says that they are in."""
    person = new_person()
    _, url = invited(operator, clinic, person)
    person.join()
    opened = nonce(get(url))
    [member] = operator.get(f"/organizations/{clinic}/members").json()["items"]
    operator.delete(f"/organizations/{clinic}/members/{member['user']}").raise_for_status()
    shows(get(url), 410, "This invite was used")
    shows(httpx.post(url, data={"nonce": opened}, verify=PLAIN), 410, "This invite was used")
    assert "joined" not in get(url).text
    assert operator.get(f"/organizations/{clinic}/members").json()["items"] == []


def test_a_link_into_one_organization_too_many(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Where the profile has no room the button is 409, and the offer stands."""
    person, other = new_person(), f"{clinic}-other"
    operator.post("/organizations", json={"id": other, "name": "Other"}).raise_for_status()
    operator.post(f"/organizations/{other}/members", json={"email": person.email}).raise_for_status()
    stack.workers.idle()
    amend_user(stack, person.email, filled)
    url = link(operator, clinic, person.email)
    shows(person.press(url), 409, "Your account cannot take another organization")
    assert get(url).status_code == 200


def test_a_link_of_a_user_whom_a_person_must_look_at(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Where the projection is stopped the button is 409, and no ticket is minted."""
    person = new_person()
    _, url = invited(operator, clinic, person)
    person.press(url)
    amend_user(stack, person.email, stopped)
    calls = len(stack.tenant.state.calls)
    shows(person.press(url), 409, "Somebody has to help here")
    assert len(stack.tenant.state.calls) == calls


def test_a_link_pressed_while_auth0_is_out_of_reach(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """The acceptance is on record; the page is 503, and its button goes on as soon as Auth0 answers."""
    person = new_person()
    _, url = invited(operator, clinic, person)
    suffer(stack, method="POST", path="/api/v2/users", status=503, times=20)
    page = person.press(url)
    shows(page, 503, "One moment, please", button=True)
    assert page.headers["retry-after"] == "5"
    httpx.delete(f"{stack.tenant.url}/_local/faults", verify=PLAIN)
    stack.workers.idle()
    assert person.press(url).headers["location"].startswith(stack.tenant.url)


def test_a_page_that_fails_is_a_page_all_the_same(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """When our own store refuses us, a person is told in words, without a name."""
    url = link(operator, clinic, new_person().email)
    stack.aws.inject("GetItem", "AccessDeniedException")
    shows(get(url), 500, "Something went wrong here")
    shows(get(url), 200, heading(get(url)), button=True)


def test_a_planted_accounts_owner_presses_while_auth0_is_out_of_reach(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """What their account halted for is over with the button: they try again, and nobody has to help."""
    owner = new_person()
    planted(owner)
    add(operator, clinic, owner, welcome=True)
    stack.workers.idle()
    suffer(stack, method="POST", path="/api/v2/users", status=503, times=20)
    shows(owner.press(owner.link()), 503, "One moment, please", button=True)
    httpx.delete(f"{stack.tenant.url}/_local/faults", verify=PLAIN)
    later(stack, SETTLING)
    assert owner.press(owner.link()).headers["location"].startswith(stack.tenant.url)
