"""Histories of clients who meet, in all weathers, and the machinery that judges them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from guestlist.names import ADMIN
from local.stack import ROOT
from tests.robustness import races, script
from tests.robustness.checker import judge
from tests.robustness.history import Kind, Operation, Outcome
from tests.robustness.mapping import Mapping
from tests.robustness.world import Machines

SEEDS = 8
"""One of each strength of the weather."""
CROWDED, LATE = 10, 11
"""Histories of many who want the same, and of calls that land when their makers are dead or thawed."""
ARRIVING = (12, 13, 40)
"""Of people who come by identity providers of their own: late, in calm, and all at once."""
GROUPING = (29, 92)
"""Of people who come with groups: in calm, and late, in a storm."""
TOLD = 6
TELL = f"import sys; from tests.robustness.races import digest; sys.stdout.write(digest({TOLD}))"


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    """What serves all histories of this file."""
    made = Machines()
    yield made
    made.tenant.close()


def asked(kind: Kind, called: int, returned: int | None, outcome: Outcome | None) -> Operation:
    """Return an operation on one person in one organization."""
    made = Operation(
        client="a client", kind=kind, person="ann", organization="clinic", called=called, time=0, now=0
    )
    made.returned, made.outcome = returned, outcome
    return made


ADDED, DONE = Outcome("done", version=1), Outcome("done")
THRICE = Kind.ADD, Kind.REMOVE, Kind.REMOVE
NOWHERE = Outcome("not_found")


@pytest.mark.parametrize("seed", [*range(SEEDS), CROWDED, LATE, *ARRIVING, *GROUPING])
def test_no_change_is_lost_or_invented_in_any_weather(machines: Machines, seed: int) -> None:
    """Each history has an order that the model can follow, and no invariant is broken on the way."""
    figures = races.Figures()
    races.tell(seed, machines, figures)
    assert not figures.failures, "\n\n".join(figures.failures)
    assert (figures.lost, figures.invented, figures.duplicate_accounts) == (0, 0, 0)


def test_a_seed_tells_the_same_history_again_in_another_process(machines: Machines) -> None:
    """Event for event, after other histories or none, whatever Python hashes strings to."""
    alone = subprocess.run(
        [sys.executable, "-c", TELL],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert alone.stdout == races.digest(TOLD, machines)
    assert alone.stdout != races.digest(TOLD + 1, machines)


def test_the_script_loses_updates_before_the_same_checker(machines: Machines) -> None:
    """In calm weather, with nothing but several writers at once."""
    scripted = script.run(machines)
    assert scripted.acknowledged > 0
    assert scripted.lost > 0
    assert "has no order" in scripted.failures[0]


def test_a_lost_change_has_no_order() -> None:
    """It was acknowledged, and who looked afterwards did not see it."""
    verdict = judge([asked(Kind.ADD, 1, 2, ADDED), asked(Kind.READ_MEMBER, 3, 4, NOWHERE)])
    assert not verdict.right
    assert "reads the membership of ann" in verdict.told()


def test_a_change_that_nobody_made_has_no_order() -> None:
    """Somebody saw a member whom nobody added."""
    assert not judge([asked(Kind.READ_MEMBER, 1, 2, Outcome("seen", version=1))]).right


@pytest.mark.parametrize("seen", [NOWHERE, Outcome("seen", version=1)])
def test_what_nobody_heard_of_may_have_happened_or_not(seen: Outcome) -> None:
    """Both are right; but what was seen once stays."""
    unheard = asked(Kind.ADD, 1, None, None)
    assert judge([unheard, asked(Kind.READ_MEMBER, 2, 3, seen)]).right
    gone = [asked(Kind.READ_MEMBER, 2, 3, Outcome("seen", version=1)), asked(Kind.READ_MEMBER, 4, 5, NOWHERE)]
    assert not judge([unheard, *gone]).right


def test_what_happens_at_once_may_have_any_order() -> None:
    """A look while somebody is added sees them or does not, in an order that all looks share."""
    added, before = asked(Kind.ADD, 1, 8, ADDED), asked(Kind.READ_MEMBER, 2, 3, NOWHERE)
    there = asked(Kind.READ_MEMBER, 4, 5, Outcome("seen", version=1))
    assert judge([added, before, there]).right
    assert not judge([added, there, asked(Kind.READ_MEMBER, 6, 7, NOWHERE)]).right


def test_where_the_wire_is_watched_a_record_says_whether_and_when() -> None:
    """What nobody heard of has happened in the moment of its record, or not at all."""
    unheard, seen = asked(Kind.ADD, 1, None, None), asked(Kind.READ_MEMBER, 4, 5, Outcome("seen", version=1))
    assert judge([unheard, seen]).right
    assert not judge([unheard, seen], watched=True).right
    unheard.recorded = 3
    assert judge([unheard, seen], watched=True).right
    assert not judge([unheard, asked(Kind.READ_MEMBER, 4, 5, NOWHERE)], watched=True).right


def test_where_the_wire_is_watched_an_answer_without_a_record_changed_nothing() -> None:
    """And one with a record has changed something: a second removal is none."""
    added, first, second = (asked(kind, n, n + 1, ADDED) for n, kind in enumerate(THRICE))
    added.recorded, first.recorded, first.outcome, second.outcome = 1, 2, DONE, DONE
    assert judge([added, first, second], watched=True).right
    second.recorded = 3
    assert not judge([added, first, second], watched=True).right
    assert not judge([asked(Kind.ADD, 1, 2, ADDED)], watched=True).right


def came(kind: Kind, at: int, account: str = "", outcome: Outcome = ADDED) -> Operation:
    """Return what a first login did at one moment, or what it was told."""
    made = asked(kind, at, at, outcome)
    made.account, made.roles = account, ("editor",)
    return made


def test_a_person_has_one_account_for_ever() -> None:
    """A second one is never bound to them, whatever its identity provider says."""
    joined, bound = came(Kind.JOIN, 1), came(Kind.BIND, 2, "ann")
    assert judge([joined, bound]).right
    assert not judge([joined, bound, came(Kind.BIND, 3, "another")]).right


def test_who_was_removed_does_not_come_back_by_a_login() -> None:
    """A domain lets in whom nobody ever took off the list."""
    removed = asked(Kind.REMOVE, 2, 3, Outcome("done"))
    assert not judge([came(Kind.JOIN, 1), removed, came(Kind.JOIN, 4)]).right


def test_whoever_gets_in_is_told_where_they_belong() -> None:
    """By their own account, and nothing else than that."""
    here = Outcome("seen", organizations=frozenset({("clinic", ("editor",))}))
    before = [came(Kind.JOIN, 1), came(Kind.BIND, 2, "ann")]
    assert judge([*before, came(Kind.LOGIN, 3, "ann", here)]).right
    assert not judge([*before, came(Kind.LOGIN, 3, "another", here)]).right
    assert not judge([*before, came(Kind.LOGIN, 3, "ann", Outcome("seen"))]).right


EVERY = Mapping(every=True, entries=(("Heads", (ADMIN,)), ("Nurses", ("member",))))


def looked(at: int, *roles: str, read: tuple[str, ...], mapped: tuple[str, ...], **more: Any) -> Operation:  # noqa: ANN401 (an operation's fields)
    """Return a look at somebody's groups, by a table, and what came of it."""
    made = came(Kind.REGROUP, at)
    about = {"roles": roles, "read": read, "read_at": str(at), "mapped": mapped, "mappings": (EVERY,)}
    for name, value in {**about, **more}.items():
        setattr(made, name, value)
    return made


