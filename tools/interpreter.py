"""Finds a Python 3.13, the one that the functions run on; this machine's own may be another."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

NAME = "python3.13"
_TRIAL = "import pip, sys; sys.exit(sys.version_info[:2] != (3, 13))"
_TRIAL_SECONDS = 30


def lambda_python(environment: Mapping[str, str]) -> Path | None:
    """Return a 3.13 with pip, on PATH or among pyenv's versions, or None."""
    return next((found for found in _candidates(environment) if _runs(found, environment)), None)


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    folders = [Path(folder) for folder in environment.get("PATH", "").split(":") if folder]
    root = environment.get("PYENV_ROOT") or _pyenv_root(environment)
    if root:
        folders += [version / "bin" for version in sorted(Path(root, "versions").glob("3.13*"))]
    return (folder / NAME for folder in folders if (folder / NAME).is_file())


def _pyenv_root(environment: Mapping[str, str]) -> str:
    pyenv = shutil.which("pyenv", path=environment.get("PATH", ""))
    if pyenv is None:
        return ""
    command = [pyenv, "root"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(environment))  # noqa: S603 (pyenv's own)
    return told.stdout.strip()


def _runs(python: Path, environment: Mapping[str, str]) -> bool:
    """Try it: a shim of pyenv's bears the name whether or not a version is chosen."""
    command = [str(python), "-c", _TRIAL]
    try:
        trial = subprocess.run(  # noqa: S603 (a Python by its name)
            command, capture_output=True, check=False, env=dict(environment), timeout=_TRIAL_SECONDS
        )
    except OSError:
        return False
    return trial.returncode == 0
