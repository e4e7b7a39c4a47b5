"""The local tenant, held to what real tenants were recorded to answer."""

import pytest

from tests.local.tenant.recorded.conftest import Replayed
from tests.local.tenant.recorded.extract import FACTS, kept, listed
from tests.local.tenant.recorded.replay import heading

HEADINGS = sorted({heading(fact) for fact in kept()["recorded"]})


@pytest.mark.parametrize("call", HEADINGS)
def test_a_recorded_kind_of_request_is_answered_as_it_was(replayed: Replayed, call: str) -> None:
    """Status, fields, types and refusals; what differs is listed with its reason, neither more nor less."""
    expected = {name for name in listed("recorded") if name.startswith(f"{call}: ")}
    assert replayed.differences[call] == expected


def test_every_listed_difference_is_of_a_recorded_call() -> None:
    """None stays on the list after its recording is gone."""
    assert {name.partition(": ")[0] for name in listed("recorded")} <= set(HEADINGS)


def test_the_facts_are_small() -> None:
    """They can be read through; the recordings they come from have four megabytes."""
    assert FACTS.stat().st_size < 128_000
