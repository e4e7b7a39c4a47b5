"""The pages behind an invite's link: each state has its page and status, and opening one changes nothing."""

import httpx
import pytest

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
    suspend,
    table_item,
)
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


@pytest.mark.parametrize(
    ("token", "title"),
    [
        ("0" * 46, "We do not know this link"),
        ("z" * 46, "We do not know this link"),
        ("0" * 400, "We do not know this link"),
        ("0" * 45 + "-", "We do not know this link"),
        ("a%22b", "We do not know this link"),
        ("a%2Fb", "We do not know this link"),
        ("%00", "We do not know this link"),
        ("%ff%fe", "We do not know this link"),
        ("0" * 45, "This link is incomplete"),
        ("abc", "This link is incomplete"),
        ("%C3%A9", "This link is incomplete"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_link_names_nobody(method: str, token: str, title: str, stack: Stack) -> None:
    """A token of nobody's has a page of its own, 404, without a name and without a button."""
    shows(httpx.request(method, f"{stack.api}/accept/{token}", verify=PLAIN), 404, title)


def test_a_changed_link_names_nobody(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """A link of ours with one letter changed is nobody's, and one that was cut says so."""
    url = link(operator, clinic, new_person().email)
    changed = url[:-1] + ("A" if url[-1] != "A" else "B")
    for wrong, title in ((changed, "We do not know this link"), (url[:-1], "This link is incomplete")):
        page = get(wrong)
        shows(page, 404, title)
        assert "A Clinic" not in page.text
        assert "Olga" not in page.text


def test_an_expired_link(operator: Api, clinic: str, new_person: NewPerson, stack: Stack) -> None:
    """After its life a link is 410, before the sweep carried the expiry out and after."""
    person = new_person()
    url = link(operator, clinic, person.email, expires_in=HOUR)
    stale = nonce(get(url))
    later(stack, HOUR)
    shows(get(url), 410, "This invite has expired")
    shows(httpx.post(url, data={"nonce": stale}, verify=PLAIN), 410, "This invite has expired")
    stack.workers.tick()
    stack.workers.idle()
    shows(get(url), 410, "This invite has expired")


def test_a_link_of_an_older_generation(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """A resend kills the link before it: 410, while the new one offers."""
    person = new_person()
    path, first = invited(operator, clinic, person)
    opened = nonce(get(first))
    operator.post(f"{path}/resend").raise_for_status()
    person.stack.workers.idle()
    shows(get(first), 410, "This invite has expired")
    shows(httpx.post(first, data={"nonce": opened}, verify=PLAIN), 410, "This invite has expired")
    assert get(person.link()).status_code == 200


def test_a_revoked_link(operator: Api, clinic: str, new_person: NewPerson, stack: Stack) -> None:
    """A revoked invite's link is 410, and its button, opened before, no longer accepts."""
    path, url = invited(operator, clinic, new_person())
    opened = nonce(get(url))
    operator.delete(path).raise_for_status()
    before = traces(stack)
    shows(get(url), 410, "This invite was withdrawn")
    shows(httpx.post(url, data={"nonce": opened}, verify=PLAIN), 410, "This invite was withdrawn")
    assert traces(stack) == before


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


def test_a_link_into_an_organization_that_is_gone(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Where the organization's item is gone, its invites are unknown, and nothing is named."""
    url = link(operator, clinic, new_person().email)
    opened = nonce(get(url))
    table_item(stack, f"ORG#{clinic}", "ORG")
    shows(get(url), 404, "We do not know this link")
    shows(httpx.post(url, data={"nonce": opened}, verify=PLAIN), 404, "We do not know this link")


def test_a_link_into_a_suspended_organization(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """A suspended organization's link is 403, and is not used up."""
    url = link(operator, clinic, new_person().email)
    opened = nonce(get(url))
    suspend(stack, clinic)
    title = heading(get(url))
    assert title.endswith("is closed for now")
    shows(get(url), 403, title)
    shows(httpx.post(url, data={"nonce": opened}, verify=PLAIN), 403, title)
    table_item(stack, f"ORG#{clinic}", "ORG", "SET #status = :now", now="active")
    shows(get(url), 200, heading(get(url)), button=True)


def test_a_link_of_an_admin_who_was_removed(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """What an admin offered before their removal is theirs to grant no more: page and button are 410."""
    admin, person = new_person("admin"), new_person()
    operator.post(f"/organizations/{clinic}/invites", json={"email": admin.email, "roles": ["admin"]})
    admin.stack.workers.idle()
    admin.join()
    add(operator, clinic, new_person(), roles=["admin"])
    with admin.api(clinic) as api:
        _, url = invited(api, clinic, person)
    opened = nonce(get(url))
    members = operator.get(f"/organizations/{clinic}/members").json()["items"]
    [user] = [member["user"] for member in members if member["email"] == admin.email]
    operator.delete(f"/organizations/{clinic}/members/{user}").raise_for_status()
    shows(get(url), 410, "This invite was withdrawn")
    shows(httpx.post(url, data={"nonce": opened}, verify=PLAIN), 410, "This invite was withdrawn")


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
