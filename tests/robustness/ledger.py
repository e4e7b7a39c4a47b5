"""A copy of the table's truth, moved on write by write: what the invariants of the table are read from."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.robustness.dynamodb import DynamoDb

Item = dict[str, Any]
Key = tuple[str, str]


@dataclass
class Change:
    """One write of the table: what its items were and are. None: there was or is none."""

    transaction: bool
    items: dict[Key, tuple[Item | None, Item | None]]

    def of(self, kind: str) -> Iterator[tuple[Item | None, Item | None]]:
        """Yield what items of a kind (`USER`, `MEMBER#`) were and are."""
        for (_, sort), states in self.items.items():
            if sort == kind or (kind.endswith("#") and sort.startswith(kind)):
                yield states


@dataclass
class Ledger:
    """Organizations, users, memberships, invites and the addresses that are held, as they stand."""

    table: DynamoDb
    items: dict[Key, Item] = field(default_factory=dict)
    organizations: dict[str, Item] = field(default_factory=dict)
    users: dict[str, Item] = field(default_factory=dict)
    memberships: defaultdict[str, dict[str, Item]] = field(default_factory=lambda: defaultdict(dict))
    """By organization and user, tombstones too."""
    invites: defaultdict[str, dict[str, Item]] = field(default_factory=lambda: defaultdict(dict))
    """By organization and id."""
    held: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """By organization and address: the invite that holds it."""

    def move(self, operation: str, asked: dict[str, Any]) -> Change:
        """Take in what a write has just changed."""
        parts = asked.get("TransactItems", [{operation: asked}])
        touched = [_key(part) for part in parts if "ConditionCheck" not in part]
        before = {key: self.items.get(key) for key in touched}
        for key in touched:
            self._read(key)
        states = {key: (before[key], self.items.get(key)) for key in touched}
        return Change(operation == "TransactWriteItems", states)

    def _read(self, key: Key) -> None:
        place = {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
        found = self.table.answer("GetItem", {"Key": place}).get("Item")
        if found is None:
            self.items.pop(key, None)
        else:
            self.items[key] = {name: plain(value) for name, value in found.items()}
        self._file(key)

    def _file(self, key: Key) -> None:
        (partition, sort), item = key, self.items.get(key)
        name = partition.partition("#")[2]
        if sort.startswith("INVITED#"):
            self.held[name].pop(sort.removeprefix("INVITED#"), None)
            if item:
                self.held[name][sort.removeprefix("INVITED#")] = item["invite"]
        elif item is None:
            return
        elif sort == "ORG":
            self.organizations[name] = item
        elif sort == "USER":
            self.users[name] = item
        elif sort == "INVITE":
            self.invites[item["organization"]][item["id"]] = item
        elif sort.startswith("MEMBER#"):
            self.memberships[name][item["user"]] = item

    def members(self, organization: str) -> dict[str, Item]:
        """Return the memberships that stand, by user."""
        found = self.memberships[organization]
        return {user: item for user, item in found.items() if item["status"] == "active"}


def _key(part: dict[str, Any]) -> Key:
    [asked] = part.values()
    place = asked.get("Key") or asked["Item"]
    return place["pk"]["S"], place["sk"]["S"]


def plain(value: dict[str, Any]) -> Any:  # noqa: ANN401 (DynamoDB's values)
    """Return a value of DynamoDB's JSON as Python has it."""
    [(kind, found)] = value.items()
    match kind:
        case "N":
            return int(found)
        case "L":
            return [plain(inner) for inner in found]
        case "M":
            return {name: plain(inner) for name, inner in found.items()}
    return found
