"""The ticket behind an invite's button: how long it lives, and what a password set by it proves."""

import httpx

from local.people import PLAIN, Api
from local.stack import Stack
from tests.accept_setup import invited, later, link
from tests.conftest import NewPerson
from tests.front_door import accounts


def test_a_ticket_lives_ten_minutes(operator: Api, clinic: str, new_person: NewPerson, stack: Stack) -> None:
    """By the tenant's own clock; the invite's button mints another one after that."""
    person = new_person()
    _, url = invited(operator, clinic, person)
    ticket = person.press(url).headers["location"]
    later(stack, 585)
    assert httpx.get(ticket, verify=PLAIN).status_code == 200
    later(stack, 16)
    assert httpx.get(ticket, verify=PLAIN).status_code == 400
    assert person.choose_password(person.press(url).headers["location"]).is_success


def test_a_mailed_link_proves_the_address(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Who pressed its button reads that mailbox: the address is verified with the password, not before."""
    person = new_person()
    _, url = invited(operator, clinic, person)
    ticket = person.press(url).headers["location"]
    assert [account["email_verified"] for account in accounts(stack, person.email)] == [False]
    person.choose_password(ticket)
    assert [account["email_verified"] for account in accounts(stack, person.email)] == [True]


def test_a_link_that_was_handed_over_proves_nothing(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """With `send: false` whoever asked for the link may have used it themselves."""
    person = new_person()
    person.choose_password(person.press(link(operator, clinic, person.email)).headers["location"])
    assert person.sign_in(clinic)["admitted"]
    assert [account["email_verified"] for account in accounts(stack, person.email)] == [False]
