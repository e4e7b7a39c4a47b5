"""How a bound on the age of sign-ins is asked for: by the command line, in a file, and in support's words."""

from pathlib import Path

import pytest

from local.people import Api
from local.stack import Stack
from tests.command import Guestlist
from tests.kinds_setup import provisioned

HOUR = 3600
SAML = {"strategy": "samlp", "metadata_url": "https://id.clinic.example/metadata"}


@pytest.fixture
def clinic(stack: Stack, operator: Api) -> str:
    """Return an organization with an identity provider of its own."""
    return provisioned(stack, operator, kind="enterprise", connections=[SAML])


def test_the_command_line_says_it_in_hours_or_days(guestlist: Guestlist, clinic: str) -> None:
    """And takes it away."""
    change = ("organizations", "change", clinic)
    assert guestlist(*change, "--max-session", "12h", "--json").json()["max_session"] == 12 * HOUR
    assert guestlist("organizations", "show", clinic, "--json").json()["max_session"] == 12 * HOUR
    assert guestlist(*change, "--no-max-session", "--json").json()["max_session"] is None
    assert guestlist(*change, "--max-session", "40d").status == 1


def test_a_file_states_it(guestlist: Guestlist, clinic: str, tmp_path: Path) -> None:
    """Stated, planned, applied, and exported; null takes it away."""
    folder = tmp_path / "organizations"
    guestlist("export", str(folder))
    file = folder / f"{clinic}.yaml"
    file.write_text(file.read_text().replace("max_session: null", f"max_session: {HOUR}"))
    assert guestlist("plan", str(folder)).out.splitlines()[0] == f"~ {clinic}  max_session: null -> {HOUR}"
    assert guestlist("apply", str(folder), "--yes").status == 0
    assert guestlist("organizations", "show", clinic, "--json").json()["max_session"] == HOUR
    assert guestlist("plan", str(folder)).status == 0
    again = tmp_path / "again"
    guestlist("export", str(again))
    exported = (again / f"{clinic}.yaml").read_text()
    assert f"max_session: {HOUR}" in exported
    file.write_text(exported.replace(str(HOUR), "null"))
    guestlist("apply", str(folder), "--yes")
    assert guestlist("organizations", "show", clinic, "--json").json()["max_session"] is None


def test_support_is_told_for_how_long(guestlist: Guestlist, clinic: str, stack: Stack) -> None:
    """And by which codes the door says that it is over; nothing where it is not bounded."""
    asked = ("explain", "ann@example.com", "--organization", clinic)
    assert "sessions" not in guestlist(*asked).out
    guestlist("organizations", "change", clinic, "--max-session", "12h")
    stack.workers.idle()
    said = guestlist(*asked).out
    assert "sessions    a sign-in counts for 12:00:00; then sign_in_too_old, or sign_in_unknown" in said
