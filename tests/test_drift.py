"""Drift: what somebody changed at Auth0 is found, all of it and nothing else; what is ours is put right."""

from collections.abc import Callable
from contextlib import closing
from contextvars import Context

import httpx
import pytest

from guestlist.clock import clock
from guestlist.deadline import Transport
from guestlist.drift_run import REST, ask
from guestlist.errors import NameReserved
from guestlist.records import Halt
from tests.bench import Bench
from tests.drift_setup import drift_client, edits, looked, metadata, repaired, sliced, told

K = 3
OURS, THEIRS = ("organizations", "roles", "deleted"), ("blocked", "email")


def settled_members(guests: Bench, organization: str, number: int) -> list[str]:
    """Return members whom Auth0 knows."""
    users = [guests.added(organization, None, "editor") for _ in range(number)]
    for user in users:
        guests.project(user)
    return users


def tamper(guests: Bench, kind: str, user: str, organization: str) -> None:
    """Do to an account what this kind of drift is."""
    account = guests.user(user).account
    match kind:
        case "organizations":
            metadata(guests, user, organizations=[organization, guests.organization()])
        case "roles":
            metadata(guests, user, guestlist={"version": 1, "roles": [f"{organization}:admin"]})
        case "deleted":
            guests.delete_account(user)
        case "blocked":
            edits(guests.tenant, account, blocked=True)
        case _:
            edits(guests.tenant, account, email=f"renamed-{guests.user(user).email}")


def test_every_kind_is_found_and_nothing_else(guests: Bench, organization: str) -> None:
    """Three of every kind among many users, each named once; the next look finds what people left undone."""
    users = iter(settled_members(guests, organization, 7 * K))
    of_kind = {kind: [next(users) for _ in range(K)] for kind in (*OURS, *THEIRS)}
    emails = {user: guests.user(user).email for user in of_kind["email"]}
    for kind, found in of_kind.items():
        for user in found:
            tamper(guests, kind, user, organization)
    run = looked(guests)
    assert told(run) == {(kind, user) for kind, found in of_kind.items() for user in found}
    assert run.counts == dict.fromkeys(of_kind, K)
    assert {finding.kind.value for finding in run.findings if finding.repairing} == set(OURS)
    repaired(guests)
    assert looked(guests).counts == dict.fromkeys(THEIRS, K)
    for user in of_kind["blocked"]:
        edits(guests.tenant, guests.user(user).account, blocked=False)
    for user, email in emails.items():
        edits(guests.tenant, guests.user(user).account, email=email)
    assert looked(guests).counts == {}


def test_an_account_is_put_right(guests: Bench, organization: str, ann: str) -> None:
    """By the projector: the array, the roles and the version are those of the table again, and settled."""
    metadata(guests, ann, organizations=[guests.organization()], guestlist={"roles": ["x:admin"]})
    [organizations, roles] = looked(guests).findings
    assert (organizations.kind.value, roles.kind.value) == ("organizations", "roles")
    assert organizations.detail.endswith(f"missing {organization}")
    repaired(guests)
    account = guests.account(ann)
    assert account
    assert account["app_metadata"] == {
        "organizations": [organization],
        "guestlist": {"version": guests.user(ann).version, "roles": []},
    }
    assert guests.user(ann).unsettled_at is None


def test_somebody_who_was_let_in_again_is_taken_out(guests: Bench, organization: str, ann: str) -> None:
    """A removed member's account is looked at, too."""
    guests.removed(organization, ann)
    guests.project(ann)
    metadata(guests, ann, organizations=[organization])
    [finding] = looked(guests).findings
    assert finding.detail == f"added {organization}"
    repaired(guests)
    assert guests.array(ann) == []
    assert guests.user(ann).foreign == ()


