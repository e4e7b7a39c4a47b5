"""The stack that the tests of a file share, and the persons at its front door."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from local import people
from local.people import Api, Person
from local.stack import Stack
from tests.asked import undeclared
from tests.bench import Bench, bench
from tests.command import Guestlist, Printed, environment, runner
from tests.front_door import provision, unique
from tests.minted import lasting

NewPerson = Callable[..., Person]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Return the stack of a file's tests, its own: no other file left work, faults or closed doors there.

    Schedules fire by `workers.tick`. Whatever its API refuses with is declared in the OpenAPI document.
    """
    with Stack() as started, undeclared(started) as codes:
        yield started
    assert codes == set()


@pytest.fixture(autouse=True)
def _sound(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave neither a fault nor work to the next test of the file, which may count or compare."""
    stack: Stack | None = request.getfixturevalue("stack") if "stack" in request.fixturenames else None
    yield
    if stack:
        stack.tenant.state.faults.clear()
        stack.workers.rest()


@pytest.fixture
def operator(stack: Stack) -> Iterator[Api]:
    """Return the API as an operator uses it, with a token that outlives whatever a test lets pass."""
    with lasting(stack) as api:
        yield api


@pytest.fixture
def guestlist(stack: Stack, operator: Api, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> Guestlist:
    """Return the command as an operator runs it, who has no way to Auth0."""
    return runner(monkeypatch, capsys, **environment(stack, operator))


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
def parts() -> Iterator[Bench]:
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
