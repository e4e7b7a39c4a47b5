"""An organization's table of groups as the model knows it: what is given for groups, and what is taken."""

from collections.abc import Collection
from typing import NamedTuple

from tests.robustness.ledger import Item


class Mapping(NamedTuple):
    """The roles that groups give: at every login, or at the first one."""

    every: bool = False
    entries: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __str__(self) -> str:
        """Return it as a story tells it."""
        entries = (f"{name} give {'+'.join(roles)}" for name, roles in self.entries)
        return f"{', '.join(entries) or 'nothing'} at {'every' if self.every else 'the first'} login"

    @property
    def counts(self) -> bool:
        """Whether whoever signs in with other groups has other roles."""
        return self.every and bool(self.entries)

    def asked(self) -> dict[str, object]:
        """Return it as a request says it."""
        at = "every_login" if self.every else "first_login"
        return {"groups": {name: [*roles] for name, roles in self.entries}, "groups_at": at}

    def given(self, groups: Collection[str]) -> frozenset[str]:
        """Return the roles for groups."""
        return frozenset(role for name, roles in self.entries for role in roles if name in groups)

    @property
    def governed(self) -> frozenset[str]:
        """The roles that appear in it."""
        return frozenset(role for _, roles in self.entries for role in roles)


def mapping_of(organization: Item) -> Mapping:
    """Return the table of groups of an organization's item."""
    entries = sorted((name, tuple(roles)) for name, roles in organization["groups"].items())
    return Mapping(organization["groups_at"] == "every_login", tuple(entries))


class Rests(NamedTuple):
    """The roles of somebody whose groups were looked at, and those of them that rest on groups."""

    roles: frozenset[str]
    mapped: frozenset[str]


def looked_at(
    roles: Collection[str], mapped: Collection[str] | None, mapping: Mapping, groups: Collection[str]
) -> Rests:
    """Return what a look makes of somebody's roles. `mapped`: what the last one gave; None: it is the first.

    What was given by hand stays, but for roles of the table's; at the first look these stay as well.
    """
    given, had = mapping.given(groups), frozenset(roles)
    if mapped is None:
        return Rests(had | given, given)
    if not mapping.every:
        return Rests(had, frozenset(mapped))
    return Rests((had - mapping.governed - frozenset(mapped)) | given, given)
