"""The crowd in short; `python -m tests.robustness crowd` has it ask for two thousand things, with faults."""

from tests.robustness.crowd import PEOPLE, run


def test_what_real_processes_hear_can_be_put_in_order() -> None:
    """Two thousand are too many here; each of these is judged against the model, and so is every door."""
    found = run(80, faults=False, processes=2, people=PEOPLE[:2])
    assert found.operations >= 80
    assert found.failures == []
