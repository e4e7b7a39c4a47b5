"""The stack of the tests in this folder: one whose function `door` may not change Actions."""

from collections.abc import Iterator

import pytest

from local.stack import Stack


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Return a stack whose function `door` may not change Actions."""
    with Stack(parameters={"MayChangeActions": "false"}) as started:
        yield started
