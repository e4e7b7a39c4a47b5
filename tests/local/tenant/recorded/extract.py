"""Writes the facts: `AUTH0_GROUND_TRUTH=<folder> python -m tests.local.tenant.recorded.extract`.

The folder holds recordings of real tenants (`*.jsonl`) and `management-api.openapi.json`. Nothing of theirs
is copied but names, types, statuses, codes and the messages of refusals.
"""

import json
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

from local.tenant.management.api import OPERATIONS
from tests.local.tenant.recorded.description import Description
from tests.local.tenant.recorded.recordings import facts as recorded

VARIABLE = "AUTH0_GROUND_TRUTH"
FACTS = Path(__file__).with_name("facts.json")
DIFFERENCES = Path(__file__).with_name("differences.toml")
Facts = dict[str, list[dict[str, Any]]]


def folder() -> Path | None:
    """Return the folder of the ground truth, where the variable names one."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def extracted(source: Path) -> Facts:
    """Return all facts of a folder."""
    description = Description(source)
    return {"recorded": recorded(source), "described": [description.facts(one) for one in OPERATIONS]}


def kept() -> Facts:
    """Return the facts that are committed."""
    facts: Facts = json.loads(FACTS.read_text("utf-8"))
    return facts


def listed(table: str) -> set[str]:
    """Return the differences that are listed, each with its reason, in a table of the list."""
    groups = tomllib.loads(DIFFERENCES.read_text("utf-8"))[table]
    return {name for group in groups for name in group["names"]}


def main() -> int:
    """Write the facts anew."""
    source = folder()
    if source is None:
        sys.stderr.write(f"{VARIABLE} names no folder.\n")
        return 2
    FACTS.write_text(json.dumps(extracted(source), indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
