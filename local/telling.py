"""The telling of a story: numbered lines, each checked, with its time and its calls to Auth0."""

import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

import httpx

from local.signals import signals

if TYPE_CHECKING:
    from local.stack import Stack

WIDTH = 78


class Broken(Exception):  # noqa: N818 (the word that the story ends with)
    """Something was not as told."""


def held(promise: object, what: str) -> None:
    """Go on only if what was promised held.

    Raises:
        Broken: it did not; `what` says what should have been.
    """
    if not promise:
        raise Broken(what)


class Story:
    """Tells what happened when it has happened. `calls` counts those to the Management API, tokens apart."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self.line = 0
        self.calls = 0
        self.stack: Stack | None = None

    @contextmanager
    def telling(self, number: int, text: str) -> Iterator[list[str]]:
        """Time a line and count its calls, then print it; what is appended to the list is told below it."""
        self.line, details = number, list[str]()
        started, before = time.monotonic(), len(self.management_calls())
        yield details
        signals.check()
        seconds, calls = time.monotonic() - started, len(self.management_calls()) - before
        self.calls += calls
        head, *more = textwrap.wrap(text, WIDTH)
        self.say(
            f"{number:2}  {head:{WIDTH}}  {seconds:5.2f} s  {calls:2} {'call' if calls == 1 else 'calls'}"
        )
        for line in [*more, *details]:
            self.say(f"    {line}")

    def say(self, line: str) -> None:
        """Print a line at once, wherever it is printed to."""
        print(line, file=self._out, flush=True)

    def management_calls(self) -> list[dict[str, Any]]:
        """Return the calls that the tenant got at its Management API so far."""
        if self.stack is None:
            return []
        with self.stack.tenant.state.lock:
            return [call for call in self.stack.tenant.state.calls if call["path"].startswith("/api/v2/")]


def expect(answer: httpx.Response, status: int) -> httpx.Response:
    """Return an answer that has this status; the story's line breaks if it has not."""
    asked = f"{answer.request.method} {answer.url.path}"
    held(answer.status_code == status, f"{asked} answers {status}, not {answer.status_code}")
    return answer


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of it in the same instant, and return what each came to, or raise the first one's error."""
    start = threading.Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:  # noqa: ANN401 deeds come to anything
        start.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(run, deeds))
