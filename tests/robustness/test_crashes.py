"""Whoever dies at whatever they do: nothing is lost, nothing invented. `make prove` lets them die twice."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from typing import Any

import pytest

from tests.robustness.crash_case import ANN, Case
from tests.robustness.crash_cases import CASES
from tests.robustness.crash_cases_of_own import NOBODY, STRANGERS
from tests.robustness.crash_points import Point, When, points
from tests.robustness.crash_scene import REQUEST, Scene
from tests.robustness.crashes import Figures, main, run, tell_all
from tests.robustness.world import Machines

WHOLLY = ("accept", "first login", "invite", "remove")
"""Cases whose plans of one crash are all told here; of the others it is each third."""
TICKET = f"a ticket for {ANN}"
CREATED, ADDED, ADOPTED = "invite:create", "member:add", "member:adopt"
SUSPENDED = "organization:suspend"
GONE = "organization:delete", "organization:offboard"
MOVED = CREATED, *[ADDED] * 3, "organization:move", *["member:move"] * 2
PROVED = "domain:claim", "domain:prove"
OPENED = "domain:change", *PROVED
EDITOR, BOUND = "hospital:editor", "user:bind"
ENDS: dict[str, tuple[str, str, str, list[str]]] = {
    "invite by mail": ("done", TICKET, "", [CREATED]),
    "invite without a mail": ("done", TICKET, "", [CREATED]),
    "accept, new to us": (TICKET, TICKET, "clinic", ["invite:accept", CREATED]),
    "accept, known to us": ("login", "login", "clinic school", ["invite:accept", CREATED, ADDED]),
    "accept, account verified before us": (
        "login",
        "login",
        "clinic laboratory school",
        ["invite:accept", CREATED, ADOPTED],
    ),
    "accept, account planted before us": (
        TICKET,
        TICKET,
        "clinic school",
        ["invite:accept", CREATED, ADOPTED],
    ),
    "add": ("done", "", "clinic", [ADDED]),
    "add with a welcome": ("done", TICKET, "clinic", [ADDED]),
    "add who was invited": ("done", "revoked", "clinic", [CREATED, "invite:revoke", ADDED]),
    "add, account verified before us": ("done", "", "clinic laboratory school", [ADDED, ADOPTED]),
    "add, account planted before us": ("done", TICKET, "school", [CREATED, ADDED]),
    "prove the address of a planted account": (
        TICKET,
        TICKET,
        "clinic school",
        [CREATED, ADDED, ADOPTED, "user:prove"],
    ),
    "change roles": ("done", "", "clinic school", [ADDED, ADDED, ADDED, "member:change"]),
    "change roles, account linked": (
        "done",
        "",
        "",
        [ADDED, ADDED, ADDED, "member:change", "member:move", "member:move"],
    ),
    "remove": ("done", "", "school", [ADDED, ADDED, ADDED, "member:remove"]),
    "remove from the last": ("done", "", "", [ADDED, ADDED, "member:remove", "user:sign_out"]),
    "resend": ("done", TICKET, "", [CREATED, "invite:resend"]),
    "resend an invite that expired": ("done", TICKET, "", [CREATED, "invite:expire", "invite:resend"]),
    "revoke": ("done", "revoked", "", [CREATED, "invite:revoke"]),
    "suspend": ("done", "", "clinic school", [ADDED, ADDED, ADDED, SUSPENDED]),
    "suspend another": ("done", "", "clinic school", [ADDED, ADDED, ADDED, SUSPENDED, SUSPENDED]),
    "resume": ("done", "", "clinic school", [ADDED, ADDED, ADDED, "organization:resume", SUSPENDED]),
    "suspend, left out": ("done", "", "school", [ADDED, ADDED, ADDED, SUSPENDED]),
    "resume, left out": (
        "done",
        "",
        "clinic school",
        [ADDED, ADDED, ADDED, "organization:resume", SUSPENDED],
    ),
    "provision, isolated": ("done", TICKET, "", [CREATED]),
    "offboard, isolated": (
        "done",
        "unknownunknown",
        "",
        ["invite:accept", CREATED, CREATED, "invite:revoke", "member:remove", *GONE],
    ),
    "move": ("done", "login", "school", [*MOVED, "member:remove", "member:remove"]),
    "change roles while both doors are open": (
        "done",
        "login",
        "clinic school",
        [*MOVED, "member:change", "member:change"],
    ),
    "remove while both doors are open": (
        "done",
        "login",
        "school",
        [*MOVED, "member:remove", "member:remove"],
    ),
    "expire": ("done", "expired", "", [CREATED, "invite:expire"]),
    "first login, invited": (EDITOR, "login", "hospital", [*PROVED, "invite:accept", CREATED, BOUND]),
    "first login, added before": (
        "hospital:admin",
        "",
        "hospital",
        [*PROVED, ADDED, BOUND],
    ),
    "first login, by the domain": (EDITOR, "", "hospital", [*OPENED, "member:join", BOUND]),
    "first login, moved": (
        EDITOR,
        "",
        "hospital and hospital",
        [ADDED, ADDED, *PROVED, "organization:move", "member:move", "member:move", BOUND],
    ),
    "claim a domain": ("done", "", "", ["domain:claim"]),
    "prove a domain": ("done", "", "", [*PROVED]),
    "let a domain's people in": ("done", "", "", [*OPENED]),
    "release a domain": ("done", "", "", [*OPENED, "domain:release"]),
    "provision, enterprise": ("done", "", "", []),
    "suspend, enterprise": ("done", "", "hospital", [*OPENED, "member:join", SUSPENDED, BOUND]),
    "offboard, enterprise": (
        "done",
        "unknown",
        "",
        [*OPENED, "domain:release", CREATED, "invite:revoke", "member:join", "member:remove", *GONE, BOUND],
    ),
}
"""How each case ends without crashes: what is heard, where the link leads, Ann's array, what was recorded."""
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


@of_each_case
def test_whoever_dies_the_world_ends_as_if_nobody_had(case: Case, scene: SceneOf) -> None:
    """Before each effect and after it, with a client who comes back and one who does not."""
    figures, every = Figures(), 1 if case.name.startswith(WHOLLY) else 3
    for first in list(points(scene(case).whole.since))[::every]:
        tell_all(scene(case), first, figures, pairs=False)
    assert figures.plans.total() > 0
    assert figures.failures == [], figures.failures[0]


@pytest.mark.parametrize("case", STRANGERS, ids=[case.name for case in STRANGERS])
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
