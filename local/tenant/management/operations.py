"""What an operation of the Management API is: a route, the scopes that open it, a function."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote

from local.tenant.state import State


@dataclass
class Call:
    """One authorized request. Path parameters are decoded exactly once."""

    state: State
    parameters: dict[str, str]
    query: dict[str, str]
    body: Any
    scopes: frozenset[str]

    @property
    def id(self) -> str:
        """Return the path's `{id}`."""
        return self.parameters["id"]


class Reply(NamedTuple):
    """A status and a JSON body; None is an empty one."""

    status: int
    body: Any = None


class Operation(NamedTuple):
    """A route (`/users/{id}`), the scopes of which the token needs one, and what answers."""

    method: str
    path: str
    scopes: tuple[str, ...]
    handle: Callable[[Call], Reply]
    every_scope: bool = False

    def match(self, method: str, raw_path: str) -> dict[str, str] | None:
        """Return the path's parameters if this is the route; a segment is split off before it is decoded."""
        pattern, segments = self.path.split("/"), raw_path.split("/")
        if method != self.method or len(pattern) != len(segments):
            return None
        pairs = list(zip(pattern, segments, strict=True))
        if any(name != segment for name, segment in pairs if not name.startswith("{")):
            return None
        found = {name.strip("{}"): unquote(segment) for name, segment in pairs if name.startswith("{")}
        return found if all(found.values()) else None

    def permits(self, scopes: frozenset[str]) -> bool:
        """Return whether a token with these scopes may call."""
        needed = set(self.scopes)
        return needed <= scopes if self.every_scope else bool(needed & scopes)