def signed_in(at: int, *roles: str, read: tuple[str, ...]) -> Operation:
    """Return what somebody who came with groups was told."""
    made = came(Kind.LOGIN, at, "ann", Outcome("seen", organizations=frozenset({("clinic", roles)})))
    made.read, made.read_at, made.mappings = read, str(at), (EVERY,)
    return made


def test_groups_give_and_take_what_is_the_tables() -> None:
    """Beside what was given by hand; the last admin stays one, nobody else does."""
    before = [came(Kind.JOIN, 1), looked(2, "editor", "member", read=("Nurses",), mapped=("member",))]
    bound = [*before, came(Kind.BIND, 3, "ann")]
    assert judge([*bound, looked(4, "editor", read=(), mapped=())]).right
    assert not judge([*bound, looked(4, "editor", "member", read=(), mapped=())]).right
    assert not judge([*bound, looked(4, read=(), mapped=())]).right
    heads = [*bound, looked(4, ADMIN, "editor", read=("Heads",), mapped=(ADMIN,))]
    stays = {"read": (), "mapped": (ADMIN,)}
    assert judge([*heads, looked(5, ADMIN, "editor", alone=True, **stays)]).right
    assert not judge([*heads, looked(5, ADMIN, "editor", **stays)]).right


def test_no_login_with_other_groups_goes_by_unheeded() -> None:
    """Nor the first one after the table of groups changed; one that read an older account may."""
    before = [came(Kind.JOIN, 1), looked(2, "editor", "member", read=("Nurses",), mapped=("member",))]
    bound = [*before, came(Kind.BIND, 3, "ann")]
    assert judge([*bound, signed_in(4, "editor", "member", read=("Nurses",))]).right
    assert not judge([*bound, signed_in(4, "editor", "member", read=("Heads",))]).right
    anew = came(Kind.ASK_ANEW, 4)
    assert not judge([*bound, anew, signed_in(5, "editor", "member", read=("Nurses",))]).right
    older = signed_in(5, "editor", "member", read=("Heads",))
    older.read_at = "1"
    assert judge([*bound, older]).right


def test_groups_make_nobody_a_member() -> None:
    """There is nothing to look at before somebody is one."""
    assert not judge([looked(1, "member", read=("Nurses",), mapped=("member",))]).right
