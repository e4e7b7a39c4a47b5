"""The crowd in short; `python -m tests.robustness crowd` has it ask for two thousand things, with faults."""

from tests.robustness.crowd import run


def test_what_real_processes_hear_can_be_put_in_order() -> None:
    """Two thousand are too many here; each of these is judged against the model, and so is every door."""
    found = run(120, faults=False)
    assert found.operations >= 120
    assert found.failures == []
