"""The script's process: `bench/script.py` in the environment that has auth0-python."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from local.environment import direct
from local.stack import ROOT, Stack

PYTHON = ROOT / ".venv-bench" / "bin" / "python"
Deed = tuple[str, str, str]
"""What the script does: a verb (`invite`, `add`, `change_role`), an address, an organization."""


class Scripted:
    """The running script."""

    def __init__(self, asked: IO[str], answered: IO[str]) -> None:
        self._asked, self._answered = asked, answered

    def do(self, *writers: Sequence[Deed]) -> list[list[float]]:
        """Have each writer do its deeds, all at the same time, and return the seconds that each deed took."""
        self.tell(writers)
        seconds: list[list[float]] = json.loads(self._answered.readline())
        return seconds

    def tell(self, line: object) -> None:
        """Send one line."""
        self._asked.write(f"{json.dumps(line)}\n")
        self._asked.flush()


@contextmanager
def script(stack: Stack) -> Iterator[Scripted]:
    """Run the script against a stack's tenant, with rights for all of it.

    Raises:
        FileNotFoundError: there is no environment for it; `make bench` makes it.
    """
    client_id, client_secret = stack.tenant.bootstrap_client
    command = [PYTHON, Path(__file__).with_name("script.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=direct()
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the script has no pipes")
        running = Scripted(process.stdin, process.stdout)
        running.tell({"tenant": stack.tenant.url, "client_id": client_id, "client_secret": client_secret})
        yield running
        process.stdin.close()
