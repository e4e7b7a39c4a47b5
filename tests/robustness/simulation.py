"""A simulation: processes that take turns, and a time that passes only while all of them wait.

Whatever a process does to the world outside takes time, and the times come from a seed: who comes first is
the seed's choice, and the same seed tells the same history again.
"""

import heapq
import itertools
from collections.abc import Callable
from random import Random

from greenlet import getcurrent, greenlet

START = 1_800_000_000.0
"""Unix seconds at which every history begins (2027)."""


class Killed(BaseException):
    """The process died here: nothing after this happens, and none of our code may catch it."""


class Process(greenlet):
    """A run of one function, with a memory of its own, that can die or be frozen at whatever it does."""

    def __init__(self, name: str, work: Callable[[], object], simulation: "Simulation") -> None:
        super().__init__(self._work, parent=simulation.loop)
        self.name = name
        self.killed = False
        self.frozen = 0.0
        """Seconds that passed without the process noticing: its steady clock stood still."""
        self._doing = work

    def _work(self) -> None:
        try:
            self._doing()
        except Killed:
            return


class Simulation:
    """Runs processes one at a time, each until it waits; those that wait for the same moment in turn."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.time = START
        self.loop = getcurrent()
        self._turns = itertools.count()
        self._waiting: list[tuple[float, int, Process]] = []

    @property
    def process(self) -> Process | None:
        """Return the process whose turn it is; None is the test itself, for which no time passes."""
        current = getcurrent()
        return current if isinstance(current, Process) else None

    def now(self) -> float:
        """Return the time, in unix seconds."""
        return self.time

    def steady(self) -> float:
        """Return the seconds that have passed for this process."""
        return self.time - (self.process.frozen if self.process else 0)

    @property
    def upcoming(self) -> float | None:
        """Return when the next process goes on, in unix seconds; None if there is none."""
        return self._waiting[0][0] if self._waiting else None

    def spawn(self, name: str, work: Callable[[], object], *, after: float = 0) -> Process:
        """Let a process begin in so many seconds."""
        process = Process(name, work, self)
        self._wait(process, after)
        return process

    def sleep(self, seconds: float) -> None:
        """Let time pass for the process whose turn it is. The test itself moves the time by `run`."""
        process = self.process
        if process is None:
            return
        self._wait(process, max(0, seconds))
        self.loop.switch()
        self.live()

    def freeze(self, seconds: float) -> None:
        """Let time pass without the process knowing of it, as a sandbox that is thawed later."""
        if self.process:
            self.process.frozen += seconds
            self.sleep(seconds)

    def live(self) -> None:
        """End the process whose turn it is if somebody has killed it."""
        if self.process and self.process.killed:
            raise Killed

    def die(self) -> None:
        """Kill the process whose turn it is."""
        if self.process:
            self.process.killed = True
        raise Killed

    def run(self, seconds: float | None = None) -> None:
        """Let so many seconds pass, or as many as it takes until no process is left.

        Raises:
            Exception: what a process did not catch.
        """
        end = None if seconds is None else self.time + seconds
        while self._waiting and (end is None or self._waiting[0][0] <= end):
            moment, _, process = heapq.heappop(self._waiting)
            self.time = max(self.time, moment)
            process.switch()
        if end is not None:
            self.time = end

    @property
    def waiting(self) -> list[Process]:
        """Return the processes that wait, begun or not."""
        return [process for _, _, process in self._waiting]

    def _wait(self, process: Process, seconds: float) -> None:
        heapq.heappush(self._waiting, (self.time + seconds, next(self._turns), process))
