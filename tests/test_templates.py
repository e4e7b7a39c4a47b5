"""The texts that people get: the pages behind an invite's link, and the mails."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

import guestlist
from accept.pages import preferred
from guestlist.acceptance import Page
from guestlist.names import LANGUAGES

FOLDER = Path(guestlist.__file__).parent
PAGES = [f"{locale}/{page.template}.html" for locale in LANGUAGES for page in Page]
MAILS = [f"{mail}/{locale}" for mail in ("invite", "welcome") for locale in LANGUAGES]
LINK = "https://join.example.com/accept/a1B2c3"
NAMES = {"organization": "Cliníc <b>A</b> & Co", "inviter": "Mary O'Neil", "application": "Clinic Portal"}
PAGE = {**NAMES, "nonce": "n0nce", "action": "/accept/a1B2c3", "login_url": "https://app.example/login"}


def render(folder: str, template: str, **variables: object) -> str:
    environment = Environment(
        loader=PackageLoader("guestlist", folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
    )
    return environment.get_template(template).render(style_nonce="st-1", **variables)


def page(name: str, **variables: object) -> str:
    """Render a page, `de/offer.html`, in the language of its folder."""
    return render("pages", name, locale=name[:2], **variables)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("folder", ["pages", "mails/invite", "mails/welcome"])
def test_every_language_is_whole(folder: str) -> None:
    """A language is a folder of pages and one per mail, and each holds what the English one holds."""
    folders = {path.name: files(path) for path in (FOLDER / folder).iterdir() if path.is_dir()}
    assert folders == dict.fromkeys(LANGUAGES, folders["en"])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_and_loads_nothing(name: str) -> None:
    """A page holds no script, one style with the policy's nonce, and no markup that a name brought."""
    html = page(name, **PAGE)
    assert "<script" not in html
    assert re.findall(r"<style[^>]*>", html) == ['<style nonce="st-1">']
    assert not re.search(r"style=|src=|@import|url\(|<b>", html)
    assert f'<html lang="{name[:2]}">' in html


@pytest.mark.parametrize("name", PAGES)
def test_a_page_does_without_the_inviters_name(name: str) -> None:
    """An invite by a system has no inviter to name, and the page still reads."""
    assert "None" not in page(name, **{**PAGE, "inviter": None})


@pytest.mark.parametrize("name", ["unknown", "incomplete", "failed"])
@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_page_for_an_unknown_token_needs_no_name(locale: str, name: str) -> None:
    """Where the token is unknown, only the application is named."""
    assert "Clinic Portal" in page(f"{locale}/{name}.html", application="Clinic Portal")


@pytest.mark.parametrize("name", ["offer", "used", "wait"])
@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_button_posts_the_nonce(locale: str, name: str) -> None:
    """Pressing is a POST with the nonce, which a scanner that follows links never makes."""
    html = page(f"{locale}/{name}.html", **PAGE)
    assert html.count("<button>") == 1
    assert '<form method="post" action="/accept/a1B2c3">' in html
    assert '<input type="hidden" name="nonce" value="n0nce">' in html


@pytest.mark.parametrize("locale", LANGUAGES)
def test_an_invite_used_long_ago_leads_to_the_login(locale: str) -> None:
    """Without a button any more, its page offers the sign-in to whom it may concern."""
    html = page(f"{locale}/used_up.html", **{**PAGE, "action": None, "nonce": None})
    assert "<form" not in html
    assert 'href="https://app.example/login"' in html


@pytest.mark.parametrize(
    ("accepts", "locale"),
    [
        ("", "en"),
        ("*", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB, de;q=0.5", "en"),
        ("fr-FR,fr;q=0.9, DE;q=0.8,en;q=0.7", "de"),
        ("fr", "en"),
        ("den,;;=,,é", "en"),
    ],
)
def test_a_page_for_an_unknown_token_speaks_the_browsers_language(accepts: str, locale: str) -> None:
    """The first of the browser's languages that has pages is taken, else English."""
    assert preferred(accepts) == locale


@pytest.mark.parametrize("mail", MAILS)
@pytest.mark.parametrize("inviter", ["Mary O'Neil", None])
def test_a_mail_holds_the_link_whole(mail: str, inviter: str | None) -> None:
    """The text has the link on a line of its own; the HTML leads nowhere else and loads nothing."""
    variables = {**NAMES, "inviter": inviter, "link": LINK, "expires": "1 December 2026, 09:30 UTC"}
    text = render("mails", f"{mail}/body.txt", **variables)
    html = render("mails", f"{mail}/body.html", **variables)
    assert text.splitlines().count(LINK) == 1
    assert set(re.findall(r"""(?:href|src)="([^"]*)""", html)) == {LINK}
    assert "None" not in text + html
    assert "\n\n\n" not in text


@pytest.mark.parametrize("mail", MAILS)
def test_a_mail_names_the_organization_safely(mail: str) -> None:
    """A name is plain in the text, escaped in the HTML, and the subject is one line."""
    variables = {**NAMES, "link": LINK, "expires": "1 December 2026, 09:30 UTC"}
    assert "Cliníc <b>A</b> & Co" in render("mails", f"{mail}/body.txt", **variables)
    assert "Cliníc &lt;b&gt;A&lt;/b&gt; &amp; Co" in render("mails", f"{mail}/body.html", **variables)
    assert "\n" not in render("mails", f"{mail}/subject.txt", **variables)


@pytest.mark.parametrize("mail", MAILS)
def test_a_mail_says_until_when(mail: str) -> None:
    """Both parts name the end of the link's life, zone and all, and the HTML its language."""
    variables = {**NAMES, "link": LINK, "expires": "1 December 2026, 09:30 UTC"}
    html = render("mails", f"{mail}/body.html", **variables)
    assert "1 December 2026, 09:30 UTC" in html
    assert "1 December 2026, 09:30 UTC" in render("mails", f"{mail}/body.txt", **variables)
    assert f'<html lang="{mail.split("/")[1]}">' in html
