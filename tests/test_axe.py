"""Every page that a person sees, in a browser without scripts, on a phone, before axe."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from local.index import Person as Shown
from local.people import Api
from local.stack import Stack
from tests import page_states as at
from tests.browser import chromium, faults, phone
from tests.conftest import NewPerson
from tests.page_states import Visit

HEADINGS: dict[Callable[[Visit], None], str] = {
    at.offer: "Join Clinic",
    at.offer_in_german: "Einladung zu Clinic",
    at.expired: "This invite has expired",
    at.revoked: "This invite was withdrawn",
    at.used: "You have joined Clinic",
    at.used_up: "This invite was used",
    at.suspended: "Clinic",
    at.unknown: "We do not know this link",
    at.incomplete: "This link is incomplete",
    at.too_many: "Your account cannot take another organization",
    at.a_person_must_decide: "Somebody has to help here",
    at.wait: "One moment, please",
    at.failed: "Something went wrong here",
    at.choose_a_password: "Change Your Password",
    at.choose_a_better_password: "Change Your Password",
    at.password_changed: "Password Changed!",
    at.ticket_of_nobody: "",
    at.log_in: "Welcome",
    at.log_in_again: "Welcome",
    at.forgot_password: "Forgot Your Password?",
    at.mail_on_its_way: "Check Your Email",
    at.application: "Where do you work today?",
    at.application_inside: "clinic",
    at.application_refuses: "You cannot enter elsewhere",
    at.index: "Everything is up",
    at.mailbox: "Mailbox",
    at.mail_in_the_mailbox: "You are invited to Clinic",
    at.no_such_mail: "No such mail",
    at.mail: "You are invited to Clinic",
    at.welcome_mail: "Willkommen bei Clinic",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser for the whole file: it takes seconds to start."""
    with chromium() as started:
        yield started


@pytest.fixture
def visit(
    browser: Browser, stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> Iterator[Visit]:
    """Return somebody whom a clinic may invite, with a phone."""
    person = new_person()
    stack.persons.append(Shown("Dora Doc", person.email, "A doctor", [clinic], person.password))
    with phone(browser) as page:
        yield Visit(page, stack, operator, clinic, person)
    stack.persons.pop()


@pytest.mark.parametrize("state", HEADINGS, ids=lambda state: state.__name__)
def test_a_page_has_no_fault(state: Callable[[Visit], None], visit: Visit) -> None:
    """It is reached without a script, its policy blocks nothing of its own, axe has nothing to say."""
    said: list[str] = []
    visit.page.on("console", lambda message: said.append(message.text))
    state(visit)
    assert visit.page.locator("h1").inner_text().startswith(HEADINGS[state])
    assert faults(visit.page) == []
    assert [text for text in said if "Content Security Policy" in text] == []
