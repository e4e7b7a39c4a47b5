"""Who may do what: the table of matrix.txt; `python -m tests.matrix` prints it as the stack answers."""

import re
import sys
from pathlib import Path

from local import people
from local.people import Person
from local.stack import Stack
from tests.callers_setup import ALL_ROUTES, IN_TURN, PLACES, World, ask, new_world

Signs = dict[str, dict[str, str]]
"""What each caller gets at each route."""

FILE = Path(__file__).with_suffix(".txt")
SIGNS = {200: "+", 201: "+", 202: "+", 401: "!", 403: "-", 404: "?"}


def expected() -> Signs:
    """Return the signs that are written by hand."""
    (_, *callers), *rows = [re.split(r" {2,}", line) for line in written().splitlines()]
    return {name: {row[0]: row[column] for row in rows} for column, name in enumerate(callers, start=1)}


def observed(world: World, caller: str, route: str) -> str:
    """Return the signs of what the stack answers a caller: in every place, if the route names one."""
    places = PLACES if "{" in route or route == "POST /invites" else PLACES[:1]
    statuses = [ask(world.callers[caller], route, world.ids[place]).status_code for place in places]
    return "".join(SIGNS.get(status, f"({status})") for status in statuses)


def as_table(signs: Signs) -> str:
    """Return signs as the table is written."""
    rows = [["route", *signs], *([route, *(of[route] for of in signs.values())] for route in ALL_ROUTES)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)) for row in rows]
    return "\n".join(map(str.rstrip, lines)) + "\n"


def written() -> str:
    """Return the table as it is written by hand."""
    return _parts()[1]


def _parts() -> tuple[str, str]:
    """Return the words of the file, and its table."""
    words, head, table = FILE.read_text(encoding="utf-8").partition("\nroute ")
    return words, head.lstrip() + table


def main() -> int:
    """Print the matrix as the stack answers; exit status 1 if it is not the one that is written by hand."""
    found: Signs = {}
    with Stack() as stack, Person(stack, "olga@guestlist.example") as olga:
        stack.hire_operator(olga.email, olga.password)
        for caller in expected():
            with people.operator(stack, olga) as operator, new_world(stack, operator) as world:
                found[caller] = {route: observed(world, caller, route) for route in IN_TURN}
    words, table = _parts()
    sys.stdout.write(f"{words}\n{as_table(found)}")
    return int(as_table(found) != table)


if __name__ == "__main__":
    sys.exit(main())
