"""Measures every figure, prints it, writes build/bench.json; 1 if a bound is missed.

`python -m bench [FIGURE ...]` measures these alone, and then writes nothing.
"""

import argparse
import json
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from bench.figures import Figure
from local.environment import variables
from local.stack import ROOT

FIGURES = (
    "auth0_calls",
    "provision_calls",
    "suspend_calls",
    "removal",
    "lost_updates",
    "import_ms",
    "request",
    "door_us",
    "cost_per_million_invites_usd",
)
WRITTEN = ROOT / "build" / "bench.json"


def main() -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("figure", nargs="*", metavar="FIGURE", help=", ".join(FIGURES))
    names = parser.parse_args().figure or FIGURES
    if unknown := set(names) - set(FIGURES):
        parser.error(f"no figure {', '.join(sorted(unknown))}")
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, one shared machine: compare the ratios")
    # The functions log each request otherwise, between the figures.
    with variables({"POWERTOOLS_LOG_LEVEL": "WARNING"}):
        figures = [_measured(name) for name in names]
    if names == FIGURES:
        WRITTEN.parent.mkdir(exist_ok=True)
        WRITTEN.write_text(json.dumps(_document(figures), indent=1, ensure_ascii=False) + "\n", "utf-8")
    missed = [bound.text for figure in figures for bound in figure.bounds if not bound.holds]
    print(f"\n{len(missed)} bounds are missed" if missed else "\nEvery bound holds")
    return 1 if missed else 0


def _measured(name: str) -> Figure:
    figure: Figure = import_module(f"bench.{name}").measure()
    print("", *figure.lines(), sep="\n", flush=True)
    return figure


def _document(figures: list[Figure]) -> dict[str, Any]:
    return {
        "taken": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": platform.machine(),
        "python": platform.python_version(),
        **{figure.name: figure.values for figure in figures},
        "says": {figure.name: figure.says for figure in figures},
        "bounds": {figure.name: [vars(bound) for bound in figure.bounds] for figure in figures},
    }


if __name__ == "__main__":
    sys.exit(main())
