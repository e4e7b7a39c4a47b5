"""Time, read and spent in one place."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """The time in whole unix seconds. The local stack puts another `source` in, to jump ahead."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self.source = source
        self.steady: Callable[[], float] = time.monotonic
        """Seconds that pass evenly, for deadlines: no jump of the time moves them."""
        self.sleep: Callable[[float], None] = time.sleep
        """Lets so many of the steady seconds pass."""

    def now(self) -> int:
        """Return unix seconds."""
        return int(self.source())


clock = Clock()


def rfc3339(seconds: int) -> str:
    """Return unix seconds as `2026-11-24T10:00:00Z` (RFC 3339)."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
