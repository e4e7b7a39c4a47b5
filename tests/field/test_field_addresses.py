"""Cases from the field: addresses that one door took and the next one refused (F1, F3)."""

from typing import Any

import pytest

from local.people import Api, Person
from local.stack import Stack
from tests.accept_setup import invited
from tests.adoption_setup import planted
from tests.conftest import NewPerson
from tests.front_door import accounts, organizations_at_auth0, unique
from tests.refusals import refused

LEGAL = "o'neil+x&y/z%41=#!$*?^_`{|}~-.a"
"""Every mark that a local part may hold (RFC 5322, section 3.2.3), and what looks like an escaped letter."""
QUOTES = "\u2018\u2019\u02bc\u2032\u00b4\uff07"
UNSEEN = "\u200b\u200d\u2060\ufeff\u00ad\u00a0\u3000\u3164\u034f\ufe0f\u2028\u202e\t"


def somebody(new_person: NewPerson, local: str = LEGAL) -> Person:
    """Return a person whose address holds this, and is nobody else's."""
    person = new_person()
    person.email = f"{local}{unique('x')}@clinic.example"
    return person


def answer(api: Api, organization: str, email: str) -> Any:  # noqa: ANN401 (an answer)
    """Invite an address as it was typed, without a mail."""
    return api.post(f"/organizations/{organization}/invites", json={"email": email, "send": False})


def test_f1_every_door_takes_what_the_first_one_took(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Invite, mail, page, account, password and login have one opinion of an address."""
    person = somebody(new_person)
    path, url = invited(operator, clinic, person)
    person.choose_password(person.press(url).headers["location"])
    assert person.sign_in(clinic)["admitted"]
    assert operator.get(path).json()["email"] == person.email
    assert [account["email"] for account in accounts(stack, person.email)] == [person.email]


def test_f1_an_account_that_was_there_is_found_by_such_an_address(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """In the search for it nothing of the address is read as a sign of the query's own."""
    person = somebody(new_person)
    planted(person, verified=True)
    _, url = invited(operator, clinic, person)
    assert person.press(url).status_code == 303
    assert organizations_at_auth0(person.stack, person) == [clinic]


@pytest.mark.parametrize("quote", QUOTES)
def test_f1_a_quote_that_is_none_is_refused_at_the_first_door(quote: str, operator: Api, clinic: str) -> None:
    """Whoever typed it is told what to type instead."""
    wrong = answer(operator, clinic, f"mary.o{quote}neil@example.com")
    refused(wrong, 422, "unacceptable", "#/email")
    assert wrong.json()["errors"][0]["detail"] == f"holds U+{ord(quote):04X} as a quote; type ' instead"


@pytest.mark.parametrize("typed", ["{}ann@example.com", "an{}n@example.com", "ann@exa{}mple.com", "ann{}"])
@pytest.mark.parametrize("character", UNSEEN)
def test_f3_an_invisible_character_is_named(typed: str, character: str, operator: Api, clinic: str) -> None:
    """Whoever cannot see it is told what it is; blanks at either end are another matter."""
    if character.isspace():
        typed = f"-{typed}-"
    wrong = answer(operator, clinic, typed.format(character))
    refused(wrong, 422, "unacceptable", "#/email")
    assert wrong.json()["errors"][0]["detail"] == f"holds the invisible character U+{ord(character):04X}"


@pytest.mark.parametrize("around", ["{}\u00a0", "\u00a0{}", " {}\t", "\u3000{}\r\n"])
def test_f3_blanks_around_an_address_are_trimmed(around: str, operator: Api, clinic: str) -> None:
    """Also those that do not break, which pages and tables are full of."""
    email = f"{unique('Cy')}@Example.COM"
    made = answer(operator, clinic, around.format(email))
    assert (made.status_code, made.json()["email"]) == (201, email)
    refused(answer(operator, clinic, email.lower()), 409, "invite_pending")


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("ann@example.com;", "give one address, without a comma or semicolon"),
        (",ann@example.com", "give one address, without a comma or semicolon"),
        ("ann@example.com, bob@example.com", "give one address, without a comma or semicolon"),
        ("Bob Lee <bob@example.com>", "give what stands between < and >, without the name"),
        ('"Lee, Bob" <bob@example.com>;', "give what stands between < and >, without the name"),
        ("<bob@example.com>", "give what stands between < and >, without the name"),
    ],
)
def test_f3_more_than_an_address_is_refused_with_a_hint(
    typed: str, hint: str, operator: Api, clinic: str
) -> None:
    """It is not stored as it came, where it would equal no login's address."""
    wrong = answer(operator, clinic, typed)
    refused(wrong, 422, "unacceptable", "#/email")
    assert wrong.json()["errors"][0]["detail"] == f"is not an email address: {hint}"


def test_f3_what_is_stored_is_what_auth0_returns(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """However it was typed, members and accounts bear the one compared form."""
    person = new_person()
    typed = f"\u00a0{person.email.title()} "
    made = operator.post(
        f"/organizations/{clinic}/members", json={"email": typed}, headers={"Prefer": "wait=10"}
    ).json()
    assert made["email"] == person.email
    assert [account["email"] for account in accounts(stack, person.email)] == [made["email"]]
