"""One part of what is shown over HTTP: `python -m tests.robustness stories 200`; `prove` runs all of it."""

import argparse
import os
import pprint
import sys
from collections.abc import Callable
from typing import Any

from tests.robustness import crowd, faults, outage, stories

os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "CRITICAL")
PARTS: dict[str, tuple[Callable[..., Any], Callable[[str], float] | None, str]] = {
    "crowd": (crowd.run, int, "how many operations"),
    "faults": (faults.run, None, ""),
    "outage": (outage.run, float, "the seconds between two requests"),
    "stories": (stories.run, int, "how many stories"),
}


def main() -> None:
    """Run the part that was named and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.robustness", description=__doc__)
    parts = parser.add_subparsers(dest="part", required=True)
    for name, (_, number, what) in PARTS.items():
        part = parts.add_parser(name)
        if number:
            part.add_argument("number", type=number, nargs="?", help=what)
    asked = vars(parser.parse_args())
    run = PARTS[asked["part"]][0]
    given = asked.get("number")
    pprint.pp(run(given) if given else run(), stream=sys.stdout)


if __name__ == "__main__":
    main()
