"""Cases from the field: when an offer ends, and in which language it is written (F41, F43)."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import guestlist
from guestlist.acceptance import Page, open_invite
from guestlist.bodies import InviteRequest
from guestlist.invites import invite
from guestlist.mailing import _DATES
from guestlist.names import LANGUAGES
from guestlist.records import Invite
from guestlist.resources import Invite as Shown
from local.people import Api
from local.stack import CONNECTION, Stack
from tests.accept_setup import get, invited
from tests.bench import Bench
from tests.conftest import NewPerson
from tests.front_door import unique
from tests.mailing_setup import LINKS, send
from tests.refusals import refused

HOUR = 3600
FOLDER = Path(guestlist.__file__).parent


@pytest.fixture(params=[("IST-5:30", 23, 50), ("PST8", 0, 10), ("UTC0", 0, 0)], ids=lambda given: given[0])
def wall(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Put this machine into a zone, and give a time of tomorrow's on the wall there, in unix seconds."""
    zone, hour, minute = request.param
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    today = time.localtime()
    yield int(time.mktime((today.tm_year, today.tm_mon, today.tm_mday + 1, hour, minute, 0, 0, 0, -1)))
    monkeypatch.undo()
    time.tzset()


def offered(guests: Bench, organization: str, asked: Mapping[str, object], at: int) -> Invite:
    """Invite somebody at a time."""
    return invite(
        organization,
        InviteRequest.model_validate(asked),
        request=replace(guests.request(), now=at),
        connection=CONNECTION,
        budgets=guests.budgets,
        store=guests.store,
    )


@pytest.mark.parametrize(("life", "asked"), [(48 * HOUR, {"expires_in": 48 * HOUR}), (7 * 24 * HOUR, {})])
def test_f41_a_life_is_counted_by_the_second(
    life: int, asked: dict[str, int], wall: int, guests: Bench, organization: str
) -> None:
    """From the second of the invite on, whatever day it is where; table, API and page agree."""
    made = offered(guests, organization, {"email": "ann@example.com", **asked}, wall)
    kept = guests.store.invite(organization, made.id)
    assert (kept.created_at, kept.expires_at) == (wall, wall + life)
    shown = Shown.of(kept)
    ends = datetime.fromisoformat(shown.expires_at) - datetime.fromisoformat(shown.created_at)
    assert ends.total_seconds() == life
    token = LINKS.token(made.id, 1)
    pages = [
        open_invite(token, links=LINKS, store=guests.store, now=wall + at).page for at in (life - 1, life)
    ]
    assert pages == [Page.OFFER, Page.EXPIRED]


@pytest.mark.parametrize(("locale", "shape"), [("en", "%Y-%m-%d %H:%M UTC"), ("de", "%d.%m.%Y, %H:%M UTC")])
def test_f41_a_mail_names_the_end_and_its_zone(
    locale: str, shape: str, wall: int, guests: Bench, organization: str
) -> None:
    """Both parts say the same instant as the API, in a zone that they name."""
    asked = {"email": f"{unique('ann')}@example.com", "locale": locale, "expires_in": 48 * HOUR}
    made = offered(guests, organization, asked, wall)
    assert send(guests, made)
    mail = guests.aws.mails()[-1]
    end = datetime.fromtimestamp(wall + 48 * HOUR, UTC).strftime(shape)
    assert end in mail.text
    assert end in mail.html


SPOKEN = {
    "de": ("Einladung zu", "Öffnen Sie diesen Link", "Einladung ansehen"),
    "en": ("You are invited to", "Open this link", "See the invite"),
}


@pytest.mark.parametrize(
    "asked",
    [
        *[("de", "de"), ("de-AT", "de"), ("DE_ch", "de"), ("de-Latn-CH-1996", "de")],
        *[("en", "en"), ("en-GB", "en"), ("sv", "en"), ("zh-Hant-TW", "en"), ("deu", "en"), ("", "en")],
    ],
)
def test_f43_a_mail_is_in_one_language_of_ours(
    asked: tuple[str, str], operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """That of the invite, or English; never one in the subject and another in the text or on the page."""
    person, (tag, language) = new_person(), asked
    _, url = invited(operator, clinic, person, **({"locale": tag} if tag else {}))
    [mail] = [sent for sent in stack.mails() if sent.to == person.email]
    parts = zip(SPOKEN[language], (mail.subject, mail.text, mail.html), strict=True)
    assert all(words in part for words, part in parts)
    for text in (mail.html, get(url).text):
        assert f'<html lang="{language}">' in text


@pytest.mark.parametrize("tag", ["", "d", "de-", "-de", "de AT", "../en", "deutschland", "d\u0435", 7, None])
def test_f43_what_is_no_language_tag_is_refused(tag: object, operator: Api, clinic: str) -> None:
    """A tag that nobody can have meant is a mistake to be told of, unlike a language that we lack."""
    body = {"email": "ann@clinic.example", "locale": tag}
    for path in (f"/organizations/{clinic}/invites", f"/organizations/{clinic}/members"):
        refused(operator.post(path, json=body), 422, "unacceptable", "#/locale")


@pytest.mark.parametrize("mail", sorted(path.name for path in (FOLDER / "mails").iterdir() if path.is_dir()))
def test_f43_no_mail_is_half_translated(mail: str) -> None:
    """Each of our languages has all parts of it, and dates of its own; no language has a part alone."""
    texts = {
        path.name: sorted(part.name for part in path.iterdir())
        for path in (FOLDER / "mails" / mail).iterdir()
    }
    assert set(texts) == set(LANGUAGES) == set(_DATES)
    assert set(map(tuple, texts.values())) == {("body.html", "body.txt", "subject.txt")}
