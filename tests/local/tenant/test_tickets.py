"""The page behind a ticket, and the ways to get one."""

from collections.abc import Iterator

import httpx
import pytest

from local.tenant.management.tickets import mint
from local.tenant.state import Ticket
from tests.local.tenant.authentication_client import PASSWORD, Browser, Stage, alert, callback, form_action

NEW = "Another-Battery-7"


@pytest.fixture
def browser(stage: Stage) -> Iterator[Browser]:
    """A browser that is signed in nowhere."""
    with Browser(stage) as opened:
        yield opened


def ticket(
    stage: Stage, *, verified: bool = False, client: str | None = None, url: str | None = None
) -> Ticket:
    """Return a new ticket of the user's that lives ten minutes."""
    return mint(
        stage.state, "auth0|ann", ttl=600, mark_email_as_verified=verified, client_id=client, result_url=url
    )


def opened(browser: Browser, minted: Ticket) -> httpx.Response:
    """Open a ticket's link."""
    return browser.get("/u/reset-password", params={"ticket": minted.id})


def chosen(browser: Browser, minted: Ticket, first: str = NEW, second: str = NEW) -> httpx.Response:
    """Choose a password on a ticket's page."""
    form = {"password-reset": first, "re-enter-password": second}
    return browser.post(form_action(opened(browser, minted)), data=form)


def test_a_ticket_sets_a_password(stage: Stage, browser: Browser) -> None:
    """The new one works from then on, the old one does not."""
    done = chosen(browser, ticket(stage))
    assert "Your password has been changed successfully." in done.text
    assert stage.user["last_password_reset"] >= stage.user["created_at"]
    page = browser.login_page()
    assert alert(browser.submit(page, password=PASSWORD)) == "Wrong email or password"
    assert "code" in callback(browser.submit(page, password=NEW))


def test_opening_a_ticket_changes_nothing(stage: Stage, browser: Browser) -> None:
    """However often; the page is stored nowhere and tells nobody where it was."""
    minted = ticket(stage)
    before = dict(stage.user)
    for _ in range(3):
        page = opened(browser, minted)
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert (stage.user, minted.used) == (before, False)
    assert "Changed!" in chosen(browser, minted).text


def test_a_ticket_is_good_once(stage: Stage, browser: Browser) -> None:
    """Afterwards its page says so."""
    minted = ticket(stage)
    chosen(browser, minted)
    again = opened(browser, minted)
    assert (again.status_code, alert(again)) == (400, "The link has been used already.")


def test_a_ticket_expires(stage: Stage, browser: Browser) -> None:
    """By the tenant's clock."""
    minted = ticket(stage)
    stage.state.clock.advance(600)
    assert alert(opened(browser, minted)) == "The link has expired."


def test_a_newer_ticket_kills_the_older(stage: Stage, browser: Browser) -> None:
    """Even one whose page is open already; an invented one looks the same."""
    older = ticket(stage)
    page = opened(browser, older)
    ticket(stage)
    late = browser.post(form_action(page), data={"password-reset": NEW, "re-enter-password": NEW})
    assert late.status_code == 400
    invented = browser.get("/u/reset-password", params={"ticket": "invented"})
    assert alert(late) == alert(invented) != ""


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (NEW, NEW + "x", "The passwords did not match. Please try again."),
        ("short", "short", "At least 8 characters in length"),
        ("lowercaseonly", "lowercaseonly", "Contain at least 3 of the following 4 types"),
        ("", "", "At least 8 characters in length"),
    ],
)
def test_a_bad_password_leaves_the_ticket_good(
    stage: Stage, browser: Browser, first: str, second: str, told: str
) -> None:
    """The page says what is missing."""
    minted = ticket(stage)
    refused = chosen(browser, minted, first, second)
    assert refused.status_code == 400
    assert told in alert(refused)
    assert "Changed!" in chosen(browser, minted).text


@pytest.mark.parametrize("verified", [True, False])
def test_a_ticket_may_verify_the_address(stage: Stage, browser: Browser, *, verified: bool) -> None:
    """Where it was minted so."""
    chosen(browser, ticket(stage, verified=verified))
    assert stage.user["email_verified"] is verified


def test_a_new_password_ends_the_sessions(stage: Stage, browser: Browser) -> None:
    """Whoever was signed in has to sign in again; a block stays."""
    browser.logged_in()
    stage.user["blocked"] = True
    chosen(browser, ticket(stage))
    assert not stage.state.sessions
    assert stage.user["blocked"] is True


def test_the_last_page_leads_on(stage: Stage, browser: Browser) -> None:
    """To the ticket's `result_url`, else to the client's login."""
    by_url = chosen(browser, ticket(stage, url="https://app.example/welcome?a=1&b=2"))
    assert 'href="https://app.example/welcome?a=1&amp;b=2"' in by_url.text
    stage.state.clients["app"]["initiate_login_uri"] = "https://app.example/login"
    by_client = chosen(browser, ticket(stage, client="app"))
    assert '<a class="button" href="https://app.example/login">Back to App</a>' in by_client.text


@pytest.mark.parametrize("email", ["Ann@example.com", "nobody@example.com"])
def test_a_forgotten_password_always_gets_the_same_answer(stage: Stage, email: str) -> None:
    """Whether there is such a user or not (recorded); only the user gets a mail."""
    body = {"client_id": "app", "connection": "guests", "email": email}
    answer = stage.post("/dbconnections/change_password", body)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text == "We've just sent you an email to reset your password."
    assert [mail["to"] for mail in stage.state.mails] == ["ann@example.com"] * (email == "Ann@example.com")


def test_a_malformed_request_for_a_mail_is_refused(stage: Stage) -> None:
    """Nothing is sent."""
    for lacking in ("client_id", "connection", "email"):
        body = {"client_id": "app", "connection": "guests", "email": "ann@example.com"}
        del body[lacking]
        assert stage.post("/dbconnections/change_password", body).status_code == 400
    assert not stage.state.mails


def test_the_login_page_leads_to_a_mail(stage: Stage, browser: Browser) -> None:
    """Whose link sets the password."""
    page = browser.get(browser.login_page().url.copy_with(path="/u/reset-password/request"))
    sent = browser.post(form_action(page), data={"email": "ann@example.com"})
    assert "Check Your Email" in sent.text
    (mail,) = stage.state.mails
    form = {"password-reset": NEW, "re-enter-password": NEW}
    assert "Changed!" in browser.post(form_action(browser.get(mail["link"])), data=form).text
