"""The mailbox, as a person and as a program see it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from local.mailbox import Mail, create_app
from local.servers import Server

LINK = "https://guestlist.example/accept/abc123"


def mail(subject: str = "Join clinicA", text: str = f"Hello,\n\n{LINK}\n", html: str = "") -> Mail:
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    return Mail("doctor@example.com", "no-reply@guestlist.example", subject, text, html, at)


@pytest.fixture
def mails() -> list[Mail]:
    return []


@pytest.fixture
def mailbox(mails: list[Mail]) -> Iterator[httpx.Client]:
    server = Server("mailbox")
    with server.start(create_app(lambda: mails)), httpx.Client(base_url=server.url) as client:
        yield client


def test_an_empty_mailbox_says_so(mailbox: httpx.Client) -> None:
    """Before the first mail there is a page, and an empty list for programs."""
    assert "No mail yet" in mailbox.get("/").text
    assert mailbox.get("/messages").json() == []


def test_messages_are_listed_for_programs_newest_last(mailbox: httpx.Client, mails: list[Mail]) -> None:
    """A program reads the newest mail at the end, links and all."""
    mails += [mail("first"), mail("second")]
    newest = mailbox.get("/messages").json()[-1]
    assert newest == {
        "to": "doctor@example.com",
        "from": "no-reply@guestlist.example",
        "subject": "second",
        "text": f"Hello,\n\n{LINK}\n",
        "html": "",
        "links": [LINK],
        "at": "2026-11-24T09:30:00+00:00",
        "events": [],
    }


def test_the_list_shows_the_newest_first(mailbox: httpx.Client, mails: list[Mail]) -> None:
    """A person sees the mail that came last at the top, and mails that come while the page is open."""
    mails += [mail("the older one"), mail("the newer one")]
    listing = mailbox.get("/").text
    assert listing.index("the newer one") < listing.index("the older one")


def test_links_of_both_parts_are_given_once_and_in_order(mailbox: httpx.Client, mails: list[Mail]) -> None:
    """A link in both parts counts once; a full stop after it is not part of it; entities are resolved."""
    html = f'<a href="{LINK}">Join</a> <a href="https://a.example/?x=1&amp;y=2">or</a> <a href="#top">up</a>'
    mails.append(mail(text=f"See {LINK}. Or (https://b.example/help).", html=html))
    links = mailbox.get("/messages").json()[0]["links"]
    assert links == [LINK, "https://b.example/help", "https://a.example/?x=1&y=2"]


def test_a_message_is_rendered_with_its_links(mailbox: httpx.Client, mails: list[Mail]) -> None:
    """The text part's link can be clicked and opens a tab of its own."""
    mails.append(mail())
    shown = mailbox.get("/messages/1").text
    assert f'<a href="{LINK}" rel="noopener" target="_blank">' in shown
    assert "doctor@example.com" in shown


def test_a_mail_cannot_write_into_the_mailbox(mailbox: httpx.Client, mails: list[Mail]) -> None:
    """Markup in a subject or a text is shown as text."""
    mails.append(mail(subject="<script>alert(1)</script>", text="<img src=x>"))
    shown = mailbox.get("/").text + mailbox.get("/messages/1").text
    assert "<script" not in shown
    assert "<img" not in shown


def test_the_html_part_stands_in_a_sandbox(mailbox: httpx.Client, mails: list[Mail]) -> None:
    """The HTML part is framed, may run nothing, and its links open outside of the frame."""
    mails.append(mail(html=f'<p><a href="{LINK}">Join</a></p>'))
    framed = mailbox.get("/messages/1/html")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in mailbox.get("/messages/1").text
    assert framed.headers["content-security-policy"].startswith("sandbox allow-popups ")
    assert framed.text.startswith('<!doctype html><base target="_blank"><p><a href=')


@pytest.mark.parametrize("path", ["/messages/0", "/messages/2", "/messages/2/html"])
def test_a_message_that_does_not_exist_is_not_found(
    mailbox: httpx.Client, mails: list[Mail], path: str
) -> None:
    """A number past the last mail, or before the first, has a page that says so."""
    mails.append(mail())
    missing = mailbox.get(path)
    assert (missing.status_code, "No such mail" in missing.text) == (404, True)
