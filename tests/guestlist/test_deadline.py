"""Deadlines, one within another."""

from collections.abc import Iterator

import pytest

from guestlist.clock import clock
from guestlist.deadline import remaining, within


@pytest.fixture
def jump() -> Iterator[list[float]]:
    """A time that the test sets ahead, while the steady seconds pass as ever."""
    ahead, before = [0.0], clock.source
    clock.source = lambda: before() + ahead[0]
    yield ahead
    clock.source = before


def test_who_was_frozen_past_the_deadline_has_nothing_left(jump: list[float]) -> None:
    """The steady clock stood still meanwhile; the time did not."""
    with within(60):
        jump[0] = 3600
        assert remaining() == 0


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
