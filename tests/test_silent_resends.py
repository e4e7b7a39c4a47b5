"""Resending an invite that was made with `send: false`: whoever may have its link is told the new one."""

import pytest

from local.people import Api
from local.stack import Stack
from tests.accept_setup import HOUR, get, later, link
from tests.callers_setup import added
from tests.conftest import NewPerson
from tests.front_door import provision
from tests.minted import EVERYTHING, caller, of_organization, of_system


def only(api: Api, organization: str) -> str:
    """Return the path of an organization's only pending invite."""
    [found] = api.get(f"/organizations/{organization}/invites").json()["items"]
    return f"/organizations/{organization}/invites/{found['id']}"


def test_the_answer_holds_the_new_link_and_nothing_is_mailed(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """The old one is dead; no later reading shows the new one, and what is due is its end."""
    person = new_person()
    old = link(operator, clinic, person.email)
    path = only(operator, clinic)
    again = operator.post(f"{path}/resend").json()
    stack.workers.idle()
    assert (again["mail"], [get(url).status_code for url in (old, again["link"])]) == ("none", [410, 200])
    assert operator.get(path).json() == {**again, "link": None}
    assert [mail for mail in stack.mails() if mail.to == person.email] == []


def test_it_is_renewed_in_silence(stack: Stack, operator: Api, clinic: str, new_person: NewPerson) -> None:
    """One that expired offers again, by a link that is told."""
    link(operator, clinic, new_person().email, expires_in=HOUR)
    path = only(operator, clinic)
    later(stack, HOUR)
    stack.workers.tick()
    with caller(stack, permissions=EVERYTHING) as api:
        again = api.post(f"{path}/resend").json()
    assert (again["status"], again["mail"], get(again["link"]).status_code) == ("pending", "none", 200)


@pytest.mark.parametrize("who", ["admin", "bound"])
def test_who_acts_for_one_organization_has_it_mailed(
    who: str, stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """They see no link, as at its creation; nobody does from then on."""
    person = new_person()
    link(operator, clinic, person.email)
    path = only(operator, clinic)
    account = operator.get(f"/users/{added(operator, clinic, 'admin')}").json()["account"]
    admin = {"sub": account, **of_organization(clinic, "admin")}
    bound = {**of_system("write:invites", "read:invites"), **of_organization(clinic)}
    with caller(stack, **{"admin": admin, "bound": bound}[who]) as api:
        assert api.post(f"{path}/resend").json()["link"] is None
    stack.workers.idle()
    assert get(person.link()).status_code == 200
    assert operator.post(f"{path}/resend").json()["link"] is None


def test_a_mailed_invites_resend_tells_no_link(operator: Api, new_person: NewPerson) -> None:
    """Whoever asks: it goes to its receiver alone."""
    place = provision(operator)
    body = {"email": new_person().email}
    made = operator.post(f"/organizations/{place}/invites", json=body).json()
    again = operator.post(f"/organizations/{place}/invites/{made['id']}/resend").json()
    assert (again["link"], again["mail"]) == (None, "queued")
