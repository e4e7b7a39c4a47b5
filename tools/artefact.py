"""A look at what was built: for the right machine, whole, and ready to start."""

import platform
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.template import Template

_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
# `e_machine` of an ELF header, two bytes from the eighteenth on.
_ELF_MACHINES = {"arm64": 183, "x86_64": 62}
_GIVEN = {
    "Auth0Url": "https://tenant.example",
    "Auth0Issuer": "https://tenant.example/",
    "ApiAudience": "https://api.example",
    "ClaimsNamespace": "https://claims.example",
    "ApplicationName": "Application",
    "ApplicationLoginUrl": "https://app.example/login?organization={organization}",
    "ApplicationClientId": "client",
    "SelfServiceProfile": "profile",
    "LinkOrigin": "https://links.example",
    "MailFrom": "mail@links.example",
}
_NO_NETWORK = {
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
}
_START = "import importlib, sys; getattr(importlib.import_module(sys.argv[1]), sys.argv[2])"


@dataclass(frozen=True)
class Start:
    """A function's handler, and the variables of a process that imports it as a cold start does."""

    module: str
    attribute: str
    environment: Mapping[str, str]


def foreign_libraries(built: Path, architecture: str) -> list[Path]:
    """Return the extension modules that are for another machine than `architecture`."""
    libraries = sorted(built.rglob("*.so"))
    return [path.relative_to(built) for path in libraries if _machine(path) != _ELF_MACHINES[architecture]]


def _machine(library: Path) -> int:
    return int.from_bytes(library.read_bytes()[18:20], "little")


def started(built: Path, python: Path, architecture: str) -> list[str]:
    """Import every handler as a cold start does; return the functions, or none on a foreign machine.

    Raises:
        CalledProcessError: one did not start, and has said why.
    """
    if platform.machine() != _MACHINES[architecture]:
        return []
    found = starts(built)
    for start in found.values():
        command = [str(python), "-s", "-c", _START, start.module, start.attribute]
        subprocess.run(command, env=start.environment, check=True)  # noqa: S603 (the Python that built it)
    return list(found)


def starts(built: Path) -> dict[str, Start]:
    """Return how each function of a build starts, by its logical id."""
    template = Template.load(built / "template.yaml", _GIVEN)
    template = template.given({found.name: defaultdict(lambda: "made-up") for found in template.resources()})
    found = {}
    for name, function in template.functions().items():
        module, _, attribute = function.handler.rpartition(".")
        environment = {**function.environment, **without_network(built, built / function.code_uri)}
        found[name] = Start(module, attribute, environment)
    return found


def without_network(built: Path, *code: Path) -> dict[str, str]:
    """Return the variables with which a Python finds this code and a build's layers, and no AWS."""
    layers = [folder / "python" for folder in sorted(built.glob("*Layer"))]
    return {**_NO_NETWORK, "PYTHONPATH": ":".join(map(str, [*code, *layers]))}
