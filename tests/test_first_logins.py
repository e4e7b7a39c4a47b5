"""First logins at an organization's own identity provider: who is admitted, bound to whom, and what stays."""

from collections.abc import Iterator

import pytest

from local import people
from local.people import Person
from local.stack import Stack
from tests.conftest import NewPerson
from tests.logins_setup import Place, enterprise


@pytest.fixture(scope="module")
def place(stack: Stack, console: Person) -> Iterator[Place]:
    """An organization with an identity provider of its own."""
    with people.operator(stack, console) as api:
        yield enterprise(stack, api)


def test_an_invited_person_need_not_press_the_button(place: Place, new_person: NewPerson) -> None:
    """Their first login takes the offer up, admits them, and is told to Auth0 half a minute later."""
    ann = place.person(new_person)
    place.invite(ann.email)
    came = place.arrives(ann)
    print(came); assert 0
