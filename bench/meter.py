"""What functions ask of AWS, counted at the wire: requests, items read, and DynamoDB's request units.

Sizes and units follow DynamoDB's developer guide ("Item sizes and formats", "Read/write capacity mode"): a
write takes a unit per KB of the larger of the item before and after it, in a transaction two; an index takes
one more per KB where its entry changes, two where its key does; a consistent read a unit per 4 KB, any other
half.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any

import boto3
from werkzeug.wrappers import Request

from local.aws import Aws
from local.stack import Stack

KB = 1024
Item = Mapping[str, Any]
"""In DynamoDB's JSON."""
_WRITES = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}


class Meter:
    """Counts, per function, for as long as `metered` lasts."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        [(table, declared)] = aws.template.tables().items()
        self._table = aws.physical[table]["Ref"]
        self._indexes = [_index(found) for found in declared["GlobalSecondaryIndexes"]]
        # Made outside of any function, it bears no function's name: what it asks is not counted.
        self._dynamodb = boto3.client("dynamodb")
        self._written: list[tuple[str, str, int, Item]] = []
        self.requests: Counter[tuple[str, str]] = Counter()
        """By function and operation."""
        self.items: Counter[str] = Counter()
        """Items read, by function."""
        self.read_units: defaultdict[str, float] = defaultdict(float)
        self.write_units: Counter[str] = Counter()

    def hear(self, request: Request) -> None:
        """Count one request, before it has any effect."""
        agent = request.headers.get("User-Agent", "").split()
        for function in [part.removeprefix("app/") for part in agent if part.startswith("app/")]:
            service, _, operation = request.headers.get("X-Amz-Target", "ses.SendEmail").partition(".")
            self.requests[function, operation] += 1
            if service.startswith("DynamoDB"):
                self._count(function, operation, json.loads(request.get_data()))

    def close(self) -> None:
        """Count the units of what was written, now that it is seen what became of it."""
        later: dict[str, Item] = {}
        for function, key, factor, before in reversed(self._written):
            after = later[key] if key in later else self._stored(json.loads(key))
            later[key] = before
            self.write_units[function] += factor * max(_units(before), _units(after))
            for index in self._indexes:
                self.write_units[function] += index.units(before, after)

    def _count(self, function: str, operation: str, body: dict[str, Any]) -> None:
        match operation:
            case "GetItem":
                self._read(function, [self._stored(body["Key"])], body)
            case "BatchGetItem":
                [(_, asked)] = body["RequestItems"].items()
                for key in asked["Keys"]:
                    self._read(function, [self._stored(key)], asked)
            case "Query":
                self._read(function, self._dynamodb.query(**body)["Items"], body)
            case "TransactWriteItems":
                for kind, part in (pair for item in body["TransactItems"] for pair in item.items()):
                    self._write(function, kind, part, 2)
            case _:
                self._write(function, _WRITES[operation], body, 1)

    def _read(self, function: str, items: list[Item], asked: Mapping[str, Any]) -> None:
        """Count what one read takes; DynamoDB rounds the sum of a Query's items, not each."""
        self.items[function] += len(items)
        blocks = max(1, ceil(sum(map(size, items)) / (4 * KB)))
        self.read_units[function] += blocks if asked.get("ConsistentRead") else blocks / 2

    def _write(self, function: str, kind: str, part: Mapping[str, Any], factor: int) -> None:
        key = {name: part["Item"][name] for name in ("pk", "sk")} if kind == "Put" else part["Key"]
        named = json.dumps(key, sort_keys=True)
        self._written.append((function, named, factor, self._stored(key)))

    def _stored(self, key: Mapping[str, Any]) -> Item:
        found = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return dict(found.get("Item", {}))


@contextmanager
def metered(stack: Stack) -> Iterator[Meter]:
    """Count what the block and the work that it queues ask of AWS."""
    meter = Meter(stack.aws)
    with stack.aws.heard(meter.hear):
        yield meter
        meter.close()


def size(item: Item) -> int:
    """Return an item's size in bytes, as DynamoDB counts it."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    [(kind, held)] = value.items()
    match kind:
        case "S":
            return len(held.encode())
        case "N":
            return ceil(len(held.strip("-")) / 2) + 1
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(inner) for name, inner in held.items())
        case "L":
            return 3 + sum(1 + _size(inner) for inner in held)
        case _:
            return 1


def _units(item: Item) -> int:
    return max(1, ceil(size(item) / KB))


@dataclass(frozen=True)
class Index:
    """A global secondary index: its key, and whether it holds the whole item."""

    key: tuple[str, ...]
    whole: bool

    def units(self, before: Item, after: Item) -> int:
        """Return what a write costs here: nothing, one entry, or the old one's end and the new one."""
        old, new = self._entry(before), self._entry(after)
        if old == new:
            return 0
        if old and new and all(old[name] == new[name] for name in self.key):
            return max(_units(old), _units(new))
        return sum(_units(entry) for entry in (old, new) if entry)

    def _entry(self, item: Item) -> Item:
        if not all(name in item for name in self.key):
            return {}
        return item if self.whole else {name: item[name] for name in ("pk", "sk", *self.key)}


def _index(declared: Mapping[str, Any]) -> Index:
    key = tuple(found["AttributeName"] for found in declared["KeySchema"])
    return Index(key, declared["Projection"]["ProjectionType"] == "ALL")
