"""Histories of clients who meet, in all weathers, and the machinery that judges them."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local.stack import ROOT
from tests.robustness import races, script
from tests.robustness.checker import judge
from tests.robustness.history import Kind, Operation, Outcome
from tests.robustness.world import Machines

SEEDS = 8
"""One of each strength of the weather."""
CROWDED, LATE = 10, 11
"""Histories of many who want the same, and of calls that land when their makers are dead or thawed."""
ARRIVING = (12, 13, 40, 29)
"""Of people who come by identity providers of their own: late, in calm, all at once, and in a storm."""
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


ADDED = Outcome("done", version=1)
NOWHERE = Outcome("not_found")


@pytest.mark.parametrize("seed", [*range(SEEDS), CROWDED, LATE, *ARRIVING])
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
