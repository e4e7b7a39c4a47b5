"""`sam local invoke` of each function, as docs/deploy.md says it."""

import json
import os
import platform
import re
import shutil
import subprocess

import pytest

from local.intrinsics import parse
from local.stack import ROOT

SAM = ROOT / ".venv-sam/bin/sam"
TOLD = dict(
    re.findall(
        r"^    sam local invoke (\w+) -e (events/\S+\.json)$",
        (ROOT / "docs/deploy.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
)
ARCHITECTURE = "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"
WITHOUT_AWS = {"ApiFunction": 200, "AcceptFunction": 404}


def unable() -> str:
    """Return why functions cannot run in containers here, or nothing."""
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "info"], check=False, capture_output=True).returncode:
        return "no container engine runs here"
    if not SAM.exists() or not (ROOT / ".aws-sam/build/template.yaml").exists():
        return f"nothing is built: make build ARCHITECTURE={ARCHITECTURE}"
    return ""


def test_the_readme_tells_of_every_function() -> None:
    """Each function has its line, with an event of its own folder that exists."""
    resources = parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Resources"]
    functions = {name for name, found in resources.items() if found["Type"] == "AWS::Serverless::Function"}
    assert TOLD.keys() == functions
    assert all((ROOT / event).is_file() for event in TOLD.values())


@pytest.mark.parametrize("function", TOLD)
def test_a_function_runs_in_lambdas_image(function: str) -> None:
    """It starts there, and answers where it needs nothing of AWS."""
    if why := unable():
        pytest.skip(why)
    command = [SAM, "local", "invoke", function, "-e", TOLD[function]]
    overrides = ["--parameter-overrides", f"Architecture={ARCHITECTURE}"]
    keys = {
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    ran = subprocess.run(
        [*command, *overrides],
        cwd=ROOT,
        env={**os.environ, **keys, "SAM_CLI_TELEMETRY": "0"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert "Runtime.ImportModuleError" not in ran.stdout + ran.stderr
    assert "missing in the environment" not in ran.stdout + ran.stderr
    if function in WITHOUT_AWS:
        assert json.loads(ran.stdout)["statusCode"] == WITHOUT_AWS[function]
