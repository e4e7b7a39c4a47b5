"""Somebody for whom a door is closed in the tests of this folder."""

import pytest

from local.people import Api, Person
from tests.conftest import NewPerson
from tests.front_door import join


@pytest.fixture
def ann(operator: Api, clinic: str, new_person: NewPerson) -> Person:
    """Return an admin of the clinic who has signed in there."""
    person = new_person("ann")
    join(operator, clinic, person, roles=["admin"])
    assert person.sign_in(clinic)["admitted"]
    return person
