"""Cases from the field: links that mails broke, and browsers signed in as somebody else (F7, F9)."""

import email.policy
import re
from email.message import EmailMessage
from html.parser import HTMLParser

import httpx
import pytest
from ulid import ULID

from local.people import PLAIN, Api
from local.sent import Sent
from local.stack import Stack
from tests.accept_setup import get, invited, link, nonce, shows
from tests.conftest import NewPerson
from tests.front_door import join, organizations_at_auth0, provision
from tests.mailing_setup import LINKS

LINKIFIED = re.compile(r"https?://[\w./:%-]*\w")
"""What a careful mail program takes for a link in plain text: up to the last letter or digit."""


class Hrefs(HTMLParser):
    """The addresses that a mail program's HTML view leads to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found = set[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep where an anchor leads."""
        self.found |= {str(value) for name, value in attrs if (tag, name) == ("a", "href")}


def raw(mail: Sent, encoding: str) -> bytes:
    """Return a mail as SES makes it of what it was given, lines of 76 characters and all."""
    message = EmailMessage(policy=email.policy.SMTP)
    message["Subject"], message["From"], message["To"] = mail.subject, mail.sender, ", ".join(mail.to)
    message.set_content(mail.text, cte=encoding)
    message.add_alternative(mail.html, subtype="html", cte=encoding)
    return message.as_bytes()


def part(message: EmailMessage, kind: str) -> str:
    """Return the text or HTML of a mail that arrived."""
    found = message.get_body((kind,))
    return "" if found is None else str(found.get_content())


def test_f7_ten_thousand_tokens_are_letters_and_digits() -> None:
    """So no first or last character is left out of a link, and nothing in it needs an escape."""
    for generation in range(1, 10_001):
        token = LINKS.token(str(ULID()), generation)
        assert re.fullmatch(r"[A-Za-z0-9]{46}", token)


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_f7_a_mail_arrives_with_the_link_as_it_was_made(
    encoding: str, operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Both parts, decoded, lead where the link leads and nowhere else."""
    person = new_person()
    _, url = invited(operator, clinic, person, locale="de")
    [mail] = [sent for sent in stack.aws.mails() if person.email in sent.to]
    arrived = email.message_from_bytes(raw(mail, encoding), policy=email.policy.default)
    assert isinstance(arrived, EmailMessage)
    assert LINKIFIED.findall(part(arrived, "plain")) == [url]
    assert Hrefs(part(arrived, "html")).found == {url}
    assert get(url).status_code == 200


def test_f7_ses_rewrites_no_link(stack: Stack) -> None:
    """It does where openings or clicks are among the events of the mails' configuration set."""
    declared = [
        found.properties
        for found in stack.aws.template.resources()
        if found.kind.startswith("AWS::SES::Conf")
    ]
    events = [
        event for one in declared for event in one.get("EventDestination", {}).get("MatchingEventTypes", ())
    ]
    assert events
    assert not {"click", "open"} & {str(event).lower() for event in events}
    assert not [one for one in declared if "TrackingOptions" in one]


@pytest.mark.parametrize("left", [45, 23, 1])
def test_f7_a_cut_link_says_that_it_is_incomplete(
    left: int, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """By page and by button; the page tells how to get the whole of it."""
    start, _, token = link(operator, clinic, new_person().email).rpartition("/")
    for method in ("GET", "POST"):
        page = httpx.request(method, f"{start}/{token[:left]}", verify=PLAIN)
        shows(page, 404, "This link is incomplete")
    assert "copy the whole link" in page.text


def test_f9_the_page_looks_at_no_cookie(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """Who comes from a webmail and is signed in sees what everybody sees, and gets no cookie for it."""
    member = new_person("member")
    join(operator, provision(operator), member)
    member.sign_in(clinic)
    url = link(operator, clinic, new_person().email)
    seen, plain = member.browser.get(url), get(url)
    assert member.browser.cookies
    assert "set-cookie" not in seen.headers
    hidden = re.compile(r'nonce="[^"]+"|value="[^"]+"')
    assert hidden.sub("", seen.text) == hidden.sub("", plain.text)
    assert nonce(seen)


def test_f9_a_switch_of_accounts_resumes_the_invite(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Signed in as somebody else; refused as such; signed in again as the invitee, who is in."""
    invitee, somebody = new_person(), new_person("somebody")
    elsewhere = provision(operator)
    for person in (invitee, somebody):
        join(operator, elsewhere, person)
    path, url = invited(operator, clinic, invitee)
    invitee.browser.close()
    invitee.browser = somebody.browser
    somebody.sign_in(elsewhere)
    assert somebody.browser.get(url).status_code == 200
    assert operator.get(path).json()["status"] == "pending"
    assert invitee.press(url).headers["location"] == f"{invitee.stack.app}/login?organization={clinic}"
    assert somebody.sign_in(clinic)["error"] == "access_denied"
    assert invitee.sign_in(clinic, prompt="login")["admitted"]
    assert clinic not in organizations_at_auth0(somebody.stack, somebody)


def test_f9_a_refused_person_leaves_the_offer_pending(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Before anybody pressed: somebody else looks, signs in and is refused; the invitee still may."""
    invitee, somebody = new_person(), new_person("somebody")
    join(operator, provision(operator), somebody)
    path, url = invited(operator, clinic, invitee)
    somebody.browser.get(url)
    assert somebody.sign_in(clinic)["error"] == "access_denied"
    assert operator.get(path).json()["status"] == "pending"
    invitee.join()
    assert invitee.sign_in(clinic)["admitted"]
