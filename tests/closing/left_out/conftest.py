"""The stack of the tests in this folder: one whose function `door` may not change Actions."""

from collections.abc import Iterator

import pytest

from local.people import Api, Person
from local.stack import Stack
from tests.conftest import NewPerson
from tests.front_door import join
from tests.minted import EVERYTHING, caller


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Return a stack whose function `door` may not change Actions."""
    with Stack(parameters={"MayChangeActions": "false"}) as started:
        yield started


@pytest.fixture
def operator(stack: Stack) -> Iterator[Api]:
    """Return the API as an operator uses it, with a token that outlives the jumps of these tests."""
    until = int(stack.tenant.state.clock.now()) + 24 * 3600
    with caller(stack, permissions=EVERYTHING, exp=until) as api:
        yield api


@pytest.fixture
def ann(operator: Api, clinic: str, new_person: NewPerson) -> Person:
    """Return an admin of the clinic who has signed in there."""
    person = new_person("ann")
    join(operator, clinic, person, roles=["admin"])
    assert person.sign_in(clinic)["admitted"]
    return person
