"""The end of the story that `make demo` tells: two people leave, and no door lets them in."""

import io

from local import people
from local.people import Person
from local.stack import Stack
from local.story_leaving import tell_leaving
from local.telling import Story
from tests.front_door import join, provision
from tests.logins_setup import enterprise


def test_lines_19_and_20_are_told_and_hold() -> None:
    """Each promise is checked as it is told, and each receipt has a time for every step."""
    out = io.StringIO()
    story = Story(out)
    with Stack() as stack, people.system(stack) as api, Person(stack, "carla.clerk@example.com") as clerk:
        story.stack = stack
        clinic, place = provision(api), enterprise(stack, api)
        join(api, clinic, clerk)
        tell_leaving(story, stack, clerk, shared=clinic, own=place.id, domain=place.domain)
    told = [line.split()[0] for line in out.getvalue().splitlines() if not line.startswith(" ")]
    assert told == ["19", "20"]
    assert out.getvalue().count("door_closed PATCH /api/v2/users/{id}") == 2
