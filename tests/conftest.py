"""The stack that the tests of the front door share, and the persons at it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from local import people
from local.people import Api, Person
from local.stack import Stack
from tests.asked import undeclared
from tests.bench import Bench, bench
from tests.front_door import provision, unique

NewPerson = Callable[..., Person]


@pytest.fixture(scope="session")
def shared() -> Iterator[Stack]:
    """Return the stack of all tests that do not move the clock far; schedules fire by `workers.tick`.

    Whoever starts another one asks for it first: environment and clock are put back in turn. Whatever its
    API refuses with, in any test, is declared in the OpenAPI document.
    """
    with Stack() as started, undeclared(started) as codes:
        yield started
    assert codes == set()


@pytest.fixture(scope="session")
def stack(shared: Stack) -> Stack:
    """Return the stack that a test runs on; a file or a folder may have another one in its place."""
    return shared


@pytest.fixture(scope="session")
def console(shared: Stack) -> Iterator[Person]:
    """Return the person whom the deployer made an operator."""
    with Person(shared, "olga@guestlist.example") as olga:
        shared.hire_operator(olga.email, olga.password)
        yield olga


@pytest.fixture
def operator(stack: Stack, console: Person) -> Iterator[Api]:
    """Return the API as an operator uses it, with a token of now."""
    with people.operator(stack, console) as api:
        yield api


@pytest.fixture
def system(stack: Stack) -> Iterator[Api]:
    """Return the API as another system uses it, for all organizations."""
    with people.system(stack) as api:
        yield api


@pytest.fixture
def clinic(operator: Api) -> str:
    """Return the id of an organization that is this test's own."""
    return provision(operator)


@pytest.fixture
def new_person(stack: Stack) -> Iterator[NewPerson]:
    """Return a maker of persons; each has an address that nobody had before."""
    with ExitStack() as persons:
        yield lambda name="person": persons.enter_context(Person(stack, f"{unique(name)}@clinic.example"))


@pytest.fixture(scope="module")
def parts(shared: Stack) -> Iterator[Bench]:  # noqa: ARG001 (is there first)
    """Tenant, table and what stands between them without any function, once for the tests of a file."""
    with bench() as running:
        yield running


@pytest.fixture
def guests(parts: Bench) -> Iterator[Bench]:
    """The parts, to run by hand: an empty log of calls, and no failure left to the next test."""
    parts.calls()
    yield parts
    parts.control.delete("/faults")


@pytest.fixture
def organization(guests: Bench) -> str:
    """The id of an organization, provisioned for this test."""
    return guests.organization()


@pytest.fixture
def ann(guests: Bench, organization: str) -> str:
    """A member of that organization, whom Auth0 knows."""
    user = guests.added(organization)
    guests.project(user)
    guests.calls()
    return user
