"""The whole proof: all of its parts on two processes, a table of what came of them, and `build/proof.json`.

    make prove
    python -m tests.robustness.prove --seed 1 --operations 1000 --quick

It ends with 0 if nothing was lost and nothing invented, all came to rest, and every mutant was caught.
"""

import argparse
import json
import multiprocessing
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from tests.robustness import crashes, crowd, faults, mutants, outage, races, script, stories
from tests.robustness.crowd import Figures as CrowdFigures
from tests.robustness.mutants import Caught
from tests.robustness.stories import Told

PROOF = Path("build/proof.json")
PROCESSES = 2
SHARE = 2_000
"""Operations of one task of races: short enough for both processes to end at about the same time."""
SEEDS = 10_000
"""Seeds that one task has to itself."""
SHARES = 2
"""Tasks that the plans of one case of crashes are shared out to, if two may die in it."""
TASKS = 8
"""Tasks of one process: what histories leave behind takes a minute to put away after fifty of them."""
LONGEST_HUNT = 60
"""Seconds within which a mutant is to be caught."""

COMMANDS = {"faults", "stories", "crowd", "outage"}
"""Parts whose failures are exceptions; a command carries each out again."""

Task = tuple[str, Callable[[], Any]]


@dataclass
class Proof:
    """What all parts came to. The first fourteen are the proof; the rest says more of how."""

    seed: int
    asked: int
    """The operations that it was to try."""
    operations: int = 0
    histories: int = 0
    crash_plans: int = 0
    lost: int = 0
    invented: int = 0
    duplicate_accounts: int = 0
    duplicate_mails: int = 0
    lost_by_script: int = 0
    mutants: dict[str, float] = field(default_factory=dict)
    recovery_s: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0
    mutants_caught_by: dict[str, str] = field(default_factory=dict)
    mix: dict[str, int] = field(default_factory=dict)
    crash_plans_by_case: dict[str, int] = field(default_factory=dict)
    crowd: dict[str, Any] = field(default_factory=dict)
    outage: dict[str, Any] = field(default_factory=dict)
    stories: dict[str, Any] = field(default_factory=dict)

    def take(self, part: str, found: Any) -> None:  # noqa: ANN401 (each part has figures of its own)
        """Add what one task came to."""
        getattr(self, f"_take_{part.partition(' ')[0]}")(found)

    @property
    def holds(self) -> bool:
        """Whether all that the README promises was seen."""
        wrong = self.lost or self.invented or self.duplicate_accounts or self.failures
        tried = (
            self.operations >= self.asked and self.crash_plans and self.mutants.keys() == {*mutants.names()}
        )
        return bool(not wrong and tried and self.lost_by_script)

    def _take_races(self, found: races.Figures) -> None:
        self.operations += found.operations
        self.histories += found.histories
        self.lost += found.lost
        self.invented += found.invented
        self.duplicate_accounts += found.duplicate_accounts
        self.duplicate_mails += found.duplicate_mails
        self.failures += found.failures
        slowest = max(self.recovery_s.get("a storm", 0), found.recovery_s)
        self.recovery_s["a storm"] = round(slowest, 1)
        for name, count in found.mix.items():
            self.mix[name] = self.mix.get(name, 0) + count

    def _take_crashes(self, found: crashes.Figures) -> None:
        self.crash_plans += found.plans.total()
        self.failures += found.failures
        for case, count in found.plans.items():
            self.crash_plans_by_case[case] = self.crash_plans_by_case.get(case, 0) + count

    def _take_mutant(self, found: Caught) -> None:
        self.mutants[found.name] = round(found.seconds, 1)
        self.mutants_caught_by[found.name] = found.by
        if not found.by or found.seconds > LONGEST_HUNT:
            again = f"python -m tests.robustness.mutants {found.name}"
            self.failures.append(
                f"the mutant {found.name} was not caught in {LONGEST_HUNT} s. Again: {again}"
            )

    def _take_faults(self, found: dict[str, float]) -> None:
        self.recovery_s |= found

    def _take_outage(self, found: dict[str, Any]) -> None:
        self.outage = found

    def _take_stories(self, found: Told) -> None:
        self.stories = asdict(found)

    def _take_crowd(self, found: CrowdFigures) -> None:
        self.crowd = asdict(found)
        self.operations += found.operations
        self.histories += 1
        self.failures += found.failures

    def _take_script(self, found: script.Figures) -> None:
        self.lost_by_script = found.lost


def tasks(seed: int, operations: int, *, quick: bool) -> Iterator[Task]:
    """Yield the tasks that share the processes, the longest first."""
    yield "outage", outage.run
    yield "faults", faults.run
    yield "stories", partial(stories.run, 10 if quick else 200)
    for name, pairs in crashes.NAMES.items():
        shares = SHARES if pairs else 1
        for share in range(shares):
            told = partial(crashes.run, [name], pairs=not quick, share=(share, shares))
            yield f"crashes {name}, {share + 1} of {shares}", told
    for number in range(-(-operations // SHARE)):
        first = seed + number * SEEDS
        yield f"races {number + 1}", partial(races.run, min(SHARE, operations), first)
    for name in mutants.names():
        yield f"mutant {name}", partial(mutants.catch, name)
    yield "script", script.run


def prove(seed: int, operations: int, *, quick: bool) -> Proof:
    """Carry all tasks out, and tell of each when it is done."""
    proof, started = Proof(seed, operations), time.perf_counter()
    # It has processes of its own, which those of a pool may not have.
    own: list[Task] = [("crowd", partial(crowd.run, 200 if quick else 2_000))]
    shared = _side_by_side(tasks(seed, operations, quick=quick))
    for done in chain(map(_carried_out, own), shared):
        if done.error:
            part = done.name.partition(" ")[0]
            again = f"again: python -m tests.robustness {part}" if part in COMMANDS else ""
            proof.failures.append(f"{done.name}: {done.error}{again}")
        else:
            proof.take(done.name, done.found)
        proof.seconds = round(time.perf_counter() - started, 1)
        sys.stdout.write(f"{proof.seconds:7.1f} s  {done.name}{': FAILED' if done.error else ''}\n")
        sys.stdout.flush()
    return proof


class Done(NamedTuple):
    """What became of one task: what it found, or why it came to no end."""

    name: str
    found: Any
    error: str


def _side_by_side(tasks: Iterator[Task]) -> Iterator[Done]:
    with multiprocessing.get_context("spawn").Pool(PROCESSES, maxtasksperchild=TASKS) as pool:
        yield from pool.imap_unordered(_carried_out, tasks)


def _carried_out(task: Task) -> Done:
    name, work = task
    try:
        return Done(name, work(), "")
    except Exception:  # noqa: BLE001 (whatever it is, the proof says so, and goes on)
        return Done(name, None, traceback.format_exc())


def main() -> int:
    """Prove, and return 0 if all holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--operations", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="fewer stories, single crashes: to try it out")
    asked = parser.parse_args()
    proof = prove(asked.seed, asked.operations, quick=asked.quick)
    PROOF.parent.mkdir(exist_ok=True)
    PROOF.write_text(json.dumps(asdict(proof), indent=2) + "\n", encoding="utf-8")
    for name, value in asdict(proof).items():
        sys.stdout.write(f"{name:20} {value if not isinstance(value, dict) else json.dumps(value)}\n")
    sys.stdout.write("holds\n" if proof.holds else "DOES NOT HOLD\n")
    return 0 if proof.holds else 1


if __name__ == "__main__":
    sys.exit(main())
