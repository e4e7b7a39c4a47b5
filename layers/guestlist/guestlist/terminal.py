"""What the command line prints: answers and refusals, for people or for programs."""

import json
from collections.abc import Sequence

from guestlist.audit_commands import Lines, Verified
from guestlist.client import Body
from guestlist.discover_command import Discovered
from guestlist.drift_command import DriftReport
from guestlist.explain import Explanation
from guestlist.repository_apply import Applied
from guestlist.repository_export import Exported
from guestlist.repository_plan import Plan

COLUMNS = {
    "organizations": ("id", "name", "kind", "status", "members", "pending_invites", "seats"),
    "invites": ("id", "email", "roles", "status", "mail", "needs", "expires_at"),
    "members": ("user", "email", "roles", "projection", "needs", "created_at"),
    "domains": ("domain", "proved_at", "auto_join", "roles", "record"),
    "places": ("organization", "roles"),
    "audit": ("at", "action", "subject", "actor", "request_id"),
}
"""What a table shows of a list; `--json` has everything."""

Told = Explanation | Discovered | DriftReport | Plan | Applied | Exported | Lines | Verified
Found = list[Body] | Body | Told


def as_json(found: Found) -> str:
    """Return an answer, or the problem of a refusal, for programs."""
    return json.dumps(found.to_json() if isinstance(found, Told) else found, indent=2)


def as_text(found: Found, columns: str) -> str:
    """Return an answer for people; a list as a table of the columns of that name."""
    if isinstance(found, Told):
        return printable(found.text(), keep="\n")
    if isinstance(found, list):
        names = COLUMNS[columns]
        return _table([names, *([_cell(item.get(name)) for name in names] for item in found)])
    return _table([row for name, value in found.items() if value is not None for row in _rows(name, value)])


def _rows(name: str, value: object) -> list[tuple[str, str]]:
    """Return the lines of a value: of several things that have parts, one for each."""
    things = value if isinstance(value, list) and any(isinstance(one, dict) for one in value) else [value]
    names = [name, *[""] * (len(things) - 1)]
    return list(zip(names, map(_cell, things), strict=True))


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, dict) and any(isinstance(part, list) for part in value.values()):
        return "; ".join(f"{printable(name)}: {_cell(part)}" for name, part in value.items())
    if isinstance(value, dict):
        return " ".join(_cell(part) for part in value.values() if part is not None)
    if isinstance(value, list):
        return ", ".join(map(_cell, value)) or "-"
    return "-" if value is None else printable(str(value))


def printable(text: str, keep: str = "") -> str:
    """Return a text that cannot steer the terminal."""
    return "".join(letter if letter.isprintable() or letter in keep else "?" for letter in text)
