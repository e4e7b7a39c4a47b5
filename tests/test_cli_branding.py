"""`guestlist organizations`, with how an organization looks."""

import pytest

from local.people import Api
from tests.command import Guestlist
from tests.front_door import provision, unique

LOGO = "https://clinic-a.example/logo.svg"
OTHER = "https://clinic-a.example/other.svg"
LOOK = ("--logo", LOGO, "--primary-color", "0059d6", "--page-background", "#ffffff")
COLORS = {"primary": "#0059d6", "page_background": "#ffffff"}


def test_an_organization_looks_as_it_was_said(guestlist: Guestlist) -> None:
    """A colour may lack the sign that begins a comment in a shell; people read it in one line."""
    words = ("organizations", "create", unique("cli"), "--name", "A Clinic", *LOOK)
    assert guestlist(*words, "--json").json()["branding"] == {"logo": LOGO, "colors": COLORS}
    [shown] = [line for line in guestlist("organizations", "show", words[2]).rows if "logo" in line]
    assert shown.split() == ["branding", LOGO, "#0059d6", "#ffffff"]


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (("--logo", OTHER), {"logo": OTHER, "colors": COLORS}),
        (("--no-logo",), {"logo": None, "colors": COLORS}),
        (("--primary-color", "000000"), {"logo": LOGO, "colors": {**COLORS, "primary": "#000000"}}),
        (("--no-page-background",), {"logo": LOGO, "colors": {**COLORS, "page_background": None}}),
        (("--no-branding",), None),
        (("--no-branding", "--logo", OTHER), {"logo": OTHER, "colors": dict.fromkeys(COLORS)}),
        (
            ("--no-branding", "--primary-color", "000000"),
            {"logo": None, "colors": {"primary": "#000000", "page_background": None}},
        ),
        (("--name", "Another"), {"logo": LOGO, "colors": COLORS}),
    ],
)
def test_its_look_changes_in_what_is_said_alone(
    guestlist: Guestlist, operator: Api, change: tuple[str, ...], after: object
) -> None:
    """Part by part, or all at once; what is not said stays."""
    clinic = provision(operator, branding={"logo": LOGO, "colors": COLORS})
    assert guestlist("organizations", "change", clinic, *change, "--json").json()["branding"] == after


def test_a_colour_that_is_none_is_refused_by_its_place(guestlist: Guestlist, clinic: str) -> None:
    """By the API, as every value is."""
    ran = guestlist("organizations", "change", clinic, "--primary-color", "blue")
    assert (ran.status, "#/branding/colors/primary" in ran.err) == (1, True)
