"""The language of a page: the invite's, and where the link leads to none, the browser's."""

import httpx
import pytest

from local.people import PLAIN, Api
from local.stack import Stack
from tests.accept_setup import get, link, shows
from tests.conftest import NewPerson

AUSTRIAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}


def test_a_page_speaks_the_invites_language(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """It reads on from the mail, whatever language the browser prefers."""
    name = operator.get(f"/organizations/{clinic}").json()["name"]
    page = get(link(operator, clinic, new_person().email, locale="de-AT"))
    shows(page, 200, f"Einladung zu {name}", button=True)
    assert '<html lang="de">' in page.text
    english = httpx.get(link(operator, clinic, new_person().email), headers=AUSTRIAN, verify=PLAIN)
    shows(english, 200, f"Join {name}", button=True)


@pytest.mark.parametrize(
    ("headers", "title"),
    [
        (AUSTRIAN, "Diesen Link kennen wir nicht"),
        ({"Accept-Language": "fr"}, "We do not know this link"),
        ({}, "We do not know this link"),
    ],
)
@pytest.mark.parametrize("token", ["0" * 46, "a%22b"])
def test_an_unknown_link_speaks_the_browsers(
    token: str, headers: dict[str, str], title: str, stack: Stack
) -> None:
    """There is no invite to ask for a language; a browser of none of ours is answered in English."""
    shows(httpx.get(f"{stack.api}/accept/{token}", headers=headers, verify=PLAIN), 404, title)
