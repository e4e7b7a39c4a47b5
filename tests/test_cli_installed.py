"""The command line by itself: requirements/cli.txt is enough, and pins what everything else pins."""

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from local.stack import ROOT

WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1].split():
            raise ModuleNotFoundError(name=name)
sys.meta_path.insert(0, Missing())
from guestlist import cli
sys.exit(cli.main(sys.argv[2:]))
"""


def pins(name: str) -> set[str]:
    """Return what a file of requirements pins."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}


def test_it_pins_what_everything_else_pins() -> None:
    """One version of each package, wherever it is installed."""
    assert pins("requirements/cli.txt") <= pins("requirements/dev.txt")


def test_nothing_else_is_needed(tmp_path: Path) -> None:
    """Without any other package it says what is wrong with a file, by all that it is made of."""
    installed = {pin.partition("==")[0] for pin in pins("requirements/cli.txt")}
    found = packages_distributions().items()
    others = {name for name, by in found if not {one.lower().replace("_", "-") for one in by} & installed}
    (tmp_path / "clinicA.yaml").write_text("id: clinicA\nname: A\nallowed_domains: [x]\n")
    environ = {"GUESTLIST_API": "http://localhost", "GUESTLIST_TOKEN": "x"}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, " ".join(others - {"guestlist"}), "plan", str(tmp_path)],
        env={**environ, "PYTHONPATH": str(ROOT / "layers/guestlist")},
        capture_output=True,
        text=True,
        check=False,
    )
    said = f"{tmp_path}/clinicA.yaml:3: allowed_domains.0: is not a domain that an email address can have\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
