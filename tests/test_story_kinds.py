"""The second half of the story that `make demo` tells: organizations whose users are their own."""

import io
from contextlib import ExitStack

from local.people import Api
from local.stack import Stack
from local.story_audit import tell_audit
from local.story_kinds import tell_kinds
from local.telling import Story
from tests.callers_setup import added


def test_lines_12_to_18_are_told_and_hold(operator: Api, stack: Stack) -> None:
    """Isolated, with an identity provider, with two, and to an end: each promise is checked as it is told."""
    out = io.StringIO()
    story = Story(out)
    story.stack = stack
    with ExitStack() as closing:
        tell_kinds(story, stack, operator, closing)
    told = [line.split()[0] for line in out.getvalue().splitlines() if not line.startswith(" ")]
    assert told == ["12", "13", "14", "15", "16", "17", "18"]


def test_line_21_is_told_and_holds(operator: Api, stack: Stack) -> None:
    """The audit is sealed and exported, and one changed word in a copy is found."""
    operator.post("/organizations", json={"id": "clinicB", "name": "Clinic B"})
    added(operator, "clinicB")
    out = io.StringIO()
    story = Story(out)
    story.stack = stack
    tell_audit(story, stack)
    assert out.getvalue().startswith("21  The audit of clinicB is sealed and exported")
