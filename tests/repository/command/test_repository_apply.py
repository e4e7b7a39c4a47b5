"""`guestlist apply`: it asks, keeps to its plan and to the API's budget, and goes on where it ended."""

import os
import pty
import sys
import time
from pathlib import Path

import pytest
from starlette.responses import Response

from tests.command import Guestlist
from tests.repository_setup import CLINIC_A, Organizations, folder_of, problem

B = "id: clinicB\nname: clinicB\nseats: 9\n"
PATCH, POST = "PATCH /organizations/clinicB", "POST /organizations"


@pytest.fixture
def organizations() -> Organizations:
    """An API that has clinicB, without a limit of seats."""
    api = Organizations()
    api.add("clinicB")
    return api


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A folder that states clinicB with nine seats, and clinicA."""
    return folder_of(tmp_path, {"clinicA.yaml": CLINIC_A, "clinicB.yaml": B})


def writes(organizations: Organizations) -> list[str]:
    """Return what was asked of the API beside reading."""
    return [asked for asked in organizations.asked if not asked.startswith("GET")]


def test_nobody_to_ask_is_no_yes(guestlist: Guestlist, folder: str, organizations: Organizations) -> None:
    """The plan is shown, and that `--yes` is wanted; nothing is done."""
    ran = guestlist("apply", folder)
    assert (ran.status, ran.out, writes(organizations)) == (2, "", [])
    assert "~ clinicB  seats: null -> 9\n" in ran.err
    assert ran.err.endswith("There is no terminal to ask at: --yes applies without a question\n")


@pytest.mark.parametrize(("said", "status"), [("yes", 0), ("y", 1), ("", 1)])
def test_at_a_terminal_it_asks(
    guestlist: Guestlist, folder: str, monkeypatch: pytest.MonkeyPatch, said: str, status: int
) -> None:
    """Only yes will do."""
    keyboard, terminal = pty.openpty()
    with os.fdopen(terminal) as stdin, os.fdopen(keyboard, "w") as typed:
        monkeypatch.setattr(sys, "stdin", stdin)
        typed.write(f"{said}\n")
        typed.flush()
        ran = guestlist("apply", folder)
    assert ran.status == status
    assert ("not_agreed: Nothing was done." in ran.err) == (status == 1)


def test_nobody_is_offboarded_by_a_file_that_is_missing(
    guestlist: Guestlist, tmp_path: Path, organizations: Organizations
) -> None:
    """Unless that was allowed; nothing else is done either."""
    folder = folder_of(tmp_path, {"clinicA.yaml": CLINIC_A})
    ran = guestlist("apply", folder, "--yes")
    assert (ran.status, writes(organizations)) == (2, [])
    assert "- clinicB  offboard  members: 3, pending_invites: 1\n" in ran.err
    assert ran.err.endswith("\nclinicB has no file: --allow-delete offboards it\n")
    allowed = guestlist("apply", folder, "--yes", "--allow-delete")
    assert allowed.out == "1 provisioned, 0 changed, 1 being offboarded.\n"
    assert writes(organizations) == [POST, "DELETE /organizations/clinicB"]
    assert guestlist("plan", folder).status == 0


def test_what_changed_since_the_plan_is_planned_again(
    guestlist: Guestlist, folder: str, organizations: Organizations
) -> None:
    """The version that was compared is the one that is changed; the others are done all the same."""
    organizations.first[PATCH] = [problem(412, "stale")]
    ran = guestlist("apply", folder, "--yes", "--json")
    assert ran.status == 1
    assert "! clinicB  stale: Somebody changed it since it was planned: plan again.\n" in ran.err
    assert (ran.json()["done"], ran.json()["not_tried"]) == (
        [{"organization": "clinicA", "action": "provision"}],
        0,
    )
    assert guestlist("apply", folder, "--yes").status == 0
    assert guestlist("plan", folder).status == 0


def test_it_waits_as_long_as_the_api_says(
    guestlist: Guestlist, folder: str, organizations: Organizations
) -> None:
    """And asks again with the same key; a gateway that says nothing is asked later and later."""
    organizations.first["GET /organizations"] = [problem(503, "unavailable", Retry_After="0")]
    organizations.first[POST] = [problem(429, "budget_exhausted", Retry_After="1")]
    organizations.after[POST] = [Response(status_code=503)]
    began = time.monotonic()
    ran = guestlist("apply", folder, "--yes")
    assert (ran.status, time.monotonic() - began > 1 + 4) == (0, True)
    assert [line.strip() for line in ran.err.splitlines() if "asked again" in line] == [
        "unavailable: asked again in 0 s",
        "budget_exhausted: asked again in 1 s",
        "http_503: asked again in 4 s",
    ]
    assert writes(organizations) == [POST, POST, POST, PATCH]
    assert [*{*organizations.keys}] * 2 == organizations.keys


def test_it_does_not_wait_for_hours(guestlist: Guestlist, folder: str, organizations: Organizations) -> None:
    """It ends, says what is left, and the next run does that."""
    organizations.first[POST] = [problem(429, "budget_exhausted", Retry_After="7200")]
    ran = guestlist("apply", folder, "--yes")
    assert (ran.status, ran.out) == (
        1,
        "0 provisioned, 0 changed, 0 being offboarded, 1 refused, 1 not tried.\n",
    )
    assert "try again in 7200 seconds" in ran.err
    assert guestlist("apply", folder, "--yes").out == "1 provisioned, 1 changed, 0 being offboarded.\n"


def test_a_change_that_was_recorded_before_a_503_is_done(
    guestlist: Guestlist, folder: str, organizations: Organizations
) -> None:
    """Asked again, the API has another version: it is the one that is wanted."""
    organizations.after[PATCH] = [problem(503, "unavailable", Retry_After="0")]
    ran = guestlist("apply", folder, "--yes")
    assert (ran.status, ran.out) == (0, "1 provisioned, 1 changed, 0 being offboarded.\n")
    assert organizations.there["clinicB"]["seats"] == 9
    assert organizations.asked.count(PATCH) == 2


def test_what_an_interrupted_one_left_is_done(
    guestlist: Guestlist, folder: str, organizations: Organizations
) -> None:
    """Wherever it ended; what is done is not done again."""
    organizations.after[POST] = [problem(500, "internal")]
    ran = guestlist("apply", folder, "--yes")
    assert (ran.status, ran.out.endswith(" 1 refused, 1 not tried.\n")) == (1, True)
    organizations.asked.clear()
    assert guestlist("apply", folder, "--yes").out == "0 provisioned, 1 changed, 0 being offboarded.\n"
    assert writes(organizations) == [PATCH]


def test_a_refusal_of_one_keeps_no_other_waiting(
    guestlist: Guestlist, folder: str, organizations: Organizations
) -> None:
    """With --json the refusals are as the API gave them."""
    organizations.first[POST] = [problem(409, "name_reserved")]
    ran = guestlist("apply", folder, "--yes", "--json")
    assert ran.status == 1
    assert ran.json()["done"] == [{"organization": "clinicB", "action": "change"}]
    [refused] = ran.json()["refused"]
    assert (refused["organization"], refused["code"], refused["status"]) == ("clinicA", "name_reserved", 409)


def test_what_auth0_refuses_is_told_and_tried_again(
    guestlist: Guestlist, folder: str, organizations: Organizations
) -> None:
    """An organization is provisioned when it has all that it needs at Auth0."""
    organizations.becomes = "failed"
    organizations.provisioning = [{"step": "connections", "state": "failed", "code": "auth0_refused"}]
    ran = guestlist("apply", folder, "--yes")
    assert (ran.status, ran.out) == (1, "0 provisioned, 1 changed, 0 being offboarded, 1 refused.\n")
    told = "! clinicA  provisioning_failed: Auth0 refused what it needs: connections (auth0_refused).\n"
    assert told in ran.err
    organizations.becomes = "active"
    assert guestlist("plan", folder).out.startswith("+ clinicA  provision ")
    assert guestlist("apply", folder, "--yes").status == 0


def test_a_door_is_closed_once_all_is_there(
    guestlist: Guestlist, tmp_path: Path, organizations: Organizations
) -> None:
    """An organization may be provisioned suspended."""
    folder = folder_of(tmp_path, {"clinicA.yaml": CLINIC_A + "suspended: true\n", "clinicB.yaml": B})
    assert guestlist("apply", folder, "--yes").status == 0
    assert organizations.there["clinicA"]["status"] == "suspended"
    assert guestlist("plan", folder).status == 0


def test_who_is_being_offboarded_is_left_alone(
    guestlist: Guestlist, tmp_path: Path, organizations: Organizations
) -> None:
    """Without a file nothing is to be done; with one it is wrong; no export writes it, nor what failed."""
    organizations.add("clinicC", status="offboarding")
    organizations.add("clinicD", status="failed")
    folder = str(tmp_path / "organizations")
    assert guestlist("export", folder, "--json").json()["organizations"] == 1
    assert guestlist("plan", folder).status == 0
    Path(folder, "clinicC.yaml").write_text("id: clinicC\nname: C\n")
    assert guestlist("plan", folder).out.startswith(f"! {folder}/clinicC.yaml:1: id: is being offboarded;")
