"""The Management API as set-up calls it: a failure says in one line which call it was, and why."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from guestlist.auth0 import Auth0, Body
from guestlist.clock import clock
from guestlist.errors import Auth0Refused, Auth0Unavailable

PAGE = 100
ROUNDS = 5
"""How often a list is written that others write at the same time."""
LONGEST_PAUSE = 10
"""Seconds to wait, at the most, for what Auth0 says it is not ready for."""


class SetUpError(Exception):
    """The tenant could not be set up; the text is one line for a terminal."""


@dataclass(frozen=True)
class Management:
    """A tenant's Management API, for whoever owns the tenant."""

    auth0: Auth0

    def call(self, method: str, path: str, body: Body | None = None) -> Any:  # noqa: ANN401 (JSON)
        """Return what a call answers, which may be repeated: for what makes something there is `create`.

        Raises:
            SetUpError: with Auth0's own words, which for a 403 name the scopes that would do.
        """
        with _told(method, path):
            return self.auth0.call(method, path, body).body

    def create(self, path: str, body: Body, **marks: str) -> Body:
        """Make something, once: Auth0 takes one name twice, for clients and Actions alike.

        If the answer is lost, it is looked for by its marks.

        Raises:
            SetUpError: as `call` does; if it was not made, the next run makes it.
        """
        with _told("POST", path):
            try:
                return dict(self.auth0.call("POST", path, marks | body, repeatable=False).body)
            except Auth0Unavailable as error:
                if not error.ambiguous or (made := self.find(path, **marks)) is None:
                    raise
                return made

    def write_list(self, path: str, wanted: Callable[[], Body | None]) -> None:
        """Write a list that Auth0 takes whole, and on no condition, until it is read as it is wanted.

        `wanted` reads it and returns what to write, or None if it is so. Nothing is written that was not read
        just before, a repetition neither. Who writes what they read before our write takes ours off: that is
        seen, and ours put back beside theirs. What somebody adds between our read and our write is lost to
        them, and nothing at Auth0 shows it: they have to look again, as we do.

        Raises:
            SetUpError: as `call` does; or others went on taking ours off.
        """
        for left in reversed(range(ROUNDS)):
            if (body := wanted()) is None:
                return
            with _told("PATCH", path):
                self._write_once(path, body, patience=LONGEST_PAUSE if left else 0)
        if wanted() is not None:
            raise SetUpError(f"Others write the same list at the same time; try again later. (PATCH {path})")

    def _write_once(self, path: str, body: Body, *, patience: int) -> None:
        """Write what was just read; if Auth0 is not ready, wait until it is, `patience` seconds at most."""
        try:
            self.auth0.call("PATCH", path, body, attempts=1)
        except Auth0Unavailable as error:
            if error.retry_after > patience:
                raise
            clock.sleep(error.retry_after)

    def find(self, path: str, **marks: str) -> Body | None:
        """Return what a listing has with all of these marks."""
        return next((found for found in self.listing(path) if marks.items() <= found.items()), None)

    def listing(self, path: str) -> Iterator[Body]:
        """Yield a whole listing: it ends with an empty page, never by a total."""
        key, page = path.rpartition("/")[2].replace("-", "_"), 0
        while True:
            found = self.call("GET", f"{path}?page={page}&per_page={PAGE}")
            items = found[key] if isinstance(found, dict) else found
            if not items:
                return
            yield from items
            page += 1


@contextmanager
def _told(method: str, path: str) -> Iterator[None]:
    """Turn a failure of Auth0's into a line that names the call."""
    call = f"({method} {path.partition('?')[0]})"
    try:
        yield
    except Auth0Refused as error:
        raise SetUpError(f"{error} {error.auth0_message}".rstrip() + f" {call}") from error
    except Auth0Unavailable as error:
        raise SetUpError(f"{error} Run set-up again: it goes on from there. {call}") from error
