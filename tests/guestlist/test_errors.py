"""The tree of errors: what stands in its docstring is what the API answers with."""

import re
from collections.abc import Iterator

import pytest

from guestlist import errors
from guestlist.errors import GuestlistError


def tree(root: type[GuestlistError]) -> Iterator[type[GuestlistError]]:
    for branch in root.__subclasses__():
        if branch.__module__ == errors.__name__:
            yield branch
            yield from tree(branch)


KINDS = list(tree(GuestlistError))


def test_the_drawing_is_the_tree() -> None:
    """The docstring draws every class, and nothing else."""
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert sorted(drawn) == sorted(kind.__name__ for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_status_and_code_are_as_drawn(kind: type[GuestlistError]) -> None:
    """Each class is drawn with its own code, and with its status where its parent's differs."""
    [line] = [
        drawn for drawn in (errors.__doc__ or "").splitlines() if re.search(rf"── {kind.__name__}\b", drawn)
    ]
    words = line.split()
    assert kind.status in {400, 401, 403, 404, 409, 412, 413, 422, 428, 429, 502, 503}
    if not kind.__subclasses__() or kind.code in words:
        assert kind.code in words
    for number in re.findall(r"\b\d{3}\b", line):
        assert int(number) == kind.status


def test_codes_are_stable_words_and_unique() -> None:
    """A program goes by the code, so no two kinds share one."""
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch("[a-z0-9_]+", code) for code in codes)


@pytest.mark.parametrize("kind", KINDS)
def test_a_title_is_a_sentence(kind: type[GuestlistError]) -> None:
    """What a person reads is a sentence of its own."""
    assert re.fullmatch(r"[A-Z].*\.", kind.title)
