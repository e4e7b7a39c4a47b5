"""What groups make of roles, in the histories of `grouping` seeds: read off the wire, for the model to judge.

A login that looks at somebody's groups is an operation of its own; so is the pass after which they are looked
at anew. Which tables of groups there were while somebody waited at the door is kept for both.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from guestlist.groups import digest, groups_in
from guestlist.names import ADMIN
from tests.robustness.effects import Effect, Kind
from tests.robustness.history import History, Operation
from tests.robustness.history import Kind as Asked
from tests.robustness.ledger import Change, Item, Ledger
from tests.robustness.mapping import mapping_of
from tests.robustness.own import GROUPS, HOSPITAL

if TYPE_CHECKING:
    from tests.robustness.simulation import Process

Account = dict[str, Any]


class Waiting(NamedTuple):
    """Somebody who signs in just now."""

    asked: Operation
    account: str


@dataclass
class ByGroups:
    """Adds to a history what was looked at; what must not be is told to `broken`."""

    history: History
    ledger: Ledger
    accounts: dict[str, Account]
    process: "Callable[[], Process | None]"
    """Whose turn it is."""
    broken: Callable[[str], object]
    waiting: "dict[Process | None, Waiting]" = field(default_factory=dict)

    @contextmanager
    def watched(self, asked: Operation, account: str) -> Iterator[None]:
        """Watch a login from its call to its answer."""
        who, one = self.process(), Waiting(asked, account)
        self.waiting[who] = one
        self._look(one.asked)
        try:
            yield
        finally:
            del self.waiting[who]

    def landed(self, effect: Effect) -> None:
        """Keep the groups that a login has read, and of when they are."""
        one = self.waiting.get(effect.sender)
        if one and effect.kind is Kind.AUTH0 and effect.name.startswith("GET /users/"):
            account = self.accounts.get(one.account, {})
            one.asked.read, one.asked.read_at = tuple(groups_in(account)), account.get("updated_at", "")

    def witness(self, change: Change) -> None:
        """Look at what a write changed."""
        for somebody in self.waiting.values():
            self._look(somebody.asked)
        one = self.waiting.get(self.process())
        members = [(before, after) for before, after in change.of("MEMBER#") if after]
        joined = {after["user"] for before, after in members if not before or before["status"] != "active"}
        looked_at = {after["user"] for _, after in members} - joined
        for _, user in change.of("USER"):
            if user and user["id"] in joined & self.ledger.members(HOSPITAL).keys():
                self._is_awaited(user)
        for before, user in change.of("USER"):
            if not before or not user or not (user["id"] in looked_at or _regards_groups(before, user)):
                continue
            if one and user["id"] not in joined:
                self._looked_at(user, one.asked)
            elif user.get("groups") == "" != before.get("groups"):
                self._took_place("the sweep", Asked.ASK_ANEW, user)

    def _is_awaited(self, user: Item) -> None:
        """Whoever joins by an account that is bound already is asked about at their next login."""
        mapping = mapping_of(self.ledger.organizations[HOSPITAL])
        if user["created"] and mapping.entries and user.get("groups") != "":
            self.broken(f"{user['email']} joined, and no login looks at their groups: {mapping}")

    def _look(self, asked: Operation) -> None:
        """Keep which table there is while somebody waits, and whether there is one admin at the most."""
        place = self.ledger.organizations[HOSPITAL]
        if (found := mapping_of(place)) not in asked.mappings[-1:]:
            asked.mappings = (*asked.mappings, found)
        asked.alone = asked.alone or place["admins"] <= 1

    def _looked_at(self, user: Item, asked: Operation) -> None:
        member = self.ledger.memberships[HOSPITAL][user["id"]]
        about = {name: getattr(asked, name) for name in ("read", "read_at", "alone")}
        about["mappings"] = asked.mappings[-1:]
        roles, mapped = tuple(member["roles"]), tuple(member["mapped"])
        self._took_place("the door", Asked.REGROUP, user, roles=roles, mapped=mapped, **about)

    def _took_place(self, client: str, kind: Asked, user: Item, **about: Any) -> None:  # noqa: ANN401 (an operation's fields)
        self.history.took_place(client, kind, person=user["email"], organization=HOSPITAL, **about)

    def look_at_rest(self, *, asked: bool) -> None:
        """Whoever's roles rest on groups has those that these give now; whose may be others is asked about.

        `asked`: everybody who can has just signed in, and nobody is to be asked about any more, but for an
        admin who is the only one: they stay that.
        """
        place = self.ledger.organizations[HOSPITAL]
        mapping = mapping_of(place)
        for user, member in self.ledger.members(HOSPITAL).items():
            item = self.ledger.users[user]
            groups = next((found for found in GROUPS if digest(sorted(found)) == item.get("groups")), None)
            if not item["created"]:
                continue
            mapped = frozenset[str](member.get("mapped", ()))
            wrong = groups is not None and mapping.counts and mapped != mapping.given(groups)
            wrong = wrong or (mapping.counts and "groups" not in item)
            if asked and not wrong:
                now = groups_in(self.accounts[item["account"]])
                spared = mapped == mapping.given(now) | {ADMIN} and item.get("groups") == ""
                stays = spared and place["admins"] == 1 and ADMIN not in mapping.given(now)
                wanted = digest(now) if mapping.counts else None
                wrong = item.get("groups") != wanted and not stays
            if wrong:
                self.broken(
                    f"{item['email']} is {member['roles']}, of which {sorted(mapped)} by the groups {groups} "
                    f"({item.get('groups')!r}): {mapping}"
                )


def _regards_groups(before: Item, user: Item) -> bool:
    """Tell whether a write says something of a user's groups."""
    return any(before.get(name) != user.get(name) for name in ("groups", "groups_seen"))
