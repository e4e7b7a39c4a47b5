"""How far a mail got, by the front door: what SES tells arrives by the queue, and an admin reads it."""

from typing import Any

import httpx
import pytest

from local.people import PLAIN, Api, Person
from local.stack import Stack
from tests.accept_setup import get
from tests.conftest import NewPerson
from tests.front_door import add, items, provision, unique

FATES = {
    "success": ("delivered", None),
    "bounce": ("bounced", "General"),
    "complaint": ("complained", "abuse"),
    "ooto": ("delivered", None),
    "suppressionlist": ("suppressed", "Suppressed"),
}


def simulated(fate: str) -> str:
    """Return an address of SES's mailbox simulator that nobody else writes to."""
    return f"{fate}+{unique('label')}@simulator.amazonses.com"


def mailed(stack: Stack, api: Api, organization: str, email: str) -> dict[str, Any]:
    """Invite somebody and return the invite as it is when SES has told all."""
    made = api.post(f"/organizations/{organization}/invites", json={"email": email}).raise_for_status()
    assert made.json()["mail"] == "queued"
    stack.workers.idle()
    return dict(api.get(made.headers["location"]).json())


def resent(stack: Stack, api: Api, invite: dict[str, Any]) -> dict[str, Any]:
    """Resend an invite and return it as it is when SES has told all."""
    path = f"/organizations/{invite['organization']}/invites/{invite['id']}"
    again = api.post(f"{path}/resend").raise_for_status().json()
    assert (again["mail"], again["mail_detail"]) == ("queued", None)
    stack.workers.idle()
    return dict(api.get(path).json())


def told(invite: dict[str, Any]) -> tuple[str, str | None]:
    """Return what an invite says of its mail."""
    return invite["mail"], invite["mail_detail"]


def mails(stack: Stack, email: str) -> int:
    """Return how many mails SES took for an address."""
    return len([mail for mail in stack.mails() if mail.to == email])


@pytest.mark.parametrize(("fate", "state"), FATES.items())
def test_an_invite_says_how_far_its_mail_got(
    stack: Stack, operator: Api, clinic: str, fate: str, state: tuple[str, str | None]
) -> None:
    """Whatever SES's simulator does with a mail; an absence notice takes no delivery back."""
    email = simulated(fate)
    invite = mailed(stack, operator, clinic, email)
    assert (told(invite), mails(stack, email)) == (state, 1)
    [listed] = operator.get(f"/organizations/{clinic}/invites").json()["items"]
    assert told(listed) == state


@pytest.mark.parametrize("fate", ["bounce", "complaint", "suppressionlist"])
def test_an_address_that_failed_is_mailed_for_nobody(
    stack: Stack, operator: Api, clinic: str, fate: str
) -> None:
    """Nor for another organization, which is told that, and neither why nor whose mail it was."""
    email = simulated(fate)
    mailed(stack, operator, clinic, email)
    invite = mailed(stack, operator, provision(operator), email.upper())
    assert (told(invite), invite["status"]) == (("suppressed", None), "pending")
    assert (mails(stack, email), mails(stack, email.upper())) == (1, 0)


@pytest.mark.parametrize("fate", ["bounce", "complaint"])
def test_a_resend_mails_such_an_address_once_more(
    stack: Stack, operator: Api, clinic: str, fate: str
) -> None:
    """An admin says so each time: what happens then is told, and counts as before."""
    email = simulated(fate)
    invite = mailed(stack, operator, clinic, email)
    assert told(resent(stack, operator, invite)) == FATES[fate]
    assert mails(stack, email) == 2
    assert told(mailed(stack, operator, provision(operator), email)) == ("suppressed", None)


def test_a_resend_takes_the_address_off_sess_own_list(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Or SES would drop that mail as well; what is delivered then can be mailed by all again."""
    person = new_person()
    stack.aws.ses.suppressed.add(person.email)
    invite = mailed(stack, operator, clinic, person.email)
    assert told(invite) == ("suppressed", "OnAccountSuppressionList")
    assert told(resent(stack, operator, invite)) == ("delivered", None)
    assert get(person.link()).status_code == 200
    assert told(mailed(stack, operator, provision(operator), person.email)) == ("delivered", None)


def welcome(api: Api, organization: str) -> dict[str, Any]:
    """Return an organization's only invite that was accepted, or born so."""
    query = {"status": "accepted"}
    [found] = api.get(f"/organizations/{organization}/invites", params=query).json()["items"]
    return dict(found)


def test_a_welcome_is_held_back_and_resent_alike(stack: Stack, operator: Api, clinic: str) -> None:
    """The member is added all the same; the resend leaves them a member, and makes no offer."""
    with Person(stack, simulated("bounce")) as person:
        mailed(stack, operator, provision(operator), person.email)
        member = add(operator, clinic, person, welcome=True)
        stack.workers.idle()
        assert (told(welcome(operator, clinic)), member["status"]) == (("suppressed", None), "active")
        again = resent(stack, operator, welcome(operator, clinic))
        assert (told(again), again["status"], mails(stack, person.email)) == (FATES["bounce"], "accepted", 2)
        assert person.press(person.link()).status_code == 303


def test_a_welcome_is_not_resent_to_who_was_removed(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Its link would lead nowhere."""
    member = add(operator, clinic, new_person(), welcome=True)
    invite = welcome(operator, clinic)
    operator.delete(f"/organizations/{clinic}/members/{member['user']}").raise_for_status()
    answer = operator.post(f"/organizations/{clinic}/invites/{invite['id']}/resend")
    assert (answer.status_code, answer.json()["code"]) == (409, "invite_closed")


def test_the_mailbox_says_what_ses_told(stack: Stack, operator: Api, clinic: str) -> None:
    """Whoever tries the local stack sees there why an invite says what it says."""
    email = simulated("ooto")
    mailed(stack, operator, clinic, email)
    shown = httpx.get(f"{stack.mailbox}/messages", verify=PLAIN).json()
    [events] = [mail["events"] for mail in shown if mail["to"] == email]
    page = httpx.get(f"{stack.mailbox}/messages/{len(shown)}", verify=PLAIN).text
    assert events == ["Send", "Delivery", "Bounce"]
    assert "Send, Delivery, Bounce" in page


def test_what_is_kept_of_a_mailbox_tells_no_address(stack: Stack, operator: Api, clinic: str) -> None:
    """Its key is a hash that only the key of the links makes."""
    email = simulated("bounce")
    mailed(stack, operator, clinic, email)
    kept = [item for item in items(stack) if item["pk"]["S"].startswith("MAILBOX#")]
    assert kept
    assert not [item for item in kept if "simulator" in str(item)]
