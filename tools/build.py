"""Builds what is deployed into .aws-sam/build: `sam build`, then bytecode, then a look at the outcome.

SAM ships no bytecode, and Lambda's disk is read-only: every cold start would compile everything.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tools.artefact import foreign_libraries, started
from tools.interpreter import NAME, lambda_python

ROOT = Path(__file__).parent.parent
BUILT = Path(".aws-sam", "build")
SAM = ROOT / ".venv-sam" / "bin" / "sam"
ABSENT = f"NOT BUILT: no {NAME} (with pip) runs on this machine, neither on PATH nor among pyenv's versions."


def main() -> int:
    """Build, and return 0 for a process that went well."""
    parser = argparse.ArgumentParser(prog="python -m tools.build", description=__doc__)
    parser.add_argument("--architecture", choices=["arm64", "x86_64"], default="arm64")
    parser.add_argument("--where-possible", action="store_true", help=f"no error where there is no {NAME}")
    arguments = parser.parse_args()
    python = lambda_python(os.environ)
    if python is None:
        sys.stderr.write(f"{ABSENT}\n")
        return 0 if arguments.where_possible else 1
    build(python, arguments.architecture)
    if foreign := foreign_libraries(ROOT / BUILT, arguments.architecture):
        sys.stderr.write(f"Not for {arguments.architecture}: {', '.join(map(str, foreign))}\n")
        return 1
    functions = started(ROOT / BUILT, python, arguments.architecture)
    how = f"started: {', '.join(functions)}" if functions else "not started, it is another machine's"
    sys.stdout.write(f"Built for {arguments.architecture} with {python}; {how}\n")
    return 0


def build(python: Path, architecture: str) -> None:
    """Run `sam build` with this Python first on PATH, and compile what it made.

    Raises:
        CalledProcessError: either failed, and has said why.
    """
    environment = os.environ | {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", "eu-central-1"),
    }
    parameters = f"Architecture={architecture}"
    commands = [
        [str(SAM), "build", "--parameter-overrides", parameters],
        [
            str(python),
            "-m",
            "compileall",
            "-q",
            "-j",
            "0",
            "--invalidation-mode",
            "unchecked-hash",
            str(BUILT),
        ],
    ]
    for command in commands:
        subprocess.run(command, cwd=ROOT, env=environment, check=True)  # noqa: S603 (ours, from above)


if __name__ == "__main__":
    sys.exit(main())
