"""Names: what may stand in mails and pages, and how ids are folded."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guestlist.names import ORGANIZATION, ROLE, display_name, folded


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Clinic A ", "Clinic A"),
        ("Müller & Söhne", "Müller & Söhne"),
        ("Mu\u0308ller", "Müller"),
        ("診療所", "診療所"),
        ("Dr. Ann O'Neil, M.D.", "Dr. Ann O'Neil, M.D."),
        ("St. Mary", "St. Mary"),
        ("24/7 Care", "24/7 Care"),
        ("A + B = C", "A + B = C"),
    ],
)
def test_names_as_people_have_them(typed: str, shown: str) -> None:
    """A name is trimmed and composed, and otherwise kept."""
    assert display_name(typed) == shown


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("A\nB", "U\\+000A"),
        ("A\x00", "U\\+0000"),
        ("A\u202eB", "U\\+202E"),
        ("A\u200bB", "U\\+200B"),
        ("A\ue000", "U\\+E000"),
        ("A\u2028B", "U\\+2028"),
        ("\ud800", "U\\+D800"),
        ("<b>A</b>", "markup"),
        ("A > B", "markup"),
        ("see https://evil.example", "link"),
        ("WWW.evil.example", "link"),
        ("evil.example", "link"),
        ("Visit evil.com/now please", "link"),
        ("Sign in at evil.com today", "link"),
        ("evil.com.", "link"),
        ("javascript://x", "link"),
    ],
)
def test_names_that_mails_must_not_bear(typed: str, reason: str) -> None:
    """Control characters, markup and what becomes a link are refused, without being repeated."""
    with pytest.raises(ValueError, match=reason) as refused:
        display_name(typed)
    assert typed.strip() == "" or typed.strip() not in str(refused.value)


@given(st.text(max_size=30))
def test_a_shown_name_may_be_shown_again(text: str) -> None:
    """What passes passes again unchanged, and anything else is a ValueError."""
    try:
        name = display_name(text)
    except ValueError:
        return
    assert display_name(name) == name
    assert not {"<", ">", "\n", "\r"} & set(name)


@given(st.from_regex(ORGANIZATION.rstrip("$") + r"\Z"))
def test_ids_fold_to_one(organization: str) -> None:
    """Ids that differ in case alone fold to the same, and a folded id is an id."""
    assert folded(organization.upper()) == folded(organization.lower()) == folded(organization)
    assert re.fullmatch(ORGANIZATION, folded(organization))


@pytest.mark.parametrize("role", ["admin", "read-only", "r2_d2", "0"])
def test_roles(role: str) -> None:
    """A role is a slug in lower case."""
    assert re.fullmatch(ROLE, role)
    assert not re.fullmatch(ROLE, role.upper() + "A")
