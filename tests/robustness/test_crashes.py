"""Whoever dies at whatever they do: nothing is lost, nothing invented. `make prove` lets them die twice."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from typing import Any

import pytest

from tests.robustness.crash_case import ANN, Case
from tests.robustness.crash_cases import CASES
from tests.robustness.crash_cases_of_groups import GROUPS_ALONE, OF_GROUPS
from tests.robustness.crash_cases_of_links import OF_LINKS
from tests.robustness.crash_cases_of_own import NOBODY, STRANGERS
from tests.robustness.crash_ends import ENDS, GIVEN
from tests.robustness.crash_points import Point, When, points
from tests.robustness.crash_scene import REQUEST, Scene
from tests.robustness.crashes import Figures, main, run, tell_all
from tests.robustness.world import Machines

WHOLLY = ("accept", "first login", "invite", "remove")
"""Cases whose plans of one crash are all told here; of the others it is each third, or each eighth."""
SELDOM = {*OF_GROUPS, *OF_LINKS}
NOWHERE = *STRANGERS, GROUPS_ALONE
SceneOf = Callable[[Case], Scene]
of_each_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


@pytest.fixture(scope="module")
def scene() -> Iterator[SceneOf]:
    """The scene of a case, prepared once."""
    with closing(Machines()) as machines:
        yield cache(lambda case: Scene(machines, case))


@of_each_case
def test_what_all_is_compared_with_is_what_the_design_says(case: Case, scene: SceneOf) -> None:
    """Two worlds that are equal could be wrong both: how each case ends is written down here by hand."""
    told = scene(case).whole
    doors = [door.partition(" leads to ")[2] for door in told.ending.doors]
    things = list(map(json.loads, told.ending.world.lines))
    accounts = [thing for thing in things if thing.get("email") == ANN and "identities" in thing]
    array = " and ".join(map(names, accounts))
    records = sorted(thing["action"] for thing in things if "action" in thing)
    records = [record for record in records if record != "organization:provision"]
    *ends, recorded = ENDS[case.name]
    assert [told.ending.heard, "".join(doors), array, records] == [*ends, sorted(recorded)]
    assert told.wrongs == []


def names(account: dict[str, Any]) -> str:
    """Return the names in an account's array."""
    return " ".join(account["app_metadata"]["organizations"])


@pytest.mark.parametrize("case", OF_GROUPS, ids=[case.name for case in OF_GROUPS])
def test_the_roles_that_groups_give_are_what_the_design_says(case: Case, scene: SceneOf) -> None:
    """Written down by hand as well: at the next login, where it is the table that changed."""
    things = map(json.loads, scene(case).whole.ending.world.lines)
    accounts = [thing for thing in things if thing.get("email") == ANN and "identities" in thing]
    shown = [account["app_metadata"]["guestlist"]["roles"] for account in accounts]
    assert (
        " and ".join(" ".join(role.partition(":")[2] for role in roles) for roles in shown)
        == GIVEN[case.name]
    )


@of_each_case
def test_whoever_dies_the_world_ends_as_if_nobody_had(case: Case, scene: SceneOf) -> None:
    """Before each effect and after it, with a client who comes back and one who does not."""
    figures, every = Figures(), 8 if case in SELDOM else 1 if case.name.startswith(WHOLLY) else 3
    for first in list(points(scene(case).whole.since))[::every]:
        tell_all(scene(case), first, figures, pairs=False)
    assert figures.plans.total() > 0
    assert figures.failures == [], figures.failures[0]


@pytest.mark.parametrize("case", NOWHERE, ids=[case.name for case in NOWHERE])
def test_a_first_login_that_leads_nowhere_leaves_nothing(case: Case, scene: SceneOf) -> None:
    """It has no effect on the world, so there is nothing at which whoever handles it could die."""
    told, not_asked = scene(case).whole, scene(case).tell(asks=False)
    assert (told.ending.heard, told.wrongs) == (NOBODY, [])
    assert told.ending.world == not_asked.ending.world
    assert [effect for effect in told.since if effect.sender and effect.sender.name == REQUEST] == []


def test_plans_that_are_left_out_would_tell_the_same(scene: SceneOf) -> None:
    """To die after an effect is to die before the next one of the same process."""
    made = scene(CASES[2])
    told = set(points(made.whole.since))
    left_out = [n for n in range(1, len(made.whole.since)) if Point(n, When.AFTER) not in told]
    for number in left_out:
        after, before = (Point(number, When.AFTER),), (Point(number + 1, When.BEFORE),)
        assert made.tell(after).ending == made.tell(before).ending
    assert left_out


def test_two_may_die() -> None:
    """Before revoking, say, and on either side of revoking again: what is told by one process of two."""
    figures = run(["revoke"], share=(0, 2))
    assert (figures.plans, figures.failures) == ({"revoke": 3 + 1}, [])


def test_a_plan_can_be_told_again_with_all_that_happened() -> None:
    """In the domain's words, with the seed and the command that a failure names."""
    [text] = main(["invite by mail", "2:after", "3:before", "gone"])
    assert "nothing is wrong" in text
    assert "the request dies after it took effect" in text
    assert "mailer dies before it took effect" in text
    assert text.endswith(
        "repeated by: python -m tests.robustness.crashes 'invite by mail' 2:after 3:before gone\n"
    )
