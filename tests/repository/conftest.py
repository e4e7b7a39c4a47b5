"""A stack of their own for tests that read all organizations: elsewhere there are hundreds."""

from collections.abc import Iterator

import pytest

from local.people import Api
from local.stack import Stack
from tests.minted import EVERYTHING, caller


@pytest.fixture(scope="module")
def stack(stack: Stack) -> Iterator[Stack]:  # noqa: ARG001 (is there first)
    """Return a stack whose organizations are this file's."""
    with Stack() as own:
        yield own


@pytest.fixture
def operator(stack: Stack) -> Iterator[Api]:
    """Return somebody who may do everything there."""
    with caller(stack, permissions=EVERYTHING) as api:
        yield api
