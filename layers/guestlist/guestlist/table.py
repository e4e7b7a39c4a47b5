"""DynamoDB, one table: items as dicts, transactions whose refusals are told apart."""

import base64
import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from guestlist.clock import clock
from guestlist.errors import Busy, Malformed

Item = dict[str, Any]
Key = tuple[str, str]

ATTEMPTS = 12
"""Tries of what collides with others: about three seconds in all."""

LONGEST_PK, LONGEST_SK = 2048, 1024
"""Bytes of a key's two parts (DynamoDB, quotas); of anything longer there is no item."""

_PASSING = {"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_encode = TypeSerializer().serialize
_decode = TypeDeserializer().deserialize


class ConditionFailed(Exception):  # noqa: N818 (what DynamoDB calls it)
    """What a write relied on is no longer so: read again and decide anew."""


@dataclass(frozen=True)
class Write:
    """One item's part in a transaction, as DynamoDB takes it."""

    kind: str
    arguments: Mapping[str, Any]


def put(item: Item, *, when: str = "attribute_not_exists(#pk)", **values: object) -> Write:
    """Write a whole item; by default only where there is none, with an empty condition over any."""
    arguments = {"Item": {name: _encode(value) for name, value in item.items()}}
    return Write("Put", arguments | _expressions(values, ConditionExpression=when))


def update(key: Key, change: str, *, when: str, **values: object) -> Write:
    """Change an item, as `SET #due = :due REMOVE #lease_owner`."""
    expressions = _expressions(values, UpdateExpression=change, ConditionExpression=when)
    return Write("Update", {"Key": _key(key)} | expressions)


def delete(key: Key, *, when: str = "", **values: object) -> Write:
    """Delete an item, if there is one."""
    return Write("Delete", {"Key": _key(key)} | _expressions(values, ConditionExpression=when))


def check(key: Key, *, when: str, **values: object) -> Write:
    """Rely on an item without changing it."""
    return Write("ConditionCheck", {"Key": _key(key)} | _expressions(values, ConditionExpression=when))


class Table:
    """The table's operations; reads are consistent, except those of an index."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._client = boto3.client("dynamodb")

    def get(self, key: Key) -> Item | None:
        """Return an item as it stands now."""
        if len(key[0].encode()) > LONGEST_PK or len(key[1].encode()) > LONGEST_SK:
            return None
        answer = self._client.get_item(TableName=self._name, Key=_key(key), ConsistentRead=True)
        return _item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[Key]) -> list[Item]:
        """Return those of up to 100 items that exist, in no order.

        Raises:
            Busy: DynamoDB left some of them out for as long as we tried.
        """
        wanted: Any = {self._name: {"Keys": [_key(key) for key in keys], "ConsistentRead": True}}
        items: list[Item] = []
        if not keys:
            return items
        for attempt in range(ATTEMPTS):
            answer = self._client.batch_get_item(RequestItems=wanted)
            items += [_item(found) for found in answer["Responses"].get(self._name, [])]
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                return items
            _wait(attempt)
        raise Busy

    def page(
        self,
        condition: str,
        *,
        limit: int,
        cursor: str | None = None,
        index: str | None = None,
        newest_first: bool = False,
        **values: object,
    ) -> tuple[list[Item], str | None]:
        """Return a page of a partition in key order or against it, and the cursor of the next one.

        Raises:
            Malformed: the cursor is none that this listing gave.
        """
        arguments: dict[str, Any] = _expressions(values, KeyConditionExpression=condition)
        arguments |= {"IndexName": index} if index else {"ConsistentRead": True}
        if newest_first:
            arguments["ScanIndexForward"] = False
        if cursor:
            arguments["ExclusiveStartKey"] = _start_key(cursor, index, values)
        try:
            answer = self._client.query(TableName=self._name, Limit=limit, **arguments)
        except ClientError as error:
            if cursor and error.response["Error"]["Code"] == "ValidationException":
                raise Malformed("The cursor is not one of this list.") from error
            raise
        last = answer.get("LastEvaluatedKey")
        return [_item(found) for found in answer["Items"]], _cursor(last) if last else None

    def scan(
        self, condition: str, *, limit: int, cursor: Key | None, **values: object
    ) -> tuple[list[Item], Key | None]:
        """Return those of the next `limit` items of the table that meet a condition, and the last one's key.

        It reads all that it passes, and may be a moment behind; the key is None where the table ends.
        """
        arguments = _expressions(values, FilterExpression=condition)
        if cursor:
            arguments["ExclusiveStartKey"] = _key(cursor)
        answer = self._client.scan(TableName=self._name, Limit=limit, **arguments)
        last = answer.get("LastEvaluatedKey")
        following = (last["pk"]["S"], last["sk"]["S"]) if last else None
        return [_item(found) for found in answer["Items"]], following

    def change(self, write: Write) -> Item:
        """Carry out one update by itself and return the item as it is then.

        Raises:
            ConditionFailed: what the write relied on is no longer so.
            Busy: transactions were in the way for as long as we tried.
        """
        arguments: Any = write.arguments
        for attempt in range(ATTEMPTS):
            try:
                answer = self._client.update_item(TableName=self._name, ReturnValues="ALL_NEW", **arguments)
            except self._client.exceptions.ConditionalCheckFailedException:
                raise ConditionFailed from None
            except self._client.exceptions.TransactionConflictException:
                # Botocore does not retry this one; a transaction on the item is under way.
                _wait(attempt)
            else:
                return _item(answer["Attributes"])
        raise Busy

    def transact(self, writes: Sequence[Write]) -> None:
        """Carry out all of the writes or none.

        Where the answer is lost, botocore asks again with the same `ClientRequestToken`, under which
        DynamoDB carries a transaction out once.

        Raises:
            ConditionFailed: what a write relied on is no longer so.
            Busy: it collided with other transactions for as long as we tried.
        """
        parts: Any = [{write.kind: {"TableName": self._name, **write.arguments}} for write in writes]
        for attempt in range(ATTEMPTS):
            try:
                self._client.transact_write_items(TransactItems=parts)
            except self._client.exceptions.TransactionCanceledException as error:
                codes = {reason["Code"] for reason in error.response["CancellationReasons"]}
                if "ConditionalCheckFailed" in codes:
                    raise ConditionFailed from None
                if not codes <= _PASSING:
                    raise
                _wait(attempt)
            else:
                return
        raise Busy


def _wait(attempt: int) -> None:
    clock.sleep(random.uniform(0, min(0.5, 0.02 * 2**attempt)))  # noqa: S311 (jitter)


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _item(found: Mapping[str, Any]) -> Item:
    return {name: _plain(_decode(value)) for name, value in found.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401 (DynamoDB's values)
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _expressions(values: Mapping[str, object], **expressions: str) -> dict[str, Any]:
    """Return expressions with the names (`#due`) and values (`:due`) that stand in them."""
    text = " ".join(expressions.values())
    arguments: dict[str, Any] = {name: expression for name, expression in expressions.items() if expression}
    if names := set(re.findall(r"#(\w+)", text)):
        arguments["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
    if values:
        arguments["ExpressionAttributeValues"] = {
            f":{name}": _encode(value) for name, value in values.items()
        }
    return arguments


def _cursor(key: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode()


def _start_key(cursor: str, index: str | None, values: Mapping[str, object]) -> dict[str, Any]:
    """Return the key after which a page starts; it lies in the part of the partition that is asked for."""
    partition, names = (index, {"pk", "sk", index, "listed"}) if index else ("pk", {"pk", "sk"})
    try:
        key: dict[str, Any] = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        start = {str(name): {"S": str(value["S"])} for name, value in key.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Malformed("The cursor is not one of this list.") from None
    here = start.keys() == names and start[str(partition)]["S"] == values[str(partition)]
    if not here or not start["sk"]["S"].startswith(str(values.get("kind", ""))):
        raise Malformed("The cursor is not one of this list.")
    return start
