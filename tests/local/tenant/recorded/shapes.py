"""What a JSON body is made of: the paths of its fields, their types, and which of them are always there."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from local.tenant.schema import NAMES

REDACTED = "REDACTED"
FREE = {"user_metadata", "app_metadata", "client_metadata", "metadata", "addons", "profileData"}
"""Objects whose names belong to whoever wrote them."""
DEPTH = 3
Grouped = dict[str, str]
"""Paths by type: `{"string": "email name?", "null|string": "picture"}`; `?`: not always there."""


class Fields:
    """The fields of all bodies that were added; a list's items are one object, under `name[]`."""

    def __init__(self, bodies: Iterable[Any] = ()) -> None:
        self.types: defaultdict[str, set[str]] = defaultdict(set)
        self.holders: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()
        for body in bodies:
            self._note("", body, 0)

    def optional(self, path: str) -> bool:
        """Return whether a field was not in every object that could have had it."""
        return self._seen[path] < self.holders[parent(path)]

    def grouped(self) -> Grouped:
        """Return all fields as they are written down."""
        by_type: defaultdict[str, list[str]] = defaultdict(list)
        for path in sorted(filter(None, self.types)):
            kinds = "|".join(sorted(self.types[path])) or "any"
            by_type[kinds].append(path + "?" * self.optional(path))
        return {kinds: " ".join(paths) for kinds, paths in sorted(by_type.items())}

    def _note(self, path: str, value: object, depth: int) -> None:
        self._seen[path] += 1
        self.types[path] |= set() if value == REDACTED else {NAMES[type(value)]}
        if depth > DEPTH or path.rpartition(".")[2] in FREE or parent(path).endswith("options"):
            return
        if isinstance(value, dict):
            self.holders[path] += 1
            for name, item in value.items():
                self._note(f"{path}.{name}" if path else name, item, depth + 1)
        elif isinstance(value, list) and value:
            self._note_items(path + "[]", value, depth)

    def _note_items(self, path: str, values: list[object], depth: int) -> None:
        self.holders[path.removesuffix("[]")] += 0
        for value in values:
            self._note(path, value, depth)


def parent(path: str) -> str:
    """Return the path of the object or list that holds a field."""
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]


def fields_of(grouped: Mapping[str, str]) -> dict[str, tuple[set[str], bool]]:
    """Return, by path, the types that a field may have and whether it is always there."""
    return {
        path.removesuffix("?"): (set(kinds.split("|")), not path.endswith("?"))
        for kinds, paths in grouped.items()
        for path in paths.split()
    }


def differences(
    answer: object, grouped: Mapping[str, str], elsewhere: AbstractSet[str] = frozenset()
) -> set[str]:
    """Return what an answer lacks, has too much, or has as another type than was written down.

    A field may be there that other answers about such a resource have (`elsewhere`, without list prefixes).
    """
    known, shown = fields_of(grouped), Fields([answer])
    described = {parent(path) for path in known}
    found = {
        f"lacks {path}"
        for path, (_, always) in known.items()
        if always and shown.holders[parent(path)] and (path not in shown.types or shown.optional(path))
    }
    for path, kinds in shown.types.items():
        if path in {"", "[]"}:
            continue
        if path not in known:
            unheard_of = parent(path) in described and bare(path) not in elsewhere
            found |= {f"has {path}"} if unheard_of else set()
        elif not fits(kinds, known[path][0]):
            found.add(f"{path} is {'|'.join(sorted(kinds))}")
    return found


def bare(path: str) -> str:
    """Return a field's path in its resource: `connections[].options.mfa` is `options.mfa` there."""
    return path.partition("[].")[2] if re.match(r"(users|clients|connections|actions)?\[\]\.", path) else path


def fits(kinds: set[str], allowed: set[str]) -> bool:
    """Return whether all types are allowed; a whole number is a number."""
    return "any" in allowed or all(k in allowed or (k == "integer" and "number" in allowed) for k in kinds)
