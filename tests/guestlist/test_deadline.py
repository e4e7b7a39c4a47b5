"""Deadlines, one within another."""

from guestlist.deadline import remaining, within


def test_a_deadline_within_another_ends_with_it() -> None:
    """A call's own seconds never outlast those of the work that it is a part of."""
    with within(1), within(60):
        assert remaining() <= 1


def test_a_deadline_within_a_longer_one_is_over_with_its_block() -> None:
    """Then the longer one counts again."""
    with within(60):
        with within(1):
            assert remaining() <= 1
        assert 1 < remaining() <= 60
