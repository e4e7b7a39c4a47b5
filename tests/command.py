"""The command line as tests run it: `main` with an environment of its own, and what it printed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from guestlist.cli import main
from local.people import Api
from local.stack import Stack


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    status: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401 (JSON)
        """Return what was printed."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[str]:
        """The lines of a table, without its head."""
        return self.out.splitlines()[1:]


Guestlist = Callable[..., Ran]
Printed = pytest.CaptureFixture[str]


def environment(stack: Stack, api: Api) -> dict[str, str]:
    """Return the environment of somebody who has a token."""
    return {"GUESTLIST_API": stack.api, "GUESTLIST_TOKEN": api.headers["authorization"].split()[1]}


def runner(monkeypatch: pytest.MonkeyPatch, capsys: Printed, **environ: str) -> Guestlist:
    """Return the command `guestlist` in this environment, as words."""

    def run(*words: str) -> Ran:
        with monkeypatch.context() as here:
            for name in ("API", "TOKEN", "ISSUER", "CLIENT_ID", "CLIENT_SECRET", "AUDIENCE", "DOOR"):
                here.delenv(f"GUESTLIST_{name}", raising=False)
            for name, value in environ.items():
                here.setenv(name, value)
            capsys.readouterr()
            try:
                status = main(words)
            except SystemExit as ended:  # argparse's own way of refusing
                status = int(ended.code or 0)
            return Ran(status, *capsys.readouterr())

    return run
