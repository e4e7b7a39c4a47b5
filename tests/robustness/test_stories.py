"""Stories over HTTP: few here; `python -m tests.robustness` tells many more."""

from collections.abc import Iterator

import pytest

from tests.robustness.notebook import Clinic, Notebook, Roles
from tests.robustness.stage import Stage, stage
from tests.robustness.stories import AGAIN, gone_wrong, told
from tests.robustness.story_machine import HOUR, Story


@pytest.fixture(scope="module")
def on() -> Iterator[Stage]:
    """A stack under a clock of this file's own."""
    with stage() as running:
        yield running


class Careless(Notebook):
    """Somebody who forgets that an addition closes the invite that waits."""

    def add(self, clinic: Clinic, person: str, roles: Roles, now: float) -> str:
        """Note the addition, and no more."""
        held = clinic.pending(person)
        code = super().add(clinic, person, roles, now)
        if held:
            held.status = "pending"
        return code


def test_stories_end_as_the_notebook_says(on: Stage) -> None:
    """Answers, lists, Auth0 and tokens are what a notebook has them be, whatever went wrong meanwhile."""
    assert told(on, examples=5).stories >= 5


def test_a_story_that_goes_wrong_is_told(on: Stage) -> None:
    """Numbered, in the domain's words, with what differs and the command that tells it again."""
    lines = list[str]()
    story = Story(on, lines, Careless())
    story.begins(None)
    story.invites(0, "ann", (), HOUR)
    with pytest.raises(AssertionError) as wrong:
        story.adds(0, "ann", (), welcome=False)
    found, noted = ({"seats": None, "members": 1, "pending_invites": number} for number in (0, 1))
    assert gone_wrong(lines, wrong.value).split("\n")[3:] == [
        "  3. Olga invites ann into A, for 1 hours: done.",
        "  4. Olga adds ann to A: done.",
        f"But A is {found}; by the notebook it is {noted}.",
        f"Again: {AGAIN}",
    ]
