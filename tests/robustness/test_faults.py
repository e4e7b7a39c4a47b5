"""Faults of Auth0, over HTTP: some of each kind; `python -m tests.robustness` lets all befall everything."""

from collections.abc import Iterator

import pytest

from guestlist.leases import SETTLING
from tests.robustness.faults import SOON, Fault, recovery
from tests.robustness.stage import MINUTE, Stage, stage


@pytest.fixture(scope="module")
def on() -> Iterator[Stage]:
    """A stack under a clock of this file's own."""
    with stage() as running:
        yield running


@pytest.mark.parametrize(
    ("fault", "operation"),
    [
        ("429 with a reset in a thousand years", "remove"),
        ("reset after the effect", "accept, new"),
        ("no JSON after the effect", "accept, known"),
        ("a token that ends", "accept, new"),
        ("a transaction that conflicts", "accept, new"),
        ("a read torn across a transaction", "remove"),
        ("frozen for an hour with a call in flight", "change roles"),
    ],
)
def test_a_fault_is_overcome_without_a_hand(on: Stage, fault: str, operation: str) -> None:
    """Auth0 shows what was promised, in time, and Guestlist knows that it does."""
    found = recovery(on, fault, operation)
    assert found.shown <= found.settled


def test_a_late_write_is_written_over(on: Stage) -> None:
    """It lands on top of a newer one, and stays until the wait for it is over: no sooner, not much later."""
    found = recovery(on, "a write seconds late", "remove")
    assert SOON < found.shown <= SETTLING + 2 * MINUTE


def test_a_fault_that_is_not_overcome_is_told(on: Stage) -> None:
    """The failure names the fault, the operation and the command that repeats it."""
    endless = Fault(0, ({"path": "^/api/v2/users", "status": 401, "times": 1_000_000},))
    with pytest.raises(AssertionError, match=r"endless; change roles\. Again: python -m"):
        recovery(on, "endless", "change roles", row=endless)
