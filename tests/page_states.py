"""How a person comes to see each of our pages, in a real browser."""

from dataclasses import dataclass

import httpx
from playwright.sync_api import Page

from local.people import PLAIN, Api, Person
from local.stack import Stack
from tests.accept_setup import HOUR, amend_user, filled, invited, later, link, stopped, suspend
from tests.front_door import suffer


@dataclass(frozen=True)
class Visit:
    """Somebody with a browser, and the clinic that invites them."""

    page: Page
    stack: Stack
    operator: Api
    clinic: str
    person: Person

    def opened(self, **more: object) -> str:
        """Open the link of a new invite, and return it."""
        url = link(self.operator, self.clinic, self.person.email, **more)
        self.page.goto(url)
        return url

    def pressed(self, **more: object) -> str:
        """Press the button of a new invite, and return its link."""
        url = self.opened(**more)
        self.press()
        return url

    def press(self) -> None:
        """Press the page's button."""
        self.page.locator("main button").first.click()

    def signed_in(self) -> None:
        """Go from the invite over a password to a login at the application."""
        password_changed(self)
        log_in(self)
        self.fill(username=self.person.email, password=self.person.password)

    def identify(self) -> None:
        """Give the address alone, where the login page asks for it first, by which provider it is."""
        if self.page.locator("[name=password]").count() == 0:
            self.page.fill("[name=username]", self.person.email)
            self.press()

    def fill(self, **fields: str) -> None:
        """Fill in the page's form by its fields' names, and send it."""
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)
        self.press()


def offer(visit: Visit) -> None:
    visit.opened()


def offer_in_german(visit: Visit) -> None:
    visit.opened(locale="de")


def expired(visit: Visit) -> None:
    visit.opened(expires_in=HOUR)
    later(visit.stack, HOUR)
    visit.page.reload()


def revoked(visit: Visit) -> None:
    path, url = invited(visit.operator, visit.clinic, visit.person)
    visit.operator.delete(path).raise_for_status()
    visit.page.goto(url)


def used(visit: Visit) -> None:
    visit.page.goto(visit.pressed())


def used_up(visit: Visit) -> None:
    url = visit.pressed(expires_in=HOUR)
    later(visit.stack, HOUR)
    visit.page.goto(url)


def suspended(visit: Visit) -> None:
    visit.opened()
    suspend(visit.stack, visit.clinic)
    visit.page.reload()


def unknown(visit: Visit) -> None:
    visit.page.goto(f"{visit.stack.api}/accept/{'0' * 46}")


def incomplete(visit: Visit) -> None:
    visit.page.goto(f"{visit.stack.api}/accept/abc")


def too_many(visit: Visit) -> None:
    other = {"id": f"{visit.clinic}-other", "name": "Other"}
    visit.operator.post("/organizations", json=other).raise_for_status()
    visit.operator.post(f"/organizations/{other['id']}/members", json={"email": visit.person.email})
    visit.stack.workers.idle()
    amend_user(visit.stack, visit.person.email, filled)
    visit.pressed()


def a_person_must_decide(visit: Visit) -> None:
    url = visit.pressed()
    amend_user(visit.stack, visit.person.email, stopped)
    visit.page.goto(url)
    visit.press()


def wait(visit: Visit) -> None:
    suffer(visit.stack, method="POST", path="/api/v2/users", status=503, times=20)
    visit.pressed()
    httpx.delete(f"{visit.stack.tenant.url}/_local/faults", verify=PLAIN)


def failed(visit: Visit) -> None:
    visit.opened()
    visit.stack.aws.inject("GetItem", "AccessDeniedException")
    visit.page.reload()


def choose_a_password(visit: Visit) -> None:
    visit.pressed()


def choose_a_better_password(visit: Visit) -> None:
    visit.pressed()
    visit.fill(**{"password-reset": "a", "re-enter-password": "a"})


def password_changed(visit: Visit) -> None:
    visit.pressed()
    visit.fill(**dict.fromkeys(("password-reset", "re-enter-password"), visit.person.password))


def ticket_of_nobody(visit: Visit) -> None:
    visit.page.goto(f"{visit.stack.tenant.url}/u/reset-password?ticket=none")


def log_in(visit: Visit) -> None:
    visit.page.goto(f"{visit.stack.app}/login?organization={visit.clinic}")
    visit.identify()


def log_in_again(visit: Visit) -> None:
    log_in(visit)
    visit.fill(username=visit.person.email, password="Wrong")


def forgot_password(visit: Visit) -> None:
    log_in(visit)
    visit.page.locator("form a").click()


def mail_on_its_way(visit: Visit) -> None:
    forgot_password(visit)
    visit.fill(email=visit.person.email)


def application(visit: Visit) -> None:
    visit.page.goto(visit.stack.app)


def application_inside(visit: Visit) -> None:
    visit.signed_in()


def application_refuses(visit: Visit) -> None:
    visit.signed_in()
    visit.page.goto(f"{visit.stack.app}/login?organization=elsewhere")


def index(visit: Visit) -> None:
    visit.page.goto(visit.stack.index)


def mailbox(visit: Visit) -> None:
    invited(visit.operator, visit.clinic, visit.person)
    visit.page.goto(visit.stack.mailbox)


def mail_in_the_mailbox(visit: Visit) -> None:
    mailbox(visit)
    visit.page.locator(".list a").first.click()


def no_such_mail(visit: Visit) -> None:
    visit.page.goto(f"{visit.stack.mailbox}/messages/99999")


def mail(visit: Visit) -> None:
    invited(visit.operator, visit.clinic, visit.person)
    visit.page.set_content(visit.stack.mails()[-1].html)


def welcome_mail(visit: Visit) -> None:
    added = {"email": visit.person.email, "welcome": True, "locale": "de"}
    visit.operator.post(f"/organizations/{visit.clinic}/members", json=added).raise_for_status()
    visit.stack.workers.idle()
    visit.page.set_content(visit.stack.mails()[-1].html)
