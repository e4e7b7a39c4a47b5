"""The table of routes in authentication.md is the table of routes."""

import re
from pathlib import Path

from local.tenant.actions import ActionRunner
from local.tenant.authentication import routes
from local.tenant.logins import Logins
from local.tenant.pages import STYLE
from local.tenant.state import State

PAGE = Path(__file__).parents[3] / "local" / "tenant" / "authentication.md"
ROW = re.compile(r"^\| `(GET|POST) (/[^`]*)` \| (recorded|documented|assumed)", re.MULTILINE)


def test_every_route_is_told_with_its_source() -> None:
    """None is left out, none invented; the style sheet is not worth a word."""
    there = [
        (method, route.path)
        for route in routes(State("http://tenant.example"), ActionRunner(), Logins())
        for method in (route.methods or set()) - {"HEAD"}
        if route.path != STYLE
    ]
    told = [(method, path) for method, path, _ in ROW.findall(PAGE.read_text())]
    assert sorted(told) == sorted(there)
