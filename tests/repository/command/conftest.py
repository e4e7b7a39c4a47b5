"""The command line of an API that answers as it is told, for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.command import Guestlist, Printed, runner
from tests.repository_setup import Organizations


@pytest.fixture
def guestlist(
    organizations: Organizations, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> Iterator[Guestlist]:
    """Return the command line of this API."""
    with organizations.served() as environ:
        yield runner(monkeypatch, capsys, **environ)
