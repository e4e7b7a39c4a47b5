"""The tests can fail: what is wrong on purpose is caught."""

import pytest

from tests.robustness import mutants


@pytest.mark.parametrize("name", mutants.names())
def test_each_mutant_can_still_be_made(name: str) -> None:
    """Its patch applies to the package as it is."""
    with mutants.mutant(name) as folder:
        assert (folder / "guestlist" / "projection.py").is_file()


def test_a_mutant_is_caught() -> None:
    """By the line that holds Auth0 against the table; `make prove` hunts them all."""
    caught = mutants.catch("snapshot_by_query")
    assert caught.by.startswith(("doorstep.py:", "profiles.py:")), caught.told
    assert "again: python -m tests.robustness.races" in caught.told
