"""What the story does when something is not as told."""

import os

import httpx
import pytest

from local.program import broke, readable
from local.telling import together


def test_the_error_of_one_of_several_is_raised() -> None:
    """Its own, not what comes of its absence."""
    with pytest.raises(ZeroDivisionError):
        together(lambda: 1, lambda: 1 // 0)


def test_what_each_came_to_is_returned_in_order() -> None:
    assert together(lambda: 1, lambda: 2) == [1, 2]


def test_any_error_is_told_in_one_line_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever its text looks like."""
    assert broke("Line 3", httpx.ConnectError("no\n  connection")) == 1
    assert capsys.readouterr().err == (
        "\nLine 3 broke: ConnectError: no connection\n"
        "With GUESTLIST_TRACEBACK=1 in the environment the traceback is shown here.\n"
    )


def test_an_error_is_told_with_the_last_line_of_ours_that_it_came_by() -> None:
    """A KeyError alone says too little."""
    try:
        together(lambda: os.environ["LOCATION"])
    except KeyError as error:
        told = readable(error)
    assert told.startswith("KeyError: 'LOCATION' (tests/local/test_telling.py, line ")
