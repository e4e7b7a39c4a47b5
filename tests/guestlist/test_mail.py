"""Mails as they are rendered: subject, text and HTML, with names that cannot break out."""

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from guestlist.mail import Mail, rendered

LINK = "https://join.example/accept/a1B2"


def invite(locale: str = "en", **values: str | None) -> Mail:
    """Render an invite with usual values."""
    usual = {
        "organization": "Clinic A",
        "inviter": "Ann Lee",
        "link": LINK,
        "expires": "2026-12-01 09:30 UTC",
        "application": "Portal",
    }
    return rendered("invite", locale, "Bob@clinic.example", **(usual | values))


def test_a_mail_goes_to_the_address_as_typed() -> None:
    """The receiver is who was invited, letter for letter."""
    mail = invite()
    assert (mail.to, mail.subject) == ("Bob@clinic.example", "You are invited to Clinic A")
    assert LINK in mail.text
    assert LINK in mail.html


@pytest.mark.parametrize(("locale", "words"), [("en", "no password yet"), ("de", "noch kein Passwort")])
def test_a_welcome_fits_who_has_a_password_already(locale: str, words: str) -> None:
    """Whoever is known from elsewhere is only led to the login: no mail promises the choice of a password."""
    values = {"organization": "Clinic A", "inviter": None, "expires": "soon", "application": "Portal"}
    mail = rendered("welcome", locale, "bob@clinic.example", link=LINK, **values)
    assert all(words in part for part in (mail.text, mail.html))


@pytest.mark.parametrize("locale", ["en", "de"])
def test_a_subject_is_one_line(locale: str) -> None:
    """No name begins a second header."""
    assert "\n" not in invite(locale, organization="Clinic\r\nBcc: all@clinic.example").subject


def test_html_is_escaped_and_text_is_not() -> None:
    """Ampersands and quotes stand as they are in the text, as entities in the HTML."""
    mail = invite(organization="A & 'B'", inviter='"C"')
    assert "A & 'B'" in mail.text
    assert "A &amp; &#39;B&#39;" in mail.html
    assert "&#34;C&#34;" in mail.html


def test_a_name_that_looks_like_a_template_is_text() -> None:
    """What a name holds is never run."""
    assert "{{ link }}" in invite(organization="{{ link }}").text


def test_a_missing_value_is_an_error() -> None:
    """A template without one of its values fails, and no mail with a hole goes out."""
    with pytest.raises(UndefinedError):
        rendered("invite", "en", "bob@clinic.example", organization="Clinic A")


def test_there_is_a_folder_per_locale() -> None:
    """A locale without a folder is an error, never another language."""
    with pytest.raises(TemplateNotFound):
        invite("fr")
