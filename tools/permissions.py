"""Prints the README's table of permissions: `access.py`'s, as people read it."""

import sys
from itertools import groupby

from guestlist.access import ROUTES, Rule

HEAD = "| needs | for | reaches |\n|---|---|---|\n"


def table() -> str:
    """Return the table in Markdown, a line for the routes that follow each other under one rule."""
    lines = [_line(rule, [route for route, _ in rows]) for rule, rows in groupby(ROUTES.items(), _rule)]
    return HEAD + "".join(lines)


def _rule(row: tuple[str, Rule]) -> Rule:
    return row[1]


def _line(rule: Rule, routes: list[str]) -> str:
    return f"| `{rule.permission}` | {', '.join(f'`{route}`' for route in routes)} | {rule.reach} |\n"


if __name__ == "__main__":
    sys.stdout.write(table())
