"""The build's own parts, without SAM."""

import sys
from pathlib import Path

import pytest

from tools.artefact import foreign_libraries
from tools.interpreter import lambda_python

# Answers the trial as a 3.13 does; any argument is fine.
RUNS = "#!/bin/sh\nexit 0\n"
SHIM = "#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n"


def _python(folder: Path, script: str) -> Path:
    folder.mkdir(parents=True)
    python = folder / "python3.13"
    python.write_text(script)
    python.chmod(0o755)
    return python


def test_a_python_on_path_is_taken(tmp_path: Path) -> None:
    python = _python(tmp_path / "bin", RUNS)
    environment = {"PATH": f"{tmp_path}/absent:{tmp_path}/bin", "PYENV_ROOT": str(tmp_path)}
    assert lambda_python(environment) == python


def test_a_shim_that_does_not_run_is_passed_over_for_pyenvs_version(tmp_path: Path) -> None:
    """The shim has the name whether or not pyenv was told to use that version."""
    _python(tmp_path / "shims", SHIM)
    python = _python(tmp_path / "versions/3.13.7/bin", RUNS)
    assert lambda_python({"PATH": f"{tmp_path}/shims", "PYENV_ROOT": str(tmp_path)}) == python


def test_pyenv_is_asked_for_its_root(tmp_path: Path) -> None:
    python = _python(tmp_path / "root/versions/3.13.0/bin", RUNS)
    pyenv = _python(tmp_path / "bin", f"#!/bin/sh\necho {tmp_path}/root\n").rename(tmp_path / "bin/pyenv")
    assert lambda_python({"PATH": str(pyenv.parent)}) == python


@pytest.mark.skipif(sys.version_info[:2] == (3, 13), reason="this Python is the one that is looked for")
def test_another_python_of_that_name_is_none(tmp_path: Path) -> None:
    """It is asked which it is."""
    _python(tmp_path / "bin", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    assert lambda_python({"PATH": f"{tmp_path}/bin", "PYENV_ROOT": str(tmp_path)}) is None


def test_a_library_of_the_other_machine_is_found(tmp_path: Path) -> None:
    """By its ELF header: a name need not tell."""
    for name, machine in (("intel", 62), ("arm", 183)):
        (tmp_path / f"{name}.so").write_bytes(b"\x7fELF".ljust(18, b"\0") + bytes([machine, 0]))
    assert foreign_libraries(tmp_path, "arm64") == [Path("intel.so")]
    assert foreign_libraries(tmp_path, "x86_64") == [Path("arm.so")]
