"""A figure: what it is, what was measured, and whether its bounds hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Bound:
    """A promise, with what was found, and whether it holds."""

    text: str
    holds: bool


@dataclass(frozen=True)
class Figure:
    """One figure. `says` is what it is, in one sentence with its units; the first of `rows` is their head."""

    name: str
    says: str
    values: Mapping[str, Any]
    rows: Sequence[Sequence[object]]
    bounds: Sequence[Bound]

    @property
    def holds(self) -> bool:
        """Whether all of its bounds hold."""
        return all(bound.holds for bound in self.bounds)

    def lines(self) -> Iterator[str]:
        """Yield it as text: a sentence, a table, the bounds."""
        yield f"{self.name}: {self.says}"
        cells = [[_text(cell) for cell in row] for row in self.rows]
        widths = [max(map(len, column)) for column in zip_longest(*cells, fillvalue="")]
        for first, *others in cells:
            columns = [first.ljust(widths[0])]
            columns += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=False)]
            yield f"    {'  '.join(columns)}".rstrip()
        for bound in self.bounds:
            yield f"  {'holds ' if bound.holds else 'MISSED'}  {bound.text}"


def at_most(what: str, found: float, limit: float) -> Bound:
    """Return the bound that a number is no more than its limit."""
    return Bound(f"{what}: {_text(found)}, at most {_text(limit)}", found <= limit)


def equal(what: str, found: object, wanted: object) -> Bound:
    """Return the bound that something is just as it should be."""
    return Bound(f"{what}: {found}, exactly {wanted}", found == wanted)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of all values does not pass."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def paired(values: Sequence[float], others: Sequence[float]) -> float:
    """Return the median ratio of values taken in pairs, which a machine's changing speed leaves alone."""
    return median(value / other for value, other in zip(values, others, strict=True))


def _text(cell: object) -> str:
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)
