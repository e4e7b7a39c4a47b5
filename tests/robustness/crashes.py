"""Crashes: whoever does something to the world outside may die before it, or after it without hearing of it.

    python -m tests.robustness.crashes "accept, new to us" 3:before 2:after gone

A plan names one or two effects of a case: the third of all, then the second of those that come after the
crash, whoever makes it. All plans of all cases are told; clients, workers and sweep go on until all is at
rest. Then the world must be as if nobody had died (crash_scene.py, crash_checks.py, normal_form.py).
"""

import shlex
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from tests.robustness.crash_case import Case
from tests.robustness.crash_cases import CASES
from tests.robustness.crash_points import Plan, Point, When, points
from tests.robustness.crash_scene import SEED, Scene, Told
from tests.robustness.world import Machines

NAMES = {case.name: case.pairs for case in CASES}
"""All cases, and whether two may die in each."""
GONE = "gone"
"""On the command line: the client does not come back."""


@dataclass
class Figures:
    """What came of it."""

    plans: Counter[str] = field(default_factory=Counter)
    """How many were told of each case."""
    failures: list[str] = field(default_factory=list)

    def count(self, scene: Scene, plan: Plan, *, returns: bool) -> Told:
        """Tell the history of a plan, and keep what is wrong with it."""
        told, found = scene.judged(plan, returns=returns)
        self.plans[scene.case.name] += 1
        if found:
            self.failures.append(complaint(scene.case, plan, told, found, returns=returns))
        return told


def run(
    cases: Collection[str] = NAMES.keys(),
    *,
    pairs: bool = True,
    late: bool = False,
    share: tuple[int, int] = (0, 1),
) -> Figures:
    """Tell all plans of one crash, and of two. Of plans that cannot differ one is told.

    Args:
        cases: by name.
        pairs: of two as well.
        late: of two, also those in which a call lands long after its maker died; of one, they always are.
        share: which part of how many: one of two processes has (0, 2).
    """
    figures, mine, all_of_them = Figures(), *share
    with closing(Machines()) as machines:
        scenes = (_scene(machines, case) for case in CASES if case.name in cases)
        plans = ((scene, first) for scene in scenes for first in points(scene.whole.since))
        for scene, first in islice(plans, mine, None, all_of_them):
            twice = pairs and scene.case.pairs and (late or first.when is not When.LONG_BEFORE)
            tell_all(scene, first, figures, pairs=twice, late=late)
    return figures


def _scene(machines: Machines, case: Case) -> Scene:
    try:
        return Scene(machines, case)
    except Exception as error:
        error.add_note(f"That is the case {case.name!r}, with nobody dying.")
        raise


def tell_all(scene: Scene, first: Point, figures: Figures, *, pairs: bool, late: bool = False) -> None:
    """Tell all plans that begin with a crash: with a client who comes back, and with one who does not."""
    for returns in (True, False):
        told = figures.count(scene, (first,), returns=returns)
        for second in points(told.since, late=late) if pairs else ():
            figures.count(scene, (first, second), returns=returns)


def complaint(case: Case, plan: Plan, told: Told, found: Sequence[str], *, returns: bool) -> str:
    """Return what is wrong, what happened, and the command that repeats it."""
    asked = [
        "python",
        "-m",
        "tests.robustness.crashes",
        case.name,
        *map(str, plan),
        *([] if returns else [GONE]),
    ]
    wrong = "\n".join(f"  - {line}" for line in found)
    story = "\n".join(f"  {number:3}. {line}" for number, line in enumerate(told.story, 1))
    return f"{case.name}:\n{wrong}\nafter (seed {SEED}):\n{story}\nrepeated by: {shlex.join(asked)}\n"


def main(arguments: Sequence[str]) -> Iterator[str]:
    """Yield the story of one plan: a case, its points, and `gone` if the client does not come back."""
    name, *rest = arguments
    [case] = [case for case in CASES if case.name == name]
    returns = GONE not in rest
    plan = tuple(Point.parsed(text) for text in rest if text != GONE)
    with closing(Machines()) as machines:
        told, found = Scene(machines, case).judged(plan, returns=returns)
    yield complaint(case, plan, told, found or ["nothing is wrong"], returns=returns)


if __name__ == "__main__":
    for text in main(sys.argv[1:]):
        sys.stdout.write(text)
