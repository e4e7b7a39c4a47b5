"""`import_ms`: what a cold start imports, of the artefact that is deployed."""

import os
import platform
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from bench.figures import Figure, at_most, paired
from local.stack import ROOT
from tools.artefact import foreign_libraries, starts, without_network
from tools.build import BUILT
from tools.interpreter import lambda_python

ROUNDS = 9
LIMITS = defaultdict(lambda: 1.5, {"ApiFunction": 1.8, "AcceptFunction": 1.8})
ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64", "x86_64": "x86_64"}
BASE, FULL = "boto3_client", "full_stack"
_YARDSTICKS = {
    BASE: "import boto3; boto3.client('dynamodb')",
    FULL: """
import boto3, httpx, jinja2
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, idempotent
from pydantic import BaseModel, EmailStr
for service in ("dynamodb", "sqs", "sesv2"):
    boto3.client(service)
app = APIGatewayHttpResolver(enable_validation=True)
class Body(BaseModel):
    email: EmailStr
""",
}
_TIMED = "import time; started = time.process_time()\n{}\nprint((time.process_time() - started) * 1000)"

Program = tuple[str, Mapping[str, str]]


def measure() -> Figure:
    """Import each handler module of the build in a fresh process, in turn with the yardsticks.

    Raises:
        FileNotFoundError, ValueError: no Python 3.13, nothing built, or for another machine.
    """
    python = lambda_python(os.environ)
    if python is None or not (ROOT / BUILT / "template.yaml").is_file():
        raise FileNotFoundError("import_ms needs a Python 3.13 and what `make build` makes with it")
    if foreign := foreign_libraries(ROOT / BUILT, ARCHITECTURES[platform.machine()]):
        raise ValueError(f"{foreign[0]} is another machine's; `make bench` builds for this one")
    compiled = _milliseconds(_programs(_copied("compiled", bytecode=True)), python)
    plain = _programs(_copied("as_built", bytecode=False))
    as_built = _milliseconds({name: plain[name] for name in plain if name not in _YARDSTICKS}, python)
    ratios = {name: paired(found, compiled[BASE]) for name, found in compiled.items()}
    functions = [name for name in compiled if name not in _YARDSTICKS]
    return Figure(
        "import_ms",
        f"CPU milliseconds of a handler module in a fresh process of {python.name} on {platform.machine()}, "
        f"with the bytecode that `make build` adds and as SAM built it, medians of {ROUNDS}; x: over one "
        "boto3 client",
        {
            "compiled": _medians(compiled),
            "as_built": _medians(as_built),
            "over_boto3_client": {name: round(ratio, 2) for name, ratio in ratios.items()},
            "python": platform_of(python),
        },
        [
            ("", "ms", "x", "as built, ms"),
            *(
                (
                    name,
                    round(median(found)),
                    ratios[name],
                    round(median(as_built[name])) if name in as_built else "",
                )
                for name, found in compiled.items()
            ),
        ],
        [at_most(f"{name} over {BASE}", round(ratios[name], 2), LIMITS[name]) for name in functions],
    )


def platform_of(python: Path) -> str:
    """Return the version of an interpreter, as `Python 3.13.0`."""
    return subprocess.run([python, "-V"], check=True, capture_output=True, text=True).stdout.strip()


def _copied(name: str, *, bytecode: bool) -> Path:
    """Copy the build, since another may begin, with or without its bytecode."""
    folder = ROOT / "build" / name
    shutil.rmtree(folder, ignore_errors=True)
    ignored = None if bytecode else shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(ROOT / BUILT, folder, ignore=ignored))


def _programs(built: Path) -> dict[str, Program]:
    layers = without_network(built)
    yardsticks = {name: (program, layers) for name, program in _YARDSTICKS.items()}
    handlers = {name: (f"import {start.module}", start.environment) for name, start in starts(built).items()}
    return yardsticks | handlers


def _milliseconds(programs: Mapping[str, Program], python: Path) -> dict[str, list[float]]:
    """Run all of them in turn, round by round; the first round only warms the disk's cache."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(1 + ROUNDS):
        for name, (program, environment) in programs.items():
            command = [str(python), "-S", "-B", "-c", _TIMED.format(program)]
            done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
            found[name].append(float(done.stdout))
    return {name: milliseconds[1:] for name, milliseconds in found.items()}


def _medians(found: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: round(median(milliseconds), 1) for name, milliseconds in found.items()}
