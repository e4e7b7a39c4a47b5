"""What moto's DynamoDB is made fit for: races, size, and what AWS refuses."""

import gc
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models.dynamo_type import Item

from local.aws import Aws
from tests.local.aws_setup import TABLE, Client, client, fails, item, put, small_stack


@pytest.fixture
def aws() -> Iterator[Aws]:
    with small_stack() as started:
        yield started


@pytest.fixture
def dynamodb(aws: Aws) -> Client:
    return client(aws, "dynamodb")


@pytest.fixture
def hurried() -> Iterator[None]:
    """Switch threads a thousand times as often: what may race does."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 1000)
    yield
    sys.setswitchinterval(before)


def seconds(work: Callable[[], object], times: int = 20) -> float:
    """Return the time of the fastest of several runs, which a busy machine disturbs least."""

    def once() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return min(once() for _ in range(times))


def due(dynamodb: Client) -> list[str]:
    found = dynamodb.query(
        TableName=TABLE,
        IndexName="due",
        KeyConditionExpression="due_shard = :shard",
        ExpressionAttributeValues={":shard": {"S": "0"}},
    )
    return [row["pk"]["S"] for row in found["Items"]]


def fill(dynamodb: Client, count: int) -> None:
    """Store that many items, each alone in its partition."""
    for start in range(0, count, 25):
        requests = [{"PutRequest": {"Item": item(f"FILL#{n}")}} for n in range(start, start + 25)]
        dynamodb.batch_write_item(RequestItems={TABLE: requests})


def test_an_acknowledged_transaction_never_vanishes_beside_a_refused_one(dynamodb: Client) -> None:
    """Threads commit while others are refused: all that was acknowledged is there, of the refused nothing."""

    def commit(thread: int) -> None:
        for n in range(25):
            dynamodb.transact_write_items(
                TransactItems=[put(f"KEPT#{thread}-{n}"), put(f"ALSO#{thread}-{n}")]
            )

    def refuse(thread: int) -> None:
        for n in range(25):
            with pytest.raises(ClientError, match="ConditionalCheckFailed"):
                dynamodb.transact_write_items(TransactItems=[put(f"LOST#{thread}-{n}"), fails("NOBODY")])

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(work, n) for n in range(4) for work in (commit, refuse)]
    assert not [thread.exception() for thread in running if thread.exception()]
    stored = [found["pk"]["S"] for found in dynamodb.scan(TableName=TABLE)["Items"]]
    assert len(stored) == 200
    assert not [pk for pk in stored if pk.startswith("LOST")]


@pytest.mark.usefixtures("hurried")
def test_a_race_for_one_item_has_one_winner(dynamodb: Client) -> None:
    """Of those who write on condition that nobody did, one is acknowledged each time."""
    create = {"ConditionExpression": "attribute_not_exists(pk)"}

    def race(pk: str) -> bool:
        try:
            dynamodb.transact_write_items(TransactItems=[put(pk, **create)])
        except dynamodb.exceptions.TransactionCanceledException:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(race, [str(n // 8) for n in range(240)]))
    assert won.count(True) == 30


def test_a_transaction_and_a_query_take_no_longer_in_a_large_table(dynamodb: Client) -> None:
    """From 100 to 10,000 items the time stays flat (as they come from moto it grows fifty-fold)."""
    dynamodb.put_item(TableName=TABLE, Item={**item("ONE", due_shard="0"), "due": {"N": "1"}})

    def transact() -> None:
        dynamodb.transact_write_items(TransactItems=[put("ONE"), put("TWO")])

    fill(dynamodb, 100)
    small = seconds(transact), seconds(lambda: due(dynamodb))
    fill(dynamodb, 10_000)
    large = seconds(transact), seconds(lambda: due(dynamodb))
    assert large[0] < 3 * small[0]
    assert large[1] < 3 * small[1]


def test_what_was_replaced_is_let_go(dynamodb: Client) -> None:
    """As it comes moto keeps every item that it ever made: a stack that stays up would grow and slow down."""

    def kept() -> int:
        gc.collect()
        return sum(isinstance(found, Item) for found in gc.get_objects())

    dynamodb.put_item(TableName=TABLE, Item=item("ONE"))
    before = kept()
    for _ in range(20):
        dynamodb.put_item(TableName=TABLE, Item=item("ONE"))
        dynamodb.transact_write_items(TransactItems=[put("ONE")])
    assert kept() - before < 5


def test_an_index_follows_every_kind_of_write(dynamodb: Client) -> None:
    """Put, update, removal of the key, deletion and a refused transaction each leave the index right."""
    for n, pk in enumerate(("C", "B", "A")):
        dynamodb.put_item(TableName=TABLE, Item={**item(pk, due_shard="0"), "due": {"N": str(n)}})
    assert due(dynamodb) == ["C", "B", "A"]
    dynamodb.update_item(
        TableName=TABLE,
        Key=item("C"),
        UpdateExpression="SET due = :later",
        ExpressionAttributeValues={":later": {"N": "9"}},
    )
    dynamodb.update_item(TableName=TABLE, Key=item("B"), UpdateExpression="REMOVE due_shard, due")
    assert due(dynamodb) == ["A", "C"]
    dynamodb.delete_item(TableName=TABLE, Key=item("A"))
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[put("C"), fails("NOBODY")])
    assert due(dynamodb) == ["C"]


def test_a_query_pages_through_its_partition(dynamodb: Client) -> None:
    """Pages hold what the limit says, go on at the key, and run backwards too."""
    for n in range(5):
        dynamodb.put_item(TableName=TABLE, Item=item("ORG#a", f"MEMBER#{n}"))
        dynamodb.put_item(TableName=TABLE, Item=item("ORG#b", f"MEMBER#{n}"))
    paginator = dynamodb.get_paginator("query")
    pages = paginator.paginate(
        TableName=TABLE,
        KeyConditionExpression="pk = :org AND begins_with(sk, :prefix)",
        ExpressionAttributeValues={":org": {"S": "ORG#a"}, ":prefix": {"S": "MEMBER#"}},
        ScanIndexForward=False,
        PaginationConfig={"PageSize": 2},
    )
    found = [[row["sk"]["S"][-1] for row in page["Items"]] for page in pages]
    assert found == [["4", "3"], ["2", "1"], ["0"]]


@pytest.mark.parametrize("value", [{"S": ""}, {"NULL": True}, {"N": "1"}])
def test_f33_an_index_key_that_is_empty_or_of_another_type_is_refused(
    dynamodb: Client, value: dict[str, Any]
) -> None:
    """F33: by put, by update and in a transaction alike; the item stays as it was."""
    dynamodb.put_item(TableName=TABLE, Item=item("A"))
    change = {
        "TableName": TABLE,
        "Key": item("A"),
        "UpdateExpression": "SET due_shard = :value",
        "ExpressionAttributeValues": {":value": value},
    }
    for write, arguments in (
        (dynamodb.put_item, {"TableName": TABLE, "Item": {**item("A"), "due_shard": value}}),
        (dynamodb.update_item, change),
        (dynamodb.transact_write_items, {"TransactItems": [put("B"), {"Update": change}]}),
    ):
        with pytest.raises(ClientError, match="ValidationException"):
            write(**arguments)
    assert dynamodb.scan(TableName=TABLE)["Items"] == [item("A")]


def test_f33_two_operations_on_one_item_in_a_transaction_are_refused(dynamodb: Client) -> None:
    """F33: a check and a write of one item exclude each other, and nothing is written."""
    with pytest.raises(ClientError, match="multiple operations on one item"):
        dynamodb.transact_write_items(TransactItems=[put("B"), put("A"), fails("A")])
    assert dynamodb.scan(TableName=TABLE)["Count"] == 0


def test_a_transaction_of_more_than_100_items_is_refused(dynamodb: Client) -> None:
    with pytest.raises(ClientError, match="less than or equal to 100"):
        dynamodb.transact_write_items(TransactItems=[put(f"{n}") for n in range(101)])
    assert dynamodb.scan(TableName=TABLE)["Count"] == 0


def test_a_value_that_no_expression_names_is_refused(dynamodb: Client) -> None:
    unused = put(
        "A", ConditionExpression="attribute_not_exists(pk)", ExpressionAttributeValues={":x": {"S": "1"}}
    )
    with pytest.raises(ClientError, match="unused in expressions"):
        dynamodb.transact_write_items(TransactItems=[unused])
