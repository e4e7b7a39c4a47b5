"""docs/organizations-by-repository.md says what the commands do: its file, its workflow, its lines."""

import re
import shlex
from pathlib import Path
from typing import Any

import yaml

from guestlist import cli
from guestlist.client import Settings
from guestlist.repository_files import read_folder
from guestlist.repository_schema import HEAD
from local.stack import ROOT
from tests.repository_setup import folder_of

PAGE = (ROOT / "docs/organizations-by-repository.md").read_text(encoding="utf-8")
[FILE, WORKFLOW] = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def jobs() -> dict[str, Any]:
    """Return the workflow's jobs."""
    return dict(yaml.safe_load(WORKFLOW)["jobs"])


def test_its_file_can_be_read(tmp_path: Path) -> None:
    """As it stands there, with the line that editors find the schema by."""
    [stated] = read_folder(Path(folder_of(tmp_path, {"clinicA.yaml": FILE})))
    assert (stated.id, FILE.startswith(HEAD)) == ("clinicA", True)


def test_its_commands_can_be_typed() -> None:
    """Those of the workflow among them."""
    lines = re.findall(
        r"(?:^ {4}|^ +run: |^ {10}|`)(guestlist [a-z]+ organizations/[^>`\n]*)", PAGE, re.MULTILINE
    )
    assert len(lines) == 6
    for line in lines:
        assert cli.parser().parse_args(shlex.split(line)[1:]).folder == "organizations/"


def test_its_workflow_says_who_calls() -> None:
    """Each job that calls the API has all that a system needs, and neither has the other's secret."""
    shared = yaml.safe_load(WORKFLOW)["env"]
    secrets = set[str]()
    for name, job in jobs().items():
        [step] = [step for step in job["steps"] if step.get("name") == name.title()]
        environ = dict.fromkeys(shared | step["env"], "https://guestlist.example")
        assert Settings.of(environ).grant["client_id"]
        secrets.add(step["env"]["GUESTLIST_CLIENT_SECRET"])
    assert len(secrets) == 2