def test_keys_that_are_not_ours_survive_a_repair(guests: Bench, organization: str, ann: str) -> None:
    """Beside our keys, and inside of ours."""
    account = guests.account(ann)
    assert account
    ours = account["app_metadata"]["guestlist"]
    metadata(
        guests, ann, plan={"tier": "gold"}, guestlist={**ours, "note": [1, {"a": None}]}, organizations=[]
    )
    assert told(looked(guests)) == {("organizations", ann)}
    repaired(guests)
    after = guests.account(ann)
    assert after
    assert after["app_metadata"] == {
        "plan": {"tier": "gold"},
        "organizations": [organization],
        "guestlist": {**ours, "note": [1, {"a": None}]},
    }


def test_names_of_nobodys_are_kept_and_reserved(guests: Bench, organization: str, ann: str) -> None:
    """Whoever put a name there has a use for it; an organization of that name has to adopt it."""
    name = f"legacy-{guests.organization()}"
    metadata(guests, ann, organizations=[organization, name, "of nobody's: ann@example.com"])
    [finding] = looked(guests).findings
    assert finding.detail == f"added {name}, 1 more"
    repaired(guests)
    assert guests.array(ann) == sorted([organization, name, "of nobody's: ann@example.com"])
    with pytest.raises(NameReserved):
        guests.provisioned(name)
    assert looked(guests).findings == ()


def test_a_deleted_account_is_missing_until_somebody_adds_the_person(guests: Bench, ann: str) -> None:
    """No account is made without somebody's asking, and the next look passes the person over."""
    guests.delete_account(ann)
    assert told(looked(guests)) == {("deleted", ann)}
    repaired(guests)
    assert (guests.user(ann).halt, guests.accounts(ann)) == (Halt.MISSING, [])
    assert looked(guests).findings == ()


def test_a_report_repairs_nothing(guests: Bench, organization: str, ann: str) -> None:
    """Asked for with `repair: false`; the account and the user's item stay as they are."""
    metadata(guests, ann, organizations=[])
    ask(repair=False, request=guests.request(), store=guests.store)
    before = guests.user(ann)
    with closing(drift_client(guests.tenant)) as auth0:
        run = sliced(guests, auth0)
    assert run
    assert [(finding.kind.value, finding.repairing) for finding in run.findings] == [("organizations", False)]
    assert (guests.user(ann), guests.hints("ProjectionQueue"), guests.array(ann)) == (before, [], [])
    looked(guests)
    repaired(guests)
    assert guests.array(ann) == [organization]


def test_a_user_in_motion_is_passed_over(guests: Bench, ann: str) -> None:
    """Whatever is at Auth0: the projector has the word, be it to tell or to settle."""
    guests.changes_roles(next(iter(guests.user(ann).organizations)), ann, "editor")
    run = looked(guests)
    assert (run.findings, run.passed_over > 0) == ((), True)
    guests.project(ann)
    guests.amended(ann, unsettled_at=clock.now(), due=clock.now() + 180)
    metadata(guests, ann, organizations=[])
    assert looked(guests).findings == ()
    guests.settled(ann)
    guests.settled(ann)


class Meanwhile(Transport):
    """A wire on which something happens right before the nth read of an account."""

    def __init__(self, account: str, nth: int, happening: Callable[[], object]) -> None:
        super().__init__(tls=False)
        self._account, self._reads, self._happening = account, nth, happening

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, as the wire does."""
        if self._account in request.url.path:
            self._reads -= 1
            if self._reads == 0:
                Context().run(self._happening)
        return super().handle_request(request)


@pytest.mark.parametrize("read", [1, 2])
def test_a_change_under_way_is_no_drift(guests: Bench, organization: str, ann: str, read: int) -> None:
    """Made and told between a look at the user and the look at the account, the first or the second."""
    if read == 2:
        metadata(guests, ann, organizations=[])

    def change() -> None:
        guests.changes_roles(organization, ann, "editor")
        guests.project(ann)

    guests.advance(REST)
    wire = Meanwhile(guests.user(ann).account, read, change)
    with closing(drift_client(guests.tenant, transport=wire)) as auth0:
        run = sliced(guests, auth0)
    assert run
    assert (run.finished_at is not None, run.findings) == (True, ())
    assert guests.user(ann).unsettled_at is None
