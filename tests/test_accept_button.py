"""The button of an invite's page: without the nonce of an opened page it does nothing."""

import httpx
import pytest

from local.people import PLAIN, Api
from local.stack import Stack
from tests.accept_setup import HOUR, get, heading, later, link, nonce, shows
from tests.conftest import NewPerson
from tests.refusals import traces

BROKEN_FORMS = {
    "nothing": (b"", "application/x-www-form-urlencoded"),
    "no nonce": (b"other=1", "application/x-www-form-urlencoded"),
    "an empty nonce": (b"nonce=", "application/x-www-form-urlencoded"),
    "rubbish": (b"nonce=1-2-3", "application/x-www-form-urlencoded"),
    "beyond ASCII": (b"nonce=1790000000-%C3%A9", "application/x-www-form-urlencoded"),
    "digits of another script": ("nonce=٣-a".encode(), "application/x-www-form-urlencoded"),
    "a huge time": (b"nonce=" + b"9" * 5_000 + b"-aa", "application/x-www-form-urlencoded"),
    "no UTF-8": (b"\xff\xfe\x00nonce", "application/x-www-form-urlencoded"),
    "JSON": (b'{"nonce": 1}', "application/json"),
    "many fields": (b"a=1&" * 20_000, "application/x-www-form-urlencoded"),
}


@pytest.mark.parametrize("kind", BROKEN_FORMS)
def test_a_form_without_a_good_nonce_changes_nothing(
    kind: str, operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Whatever is posted, without the nonce of an opened page it shows the page again."""
    url, (body, media_type) = link(operator, clinic, new_person().email), BROKEN_FORMS[kind]
    before = traces(stack)
    page = httpx.post(url, content=body, headers={"Content-Type": media_type}, verify=PLAIN)
    shows(page, 200, heading(page), button=True)
    assert traces(stack) == before


def test_a_nonce_of_another_link_changes_nothing(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """A nonce is one link's, and good for twelve hours."""
    url, other = link(operator, clinic, new_person().email), link(operator, clinic, new_person().email)
    foreign, own = nonce(get(other)), nonce(get(url))
    later(stack, 12 * HOUR)
    before = traces(stack)
    for wrong in (foreign, own):
        page = httpx.post(url, data={"nonce": wrong}, verify=PLAIN)
        shows(page, 200, heading(page), button=True)
    assert traces(stack) == before
