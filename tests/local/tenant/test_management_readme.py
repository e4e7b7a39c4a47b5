"""The table of operations in the tenant's README is the table of operations."""

import re
from pathlib import Path

from local.tenant.management.api import OPERATIONS
from tests.local.tenant.recorded.extract import kept

README = Path(__file__).parents[3] / "local" / "tenant" / "README.md"
ROW = re.compile(
    r"^\| `(GET|POST|PUT|PATCH|DELETE) (/[^_`][^`]*)` \| (recorded|documented|assumed)", re.MULTILINE
)


def test_every_operation_is_told_with_its_source() -> None:
    """None is left out, none invented."""
    told = [(method, path) for method, path, _ in ROW.findall(README.read_text())]
    assert sorted(told) == sorted((operation.method, operation.path) for operation in OPERATIONS)


def test_what_is_called_recorded_was_recorded() -> None:
    """And what was recorded is called so."""
    told = {
        f"{method} {path}" for method, path, source in ROW.findall(README.read_text()) if source == "recorded"
    }
    assert told == {fact["call"] for fact in kept()["recorded"]}
