"""The look for drift at the front door: asked for, carried out by the function, shown, told at a terminal."""

import threading

import pytest

from local.people import Api
from local.stack import Stack
from tests.callers_setup import added
from tests.command import Guestlist
from tests.drift_setup import edits
from tests.front_door import pass_time, provision


@pytest.fixture
def edited(stack: Stack, operator: Api) -> str:
    """The id of a member whose account somebody took out of the organization, and blocked."""
    organization = provision(operator)
    user = added(operator, organization)
    stack.workers.idle()
    account = operator.get(f"/users/{user}").json()["account"]
    edits(stack.tenant, account, app_metadata={"organizations": []}, blocked=True)
    return user


def test_asked_for_carried_out_and_shown(stack: Stack, operator: Api, edited: str) -> None:
    """It begins with the next slice; findings are ids and words, and no address."""
    asked = operator.post("/drift", json={})
    assert (asked.status_code, asked.headers["location"], asked.json()["status"]) == (
        202,
        "/drift",
        "waiting",
    )
    stack.workers.tick(minutes=5)
    stack.workers.idle()
    run = operator.get("/drift").json()
    assert (run["status"], run["id"], run["asked_by"]["kind"]) == ("finished", asked.json()["id"], "operator")
    found = {(finding["kind"], finding["subject"]) for finding in run["findings"]}
    assert {("organizations", edited), ("blocked", edited)} <= found
    assert "@" not in str(run["findings"])
    account = operator.get(f"/users/{edited}").json()["account"]
    assert stack.tenant.state.users[account]["app_metadata"]["organizations"] != []
    edits(stack.tenant, account, blocked=False)


def test_at_a_terminal(stack: Stack, operator: Api, edited: str, guestlist: Guestlist) -> None:
    """It says what was found, what is being done, and what to do, and ends with 3."""
    ticking = threading.Timer(1.5, stack.workers.tick, kwargs={"minutes": 5})
    ticking.start()
    told = guestlist("drift", "--wait")
    ticking.join()
    assert told.status == 3
    assert told.err.splitlines()[0] == "waiting: 0 users compared"
    head, blocked, organizations = told.out.strip().split("\n\n")
    assert head.startswith("2 differences: ")
    assert blocked.splitlines()[1:] == [
        "  to do      Unblock it in Auth0's dashboard, or remove the person.",
        f"  - {edited}",
    ]
    assert organizations.splitlines()[1].startswith(
        "  repairing  The account is told its organizations again"
    )
    stack.workers.idle()
    edits(stack.tenant, operator.get(f"/users/{edited}").json()["account"], blocked=False)


def test_only_started_or_only_shown(stack: Stack, edited: str, guestlist: Guestlist) -> None:
    """A report repairs nothing; the last one is shown again, whole for programs."""
    started = guestlist("drift", "--report-only")
    assert (started.status, "begins within five minutes" in started.out) == (0, True)
    stack.workers.tick(minutes=5)
    shown = guestlist("drift", "--last", "--json")
    assert (shown.status, shown.json()["repair"], shown.json()["counts"]["organizations"]) == (3, False, 1)
    assert "repairing" not in guestlist("drift", "--last").out
    assert guestlist("drift").status == 0
    stack.workers.tick(minutes=5)
    stack.workers.idle()
    pass_time(stack, seconds=180)
    assert edited in guestlist("drift", "--last").out


def test_without_drift_it_says_so(stack: Stack, guestlist: Guestlist) -> None:
    """It has looked at everybody, and ends with 0."""
    for person in stack.tenant.state.users.values():
        edits(stack.tenant, person["user_id"], blocked=False)
    stack.workers.tick()
    stack.workers.idle()
    guestlist("drift")
    stack.workers.tick(minutes=5)
    told = guestlist("drift", "--last")
    assert (told.status, told.out.partition(":")[0]) == (0, "No drift")
