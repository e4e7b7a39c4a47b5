"""Links that lead nowhere, as pages: unknown, over, of an organization that is closed; each says why."""

import httpx
import pytest

from local.people import PLAIN, Api
from local.stack import Stack
from tests.accept_setup import (
    HOUR,
    get,
    heading,
    invited,
    later,
    link,
    nonce,
    shows,
    suspend,
    table_item,
)
from tests.conftest import NewPerson
from tests.front_door import add
from tests.refusals import traces


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
    operator.post(f"/organizations/{clinic}/resume").raise_for_status()
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
