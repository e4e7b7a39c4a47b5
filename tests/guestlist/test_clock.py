"""Time and the ids that follow it."""

import re

from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from guestlist.clock import Clock, rfc3339
from guestlist.ids import ordered_id, random_id


def test_time_is_in_whole_seconds() -> None:
    """Fractions are cut off, not rounded up: nothing is over before its time."""
    assert Clock(lambda: 1_790_000_000.999).now() == 1_790_000_000


def test_time_is_written_as_rfc_3339() -> None:
    """Seconds are shown in UTC."""
    assert rfc3339(1_790_000_000) == "2026-09-21T14:13:20Z"


@given(st.integers(0, 4_000_000_000), st.integers(0, 4_000_000_000))
def test_written_times_sort_as_times_do(one: int, other: int) -> None:
    """The texts can be compared in place of the seconds."""
    assert (one < other) == (rfc3339(one) < rfc3339(other))


def test_ids() -> None:
    """An ordered id is a ULID; a random one has the form of Auth0's own."""
    assert str(ULID.from_str(ordered_id()))
    assert re.fullmatch("[0-9a-f]{24}", random_id())
    assert len({random_id() for _ in range(1_000)}) == 1_000
