"""The look for drift at the front door: asked for, carried out by the function, shown, told at a terminal."""

import threading
from collections.abc import Iterator

import pytest

from local.people import Api
from local.stack import Stack
from tests.callers_setup import added
from tests.command import Guestlist, Printed, environment, runner
from tests.drift_setup import edits
from tests.front_door import pass_time, provision
from tests.minted import EVERYTHING, caller


@pytest.fixture(scope="module")
def own(shared: Stack) -> Iterator[Stack]:  # noqa: ARG001 (is there first)
    """A stack in which nobody else is."""
    with Stack() as stack:
        yield stack


@pytest.fixture
def api(own: Stack) -> Iterator[Api]:
    """Its API, as an operator uses it."""
    with caller(own, permissions=EVERYTHING) as operator:
        yield operator


@pytest.fixture
def edited(own: Stack, api: Api) -> str:
    """The id of a member whose account somebody took out of the organization, and blocked."""
    organization = provision(api)
    user = added(api, organization)
    own.workers.idle()
    account = api.get(f"/users/{user}").json()["account"]
    edits(own.tenant, account, app_metadata={"organizations": []}, blocked=True)
    return user


@pytest.fixture
def guestlist(own: Stack, api: Api, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> Guestlist:
    """The command as an operator runs it."""
    return runner(monkeypatch, capsys, **environment(own, api))


def test_asked_for_carried_out_and_shown(own: Stack, api: Api, edited: str) -> None:
    """It begins with the next slice; findings are ids and words, and no address."""
    asked = api.post("/drift", json={})
    assert (asked.status_code, asked.headers["location"], asked.json()["status"]) == (
        202,
        "/drift",
        "waiting",
    )
    own.workers.tick(minutes=5)
    own.workers.idle()
    run = api.get("/drift").json()
    assert (run["status"], run["id"], run["asked_by"]["kind"]) == ("finished", asked.json()["id"], "operator")
    found = {(finding["kind"], finding["subject"]) for finding in run["findings"]}
    assert {("organizations", edited), ("blocked", edited)} <= found
    assert "@" not in str(run["findings"])
    account = api.get(f"/users/{edited}").json()["account"]
    assert own.tenant.state.users[account]["app_metadata"]["organizations"] != []
    edits(own.tenant, account, blocked=False)


def test_at_a_terminal(own: Stack, api: Api, edited: str, guestlist: Guestlist) -> None:
    """It says what was found, what is being done, and what to do, and ends with 3."""
    ticking = threading.Timer(1.5, own.workers.tick, kwargs={"minutes": 5})
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
    own.workers.idle()
    edits(own.tenant, api.get(f"/users/{edited}").json()["account"], blocked=False)


def test_only_started_or_only_shown(own: Stack, edited: str, guestlist: Guestlist) -> None:
    """A report repairs nothing; the last one is shown again, whole for programs."""
    started = guestlist("drift", "--report-only")
    assert (started.status, "begins within five minutes" in started.out) == (0, True)
    own.workers.tick(minutes=5)
    shown = guestlist("drift", "--last", "--json")
    assert (shown.status, shown.json()["repair"], shown.json()["counts"]["organizations"]) == (3, False, 1)
    assert "repairing" not in guestlist("drift", "--last").out
    assert guestlist("drift").status == 0
    own.workers.tick(minutes=5)
    own.workers.idle()
    pass_time(own, seconds=180)
    assert edited in guestlist("drift", "--last").out


def test_without_drift_it_says_so(own: Stack, guestlist: Guestlist) -> None:
    """It has looked at everybody, and ends with 0."""
    for person in own.tenant.state.users.values():
        edits(own.tenant, person["user_id"], blocked=False)
    own.workers.tick()
    own.workers.idle()
    guestlist("drift")
    own.workers.tick(minutes=5)
    told = guestlist("drift", "--last")
    assert (told.status, told.out.partition(":")[0]) == (0, "No drift")
