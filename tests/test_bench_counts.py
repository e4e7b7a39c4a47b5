"""The figures that are counts hold in every run of the tests; `make bench` measures the others, too."""

from collections.abc import Iterator

import pytest

from bench import provision_calls, removal
from bench.auth0_calls import WANTED, of_guestlist
from bench.figures import Figure, at_most, paired
from bench.lost_updates import shared_out
from bench.meter import Index, size
from bench.world import World, world


@pytest.fixture(scope="module")
def ours() -> Iterator[World]:
    """Return a stack of this file's own: its workers are stopped and started."""
    with world() as running:
        yield running


def test_each_operation_asks_of_auth0_what_is_promised(ours: World) -> None:
    """Twenty changes that wait together are one call."""
    counts = of_guestlist(ours)
    assert {name: counts[name] for name in WANTED} == WANTED


@pytest.mark.parametrize("kind", removal.WANTED)
def test_a_removal_keeps_its_word(kind: str, ours: World) -> None:
    """Two calls at most, and no token outlives the receipt, however fast somebody refreshes meanwhile."""
    found = removal.of_kind(ours, kind, 1)
    assert [bound for bound in removal.bounds(kind, found) if not bound.holds] == []


def test_each_kind_is_opened_and_one_shut_by_the_calls_that_are_promised(ours: World) -> None:
    """Three for a connection, two for each list, and as many for the door whatever there is to shut."""
    counts = {name: len(made) for name, made in provision_calls.of_kinds(ours).items()}
    assert counts == provision_calls.WANTED


def test_each_change_is_dealt_to_one_writer() -> None:
    """Every pair of a user and an organization is there once."""
    work = shared_out(["ann", "ben"], ["a", "b", "c"], writers=4, changes=6)
    assert len(work) == 4
    assert sorted(change for own in work for change in own) == [
        (email, organization) for email in ("ann", "ben") for organization in ("a", "b", "c")
    ]


def test_an_index_costs_where_its_entry_changes() -> None:
    """Nothing, one entry, or an old one and a new one."""
    index = Index(("due_shard", "due"), whole=False)
    plain = {"pk": {"S": "USER#1"}, "sk": {"S": "USER"}}
    due = {**plain, "due_shard": {"S": "DUE#1"}, "due": {"N": "7"}}
    assert index.units({}, plain) == 0
    assert index.units(due, {**due, "version": {"N": "2"}}) == 0
    assert index.units(plain, due) == index.units(due, plain) == 1
    assert index.units(due, {**due, "due": {"N": "8"}}) == 2


def test_an_items_size_is_that_of_its_names_and_values() -> None:
    """Text by its bytes in UTF-8, numbers by two digits a byte, a list by three and its own."""
    assert size({"a": {"S": "é"}, "n": {"N": "1234"}, "l": {"L": [{"S": "x"}]}}) == 3 + 4 + 6


def test_a_figure_says_whether_its_bounds_hold() -> None:
    """One that is missed is told by name."""
    figure = Figure("figure", "what it is.", {}, [("", "ms"), ("a", 2.5)], [at_most("a", 2.5, 2)])
    assert not figure.holds
    assert list(figure.lines())[1:] == ["         ms", "    a  2.50", "  MISSED  a: 2.50, at most 2"]
    assert paired([2, 4, 9], [1, 2, 3]) == 2
