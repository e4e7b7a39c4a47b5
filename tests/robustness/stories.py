"""Tells stories of `story_machine`, and prints the one that goes wrong so that a person can follow it."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.robustness.notebook import Notebook
from tests.robustness.stage import Stage, stage
from tests.robustness.story_machine import Story

AGAIN = "python -m tests.robustness stories"
LENGTH = 25
"""The most turns of a story."""


@dataclass(frozen=True)
class Told:
    """How many stories were told, and how many turns they took together."""

    stories: int
    turns: int


def run(examples: int = 200) -> Told:
    """Tell so many stories.

    Raises:
        AssertionError: the shortest story that goes wrong, in numbered lines.
    """
    with stage() as on:
        return told(on, examples)


def told(on: Stage, examples: int, notebook: Callable[[], Notebook] = Notebook) -> Told:
    """Tell stories on a stage; Hypothesis' own report of a failure is for nobody who reads this one."""
    lines, stories, turns = list[str](), 0, 0

    class Next(Story):
        def __init__(self) -> None:
            nonlocal stories, turns
            stories, turns = stories + 1, turns + len(lines)
            super().__init__(on, lines, notebook())

    try:
        run_state_machine_as_test(Next, settings=_quietly(examples))
    except Exception as error:  # noqa: BLE001 (whatever it is, it is the end of the story)
        raise AssertionError(gone_wrong(lines, error)) from None
    return Told(stories, turns + len(lines))


def gone_wrong(lines: list[str], error: Exception) -> str:
    """Return a story in numbered lines, what was wrong at its end, and what tells it again."""
    numbered = [f"{number:3}. {line}" for number, line in enumerate(lines, 1)]
    return "\n".join(["", *numbered, f"But {error}", f"Again: {AGAIN}"])


def _quietly(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=LENGTH,
        derandomize=True,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
