"""Look-ups of TXT records, against a name server on this machine."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from guestlist.clock import clock
from guestlist.errors import DnsUnavailable
from guestlist.resolver import PATIENCE, resolver
from local.zone import Zone

NAME = "_challenge.clinic.example"


@pytest.fixture
def zone() -> Iterator[Zone]:
    """Return a zone without a name in it."""
    with Zone() as started:
        yield started


def test_a_name_has_its_texts(zone: Zone) -> None:
    """Each as one, however it was cut on the wire; not ASCII alone."""
    zone[NAME] = ["one", "x" * 600, "zwölf", ""]
    assert sorted(resolver(zone.address)(NAME)) == sorted(zone[NAME])


def test_a_name_that_is_not_there_has_none(zone: Zone) -> None:
    """As one that has other records alone."""
    zone[NAME] = []
    look_up = resolver(zone.address)
    assert [look_up(NAME), look_up("nowhere.example")] == [[], []]


def test_a_name_is_not_looked_for_elsewhere(zone: Zone) -> None:
    """No search list is walked, and case does not matter."""
    zone[NAME] = ["one"]
    assert resolver(zone.address)(f"{NAME.upper()}.") == ["one"]


def test_a_broken_server_is_unavailable(zone: Zone) -> None:
    """It says that it cannot tell, which is not that there is nothing."""
    zone.broken.add(NAME)
    with pytest.raises(DnsUnavailable):
        resolver(zone.address)(NAME)


def test_a_silent_server_is_given_up(zone: Zone) -> None:
    """In all, in not much more than the time that is meant for it."""
    zone.silent.add(NAME)
    began = clock.source()
    with pytest.raises(DnsUnavailable):
        resolver(zone.address)(NAME)
    assert clock.source() - began < PATIENCE + 3


def test_who_asks_nothing_imports_nothing() -> None:
    """A cold start does not pay for the library."""
    program = "import sys, guestlist.resolver as r; r.resolver(); print(any(m == 'dns' for m in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
