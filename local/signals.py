"""SIGINT and SIGTERM, as the programs of this folder heed them. Imported before anything slow."""

import os
import signal
import time
from contextlib import suppress

_LOOK_SECONDS = 0.1


class Stopped(KeyboardInterrupt):
    """A signal came."""


class Signals:
    """The signals of this process.

    The first one is a wish, looked at between steps: an exception out of nowhere could leave a lock taken or
    a server half started. While nothing is started, and at the second one, the process ends at once, and
    with it all that lives in it; Node ends with its input.
    """

    def __init__(self) -> None:
        self._started = False
        self.status = 0
        """What a shell calls the end by the first one, 130 or 143; 0 while none came."""

    def listen(self) -> None:
        """Say one line and end the process when a signal comes, until `heed`."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._come)

    def heed(self) -> None:
        """Leave the end to `check` and `wait` from now on: there will be something to stop."""
        self._started = True

    def check(self) -> None:
        """Go on only if no signal came.

        Raises:
            Stopped: one did.
        """
        if self.status:
            raise Stopped

    def wait(self) -> None:
        """Return when a signal has come."""
        while not self.status:
            time.sleep(_LOOK_SECONDS)

    def _come(self, number: int, _: object) -> None:
        if self.status:
            os._exit(self.status)
        self.status = 128 + number
        # Not print: it cannot be entered twice. The line break is for the terminal's own ^C.
        with suppress(OSError):
            os.write(2, b"\nStopping.\n")
        if not self._started:
            os._exit(self.status)


signals = Signals()
