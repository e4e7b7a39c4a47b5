"""moto's DynamoDB without HTTP: requests and answers as botocore has them, about a millisecond each."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    TransactionCanceledException,
)
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.parsing.key_condition_expression import parse_expression

from local import moto_fit
from local.template import REGION

TABLE = "guestlist"
Body = dict[str, Any]


class Refused(Exception):  # noqa: N818 (what DynamoDB does)
    """A refusal, with DynamoDB's code and, of a transaction, its reasons."""

    def __init__(self, code: str, reasons: list[str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.reasons = reasons


class DynamoDb:
    """One table, by the operations that Guestlist uses."""

    def __init__(self, properties: Mapping[str, Any]) -> None:
        moto_fit.install()
        self._properties = properties
        self._backend = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION]

    def empty(self) -> None:
        """Begin with an empty table."""
        self._backend.tables.pop(TABLE, None)
        self._backend.create_table(
            TABLE,
            schema=self._properties["KeySchema"],
            throughput=None,
            attr=self._properties["AttributeDefinitions"],
            global_indexes=self._properties["GlobalSecondaryIndexes"],
            indexes=[],
            streams=None,
            billing_mode="PAY_PER_REQUEST",
            sse_specification=None,
            tags=[],
            deletion_protection_enabled=False,
            warm_throughput=None,
        )

    def items(self) -> list[Body]:
        """Return the whole table as it stands, in DynamoDB's JSON."""
        return [_json(item) for item in self._backend.tables[TABLE].all_items()]

    def due(self) -> list[Body]:
        """Return all items that are due some time, in DynamoDB's JSON."""
        items = self._backend.tables[TABLE].all_items()
        return [_json(item) for item in items if "due" in item.attrs]

    def fill(self, items: list[Body]) -> None:
        """Put items there as they are, in DynamoDB's JSON."""
        for item in items:
            self._backend.tables[TABLE].put_item(item)

    def answer(self, operation: str, asked: Body) -> Body:
        """Carry an operation out, wholly or not at all.

        Raises:
            Refused: DynamoDB would not.
        """
        match operation:
            case "GetItem":
                found = self._backend.get_item(TABLE, asked["Key"])
                return {"Item": _json(found)} if found else {}
            case "BatchGetItem":
                keys = asked["RequestItems"][TABLE]["Keys"]
                items = [self._backend.get_item(TABLE, key) for key in keys]
                return {"Responses": {TABLE: [_json(item) for item in items if item]}}
            case "Query":
                return self._query(asked)
            case "Scan":
                return self._scan(asked)
            case "UpdateItem":
                return self._update(asked)
            case "TransactWriteItems":
                return self._transact(asked)
        raise NotImplementedError(operation)

    def _query(self, asked: Body) -> Body:
        index, names = asked.get("IndexName"), asked.get("ExpressionAttributeNames", {})
        hashes, ranges, _ = parse_expression(
            key_condition_expression=asked["KeyConditionExpression"],
            expression_attribute_names=names,
            expression_attribute_values=asked["ExpressionAttributeValues"],
            schema=self._backend.get_schema(table_name=TABLE, index_name=index),
        )
        _, comparison, values = ranges[-1] if ranges else ("", None, [])
        items, _, last = self._backend.query(
            TABLE,
            hashes[0][1],
            comparison,
            values,
            asked["Limit"],
            _start(asked),
            asked.get("ScanIndexForward", True),
            None,
            index_name=index,
            hash_key_conditions=hashes,
            range_key_conditions=ranges,
        )
        found = {"Items": [_json(item) for item in items]}
        return {**found, "LastEvaluatedKey": _key(last)} if last else found

    def _scan(self, asked: Body) -> Body:
        items, _, last = self._backend.scan(
            TABLE,
            {},
            asked["Limit"],
            _start(asked),
            asked.get("FilterExpression"),
            asked.get("ExpressionAttributeNames", {}),
            asked.get("ExpressionAttributeValues", {}),
            "",
            asked.get("ConsistentRead", False),
            None,
            (None, None),
        )
        found = {"Items": [_json(item) for item in items]}
        return {**found, "LastEvaluatedKey": _key(last)} if last else found

    def _update(self, asked: Body) -> Body:
        try:
            item = self._backend.update_item(
                TABLE,
                asked["Key"],
                update_expression=asked["UpdateExpression"],
                expression_attribute_names=asked.get("ExpressionAttributeNames", {}),
                expression_attribute_values=asked.get("ExpressionAttributeValues", {}),
                condition_expression=asked.get("ConditionExpression"),
            )
        except ConditionalCheckFailed as error:
            raise Refused("ConditionalCheckFailedException") from error
        return {"Attributes": _json(item)}

    def _transact(self, asked: Body) -> Body:
        try:
            self._backend.transact_write_items(asked["TransactItems"])
        except TransactionCanceledException as error:
            raise Refused("TransactionCanceledException", _reasons(error)) from error
        return {}


def torn(before: Body, after: Body, random: Random) -> Body:
    """Return one of the readings of several items that a transaction between two moments allows."""
    if "Responses" in after:
        old, new = before["Responses"][TABLE], after["Responses"][TABLE]
        return {"Responses": {TABLE: _mixed(old, new, random)}}
    if "LastEvaluatedKey" in before or "LastEvaluatedKey" in after:
        return random.choice([before, after])
    return {"Items": _mixed(before["Items"], after["Items"], random)}


def _mixed(before: list[Body], after: list[Body], random: Random) -> list[Body]:
    old, new = ({(item["pk"]["S"], item["sk"]["S"]): item for item in items} for items in (before, after))
    drawn = {key: random.choice([old, new]).get(key) for key in sorted(old.keys() | new.keys())}
    return [item for item in drawn.values() if item]


def _start(asked: Body) -> Any:  # noqa: ANN401 (moto takes None for the beginning, and does not say so)
    return asked.get("ExclusiveStartKey")


def _key(last: dict[str, Any]) -> Body:
    return {name: _value(found) if isinstance(found, DynamoType) else found for name, found in last.items()}


def _json(item: Item) -> Body:
    return {name: _value(found) for name, found in item.attrs.items()}


def _value(found: DynamoType) -> Body:
    if found.is_map():
        return {found.type: {name: _value(inner) for name, inner in found.value.items()}}
    if found.is_list():
        return {found.type: [_value(inner) for inner in found.value]}
    return {found.type: found.value}


def _reasons(error: TransactionCanceledException) -> list[str]:
    return [reason["Code"] for reason in json.loads(error.description)["CancellationReasons"]]
