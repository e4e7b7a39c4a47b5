"""What a profile shows is what the table said at one moment: that of the version which it bears."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.robustness.effects import Effect, Kind
from tests.robustness.ledger import Change, Item, Ledger

Account = dict[str, Any]


class Profile(NamedTuple):
    """What is told of a user, each in the order of the alphabet."""

    organizations: tuple[str, ...]
    roles: tuple[str, ...]
    groups: str | None


def to_show(user: Item) -> Profile:
    """Return what a user's profile is to show, by their item."""
    given = shown(user)
    roles = sorted(f"{name}:{role}" for name, roles in given.items() for role in roles)
    return Profile(tuple(sorted({*given, *user["foreign"]})), tuple(roles), user.get("groups"))


def shown(user: Item) -> Item:
    """Return a user's organizations, with roles, but for those that their profile leaves out."""
    return {name: roles for name, roles in user["organizations"].items() if name not in user["left_out"]}


def borne(account: Account | None) -> tuple[int, Profile] | None:
    """Return what an account's profile bears of ours, and the version that it says; None: nothing yet."""
    metadata = (account or {}).get("app_metadata") or {}
    ours = metadata.get("guestlist")
    if ours is None:
        return None
    names, roles = sorted(metadata["organizations"]), sorted(ours["roles"])
    return ours["version"], Profile(tuple(names), tuple(roles), ours.get("groups"))


@dataclass
class Profiles:
    """Holds every profile, at every write that lands, against the item as it was at its version."""

    ledger: Ledger
    accounts: dict[str, Account]
    broken: Callable[[str], object]
    _said: defaultdict[str, dict[int, Profile]] = field(default_factory=lambda: defaultdict(dict))
    """By user and version."""

    def witness(self, change: Change) -> None:
        """Keep what a user's item says, which changes with its version alone."""
        for _, user in change.of("USER"):
            if user:
                said = self._said[user["id"]].setdefault(user["version"], to_show(user))
                if said != to_show(user):
                    self.broken(f"{user['email']} is still of version {user['version']}, and other than it")

    def landed(self, effect: Effect) -> None:
        """Look at everybody's profile when a write has landed at Auth0."""
        if effect.kind is not Kind.AUTH0 or effect.name.startswith("GET"):
            return
        for user in self.ledger.users.values():
            if bears := borne(self.accounts.get(user["account"])):
                version, profile = bears
                said = self._said[user["id"]].get(version)
                if profile != said:
                    self.broken(f"{user['email']}'s profile shows {bears}, and the table said {said}")
