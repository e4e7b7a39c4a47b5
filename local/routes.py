"""Which route of an HTTP API a request takes: the most specific match, as API Gateway chooses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from local.template import Route


@dataclass(frozen=True)
class Match:
    """A route and the values of its path's parameters, decoded."""

    route: Route
    parameters: Mapping[str, str]


class Routes:
    """The routes in order: exact segments before `{one}` before `{rest+}` before `$default`."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = sorted(routes, key=_specificity)

    def match(self, method: str, path: str) -> Match | None:
        """Return the route for a method and a percent-encoded path; HEAD needs a route of its own."""
        for route in self._routes:
            if route.method in {method, "ANY", "$default"}:
                parameters = {} if route.method == "$default" else _parameters(route.path, path)
                if parameters is not None:
                    return Match(route, parameters)
        return None


def _specificity(route: Route) -> tuple[bool, list[int], bool]:
    ranks = [_rank(segment) for segment in route.path.split("/")]
    return route.method == "$default", ranks, route.method == "ANY"


def _rank(segment: str) -> int:
    if segment.endswith("+}"):
        return 2
    return 1 if segment.startswith("{") else 0


def _parameters(pattern: str, path: str) -> dict[str, str] | None:
    """Return the values of the pattern's parameters, or None if the path does not match."""
    wanted, found = pattern.split("/"), path.split("/")
    values: dict[str, str] = {}
    for number, segment in enumerate(wanted):
        rest = found[number:]
        if not rest:
            return None
        if _rank(segment) == 2:  # noqa: PLR2004 the greedy one
            values[segment[1:-2]] = unquote("/".join(rest))
            return values if values[segment[1:-2]] else None
        if _rank(segment) == 1 and rest[0]:
            values[segment[1:-1]] = unquote(rest[0])
        elif segment != rest[0]:
            return None
    return values if len(wanted) == len(found) else None
