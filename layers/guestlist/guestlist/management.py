"""The Management API as set-up calls it: a failure says in one line which call it was, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from guestlist.auth0 import Auth0, Body
from guestlist.errors import Auth0Refused, Auth0Unavailable

PAGE = 100


class SetUpError(Exception):
    """The tenant could not be set up; the text is one line for a terminal."""


@dataclass(frozen=True)
class Management:
    """A tenant's Management API, for whoever owns the tenant."""

    auth0: Auth0

    def call(self, method: str, path: str, body: Body | None = None) -> Any:  # noqa: ANN401 (JSON)
        """Return what a call answers.

        Raises:
            SetUpError: with Auth0's own words, which for a 403 name the scopes that would do.
        """
        try:
            return self.auth0.call(method, path, body).body
        except Auth0Refused as error:
            said = f"{error} {error.auth0_message}".rstrip()
            raise SetUpError(f"{said} ({_told(method, path)})") from error
        except Auth0Unavailable as error:
            raise SetUpError(f"{error} ({_told(method, path)})") from error

    def listing(self, path: str, key: str) -> Iterator[Body]:
        """Yield a whole listing: it ends with an empty page, never by a total."""
        page = 0
        while True:
            found = self.call("GET", f"{path}?page={page}&per_page={PAGE}")
            items = found[key] if isinstance(found, dict) else found
            if not items:
                return
            yield from items
            page += 1

    def by_name(self, path: str, key: str, name: str) -> Body | None:
        """Return what a listing has under this name."""
        return next((found for found in self.listing(path, key) if found["name"] == name), None)


def _told(method: str, path: str) -> str:
    return f"{method} {path.partition('?')[0]}"
