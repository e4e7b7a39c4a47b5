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
        ("A + B = C", "A + B = C"),
    ],
)
def test_names_as_people_have_them(typed: str, shown: str) -> None:
    """A name is trimmed and composed, and otherwise kept."""
    assert display_name(typed) == shown


@pytest.mark.parametrize(
    "name",
    [
        "Dr. Müller",
        "St. Mary's Hospital",
        "A. B. Smith",
        "A.B. Smith",
        "Ann, M.D., Ph.D.",
        "Dr.-Ing. Huber",
        "Praxis Dr. Huber",
        "Sonnenhaus e.V.",
        "Cura S.p.A.",
        "Acme Co., Ltd.",
        "Klinik Nr.3",
        "3.5 Ltd",
        "Care 2.0.1",
        "24/7 Care",
        "Care @ Home",
        "Hotel: Garni",
        "Ward 3:East",
        "モーニング娘。",
        "J.김",
        "और भी...",
    ],
)
def test_dots_and_colons_alone_make_no_link(name: str) -> None:
    """Abbreviations, initials, numbers and legal forms are no domains."""
    assert display_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "see https://evil.example",
        "javascript://x",
        "WWW.evil",
        "evil.example",
        "EVIL.COM",
        "evil.com.",
        "t.co",
        "Visit evil.com/now please",
        "evil.com:8080/now",
        "evil.co.uk",
        "evil.рф",
        "evil.भारत",
        "evil.みんな",
        "évil.c\u0308om",
        "evil\u3002com",
        "evil\uff0ecom",
        "evil\uff61com",
        "evil\u2024com",
        "evil.ⓒⓞⓜ",
        "evil.xn--p1ai",
        "xn--e1aybc.com",
        "mailto:x",
        "Tel:112",
        "x@evil.com",
        "x@localhost",
        "x\uff20evil",
        "10.0.0.1",
        "at \uff11\uff10.0.0.1/now",
        "\\\\evil\\share",
        "Praxis Dr.Huber",
    ],
)
def test_a_name_bears_no_link(name: str) -> None:
    """Schemes, addresses and domains are refused, however their dots and letters are written."""
    with pytest.raises(ValueError, match="into a link") as refused:
        display_name(name)
    assert name not in str(refused.value)


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
    ],
)
def test_names_that_mails_must_not_bear(typed: str, reason: str) -> None:
    """Control characters and markup are refused, without being repeated."""
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
