"""How an organization looks: shown to applications, changed part by part, cleared by null."""

from pathlib import Path
from typing import Any

import pytest

from local.people import Api
from local.stack import Stack
from tests.command import Printed, environment, runner
from tests.connections_setup import asked, held
from tests.front_door import provision
from tests.refusals import MARK, refused

LOGO = "https://clinic-a.example/logo.svg"
COLORS = {"primary": "#0059D6", "page_background": "#ffffff"}
Branding = dict[str, Any] | None

CHANGES: dict[str, tuple[Branding, Branding, Branding]] = {
    "first": (None, {"logo": LOGO}, {"logo": LOGO, "colors": dict.fromkeys(COLORS)}),
    "one more": ({"logo": LOGO}, {"colors": COLORS}, {"logo": LOGO, "colors": COLORS}),
    "one of two": (
        {"colors": COLORS},
        {"colors": {"primary": "#000000"}},
        {"logo": None, "colors": {**COLORS, "primary": "#000000"}},
    ),
    "without logo": (
        {"logo": LOGO, "colors": COLORS},
        {"logo": None},
        {"logo": None, "colors": COLORS},
    ),
    "without colours": (
        {"logo": LOGO, "colors": COLORS},
        {"colors": None},
        {"logo": LOGO, "colors": dict.fromkeys(COLORS)},
    ),
    "without one": (
        {"colors": COLORS},
        {"colors": {"primary": None}},
        {"logo": None, "colors": {**COLORS, "primary": None}},
    ),
    "without the last": ({"logo": LOGO}, {"logo": None}, None),
    "nothing named": ({"logo": LOGO}, {}, {"logo": LOGO, "colors": dict.fromkeys(COLORS)}),
    "cleared": ({"logo": LOGO, "colors": COLORS}, None, None),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_branding_is_changed_part_by_part(kind: str, operator: Api) -> None:
    """What is left out stays, null clears; the rest of the organization is as it was."""
    before, change, after = CHANGES[kind]
    clinic = provision(operator, branding=before, seats=7)
    path, headers = f"/organizations/{clinic}", {"If-Match": "*"}
    changed = operator.patch(path, json={"branding": change}, headers=headers).raise_for_status().json()
    assert changed["branding"] == after
    assert operator.get(path).json() == changed
    assert changed["seats"] == 7


NO_BRANDING: dict[str, tuple[object, str]] = {
    "text": (MARK, ""),
    "a logo by http": ({"logo": f"http://{MARK}.example/"}, "/logo"),
    "a logo inside": ({"logo": f"https://10.0.0.1/{MARK}"}, "/logo"),
    "a logo as data": ({"logo": f"data:image/svg+xml,{MARK}"}, "/logo"),
    "a script": ({"logo": f"javascript:{MARK}"}, "/logo"),
    "an empty logo": ({"logo": ""}, "/logo"),
    "a name of a colour": ({"colors": {"primary": MARK}}, "/colors/primary"),
    "a short colour": ({"colors": {"page_background": "#fff"}}, "/colors/page_background"),
    "a colour and more": ({"colors": {"primary": f"#000000;{MARK}"}}, "/colors/primary"),
    "a colour and a line break": ({"colors": {"primary": "#000000\n"}}, "/colors/primary"),
    "no hexadecimal": ({"colors": {"primary": "#00000g"}}, "/colors/primary"),
    "an unknown colour": ({"colors": {"accent": MARK}}, "/colors/accent"),
    "unknown": ({"font": MARK}, "/font"),
}


@pytest.mark.parametrize("kind", NO_BRANDING)
def test_branding_that_is_none_is_refused(kind: str, operator: Api, clinic: str, stack: Stack) -> None:
    """When an organization is provisioned and when it is changed alike."""
    branding, place = NO_BRANDING[kind]
    held(stack, operator, asked(branding=branding), 422, "unacceptable", f"#/branding{place}")
    answer = operator.patch(
        f"/organizations/{clinic}", json={"branding": branding}, headers={"If-Match": "*"}
    )
    refused(answer, 422, "unacceptable", f"#/branding{place}")


def test_the_same_asked_again_is_the_same_branding(operator: Api) -> None:
    """Otherwise it is another organization, under an id that is taken."""
    body = asked(branding={"logo": LOGO})
    for again in (body, body | {"branding": {"logo": LOGO, "colors": None}}):
        assert operator.post("/organizations", json=again).json()["branding"]["logo"] == LOGO
    refused(operator.post("/organizations", json=body | {"branding": None}), 409, "organization_exists")


def test_branding_is_stated_in_files(
    stack: Stack, operator: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """An export applied changes nothing; what a file no longer names stays, what is null goes."""
    guestlist = runner(monkeypatch, capsys, **environment(stack, operator))
    clinic = provision(operator, branding={"logo": LOGO, "colors": COLORS})
    folder, file = tmp_path, tmp_path / f"{clinic}.yaml"
    assert guestlist("export", str(folder)).status == 0
    assert guestlist("plan", str(folder)).out.startswith("Nothing to do.")
    for branding, status in (("{}", 0), (f"{{logo: '{LOGO}'}}", 0), ("{logo: null}", 3), ("null", 3)):
        file.write_text(f"id: {clinic}\nname: C\nbranding: {branding}\n".replace("name: C\n", named(file)))
        assert guestlist("plan", str(folder)).status == status
    assert guestlist("apply", str(folder), "--yes").status == 0
    assert operator.get(f"/organizations/{clinic}").json()["branding"] is None
    assert guestlist("plan", str(folder)).status == 0


def named(file: Path) -> str:
    """Return the line of an organization's file that has its name."""
    [line] = [line for line in file.read_text().splitlines() if line.startswith("name: ")]
    return f"{line}\n"
