"""The tests can fail: mutants of `guestlist`, each a patch, and each to be caught by the races.

A mutant is made in a copy of the package in a temporary folder, which a process of its own imports.
`python -m tests.robustness.mutants [NAME]` tells how each is caught.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.stack import ROOT

PATCHES = Path(__file__).with_name("patches")
PACKAGE = ROOT / "layers" / "guestlist" / "guestlist"
SEEN = re.compile(r"\(([a-z_]+\.py:[0-9]+)\)")


@dataclass(frozen=True)
class Caught:
    """How a mutant fared; `by`: the line that saw it first, empty if none did."""

    name: str
    seconds: float
    by: str
    told: str
    """What the check said."""


def names() -> list[str]:
    """Return the mutants' names."""
    return sorted(patch.stem for patch in PATCHES.glob("*.patch"))


@contextmanager
def mutant(name: str) -> Iterator[Path]:
    """Make a copy of the package with one patch.

    Raises:
        CalledProcessError: the patch does not apply any more.
    """
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(PACKAGE, Path(folder) / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
        patch = PATCHES / f"{name}.patch"
        # Outside of any checkout, so that git takes the paths as they stand.
        apart = {**os.environ, "GIT_CEILING_DIRECTORIES": str(Path(folder).parent)}
        subprocess.run(["git", "apply", "--recount", patch], cwd=folder, env=apart, check=True)
        yield Path(folder)


def catch(name: str) -> Caught:
    """Hunt one mutant."""
    with mutant(name) as folder:
        started = time.perf_counter()
        found = subprocess.run(
            [sys.executable, "-m", "tests.robustness.races", "hunt"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - started
    if found.stderr:
        raise RuntimeError(found.stderr)
    seen = SEEN.search(found.stdout)
    return Caught(name, seconds, seen[1] if seen else "", found.stdout)


def run() -> list[Caught]:
    """Hunt them all, one after the other."""
    return [catch(name) for name in names()]


if __name__ == "__main__":
    for caught in map(catch, sys.argv[1:] or names()):
        sys.stdout.write(f"{caught.name}: {caught.seconds:.0f} s, by {caught.by}\n{caught.told}\n")
