"""moto by the shorter ways answers as by its own: refusals, values of all types, and expressions."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core import responses
from moto.core.serialize import SERVICE_SPECIFIC_SERIALIZERS
from moto.core.utils import method_names_from_class
from moto.dynamodb.parsing.tokens import ExpressionTokenizer

from local import moto_fast
from local.aws import Aws
from tests.local.aws_setup import TABLE, Client, client, fails, item, put, small_stack

KEY = {"pk": {"S": "A"}, "sk": {"S": "A"}}
OF_ALL_TYPES: dict[str, Any] = {
    **KEY,
    "text": {"S": ""},
    "much": {"N": "-1.50"},
    "truth": {"BOOL": False},
    "nothing": {"NULL": True},
    "bytes": {"B": b"\x00\xff"},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2.5"]},
    "list": {"L": [{"S": "a"}, {"M": {"in": {"L": []}}}, {"B": b"\x01"}]},
    "map": {"M": {"in": {"N": "0"}, "deep": {"M": {"er": {"BOOL": True}}}}},
}
UPDATE = "SET #a = if_not_exists(#a, :one), deep = :deep REMOVE texts ADD much :one"
VALUES: dict[str, Any] = {":one": {"N": "1"}, ":deep": {"M": {"list": {"L": [{"S": "x"}]}}}}


def its_own_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have moto answer by its own server and serializer from now on."""
    monkeypatch.setattr(moto_fast, "answered", lambda _: None)
    monkeypatch.delitem(SERVICE_SPECIFIC_SERIALIZERS, "dynamodb")
    monkeypatch.setattr(ExpressionTokenizer, "make_list", moto_fast._make_list)
    monkeypatch.setattr(responses, "method_names_from_class", method_names_from_class)


def conversation(aws: Aws) -> list[object]:
    """Return what is answered to calls of each service, in turn."""
    dynamodb, sqs, secrets = (client(aws, name) for name in ("dynamodb", "sqs", "secretsmanager"))
    queue = aws.physical["Mails"]["Ref"]
    updated = {"ExpressionAttributeNames": {"#a": "a"}, "ExpressionAttributeValues": VALUES}
    due = {"KeyConditionExpression": "due_shard = :s", "ExpressionAttributeValues": {":s": {"S": "0"}}}
    calls: list[tuple[Client, str, dict[str, Any]]] = [
        (dynamodb, "put_item", {"TableName": TABLE, "Item": OF_ALL_TYPES}),
        (dynamodb, "get_item", {"TableName": TABLE, "Key": KEY}),
        *[
            (dynamodb, "update_item", {"TableName": TABLE, "Key": KEY, "UpdateExpression": said, **updated})
            for said in (UPDATE, UPDATE, f"{UPDATE} SET")
        ],
        (dynamodb, "get_item", {"TableName": TABLE, "Key": KEY}),
        (dynamodb, "get_item", {"TableName": TABLE, "Key": item("B")}),
        (dynamodb, "get_item", {"TableName": "Other", "Key": KEY}),
        (dynamodb, "transact_write_items", {"TransactItems": [put("C"), fails("D")]}),
        (dynamodb, "put_item", {"TableName": TABLE, "Item": item("E", due_shard="0") | {"due": {"N": "7"}}}),
        (dynamodb, "query", {"TableName": TABLE, "IndexName": "due", **due}),
        (dynamodb, "scan", {"TableName": TABLE}),
        (sqs, "send_message", {"QueueUrl": queue, "MessageBody": "é"}),
        (
            sqs,
            "receive_message",
            {"QueueUrl": queue, "MessageSystemAttributeNames": ["ApproximateReceiveCount"]},
        ),
        (sqs, "delete_message", {"QueueUrl": queue, "ReceiptHandle": "none"}),
        (sqs, "send_message", {"QueueUrl": f"{queue}-not", "MessageBody": "x"}),
        (secrets, "get_secret_value", {"SecretId": "guestlist-Given"}),
        (secrets, "get_secret_value", {"SecretId": "other"}),
    ]
    return [answer(*call) for call in calls]


def answer(service: Client, operation: str, asked: dict[str, Any]) -> object:
    """Return an answer without what is another one each time."""
    try:
        answered = getattr(service, operation)(**asked)
    except ClientError as refused:
        answered = refused.response
    answered["ResponseMetadata"] = answered["ResponseMetadata"]["HTTPStatusCode"]
    for message in answered.get("Messages", []):
        del message["MessageId"], message["ReceiptHandle"]
    for made_up in ("MessageId", "ARN", "VersionId", "CreatedDate"):
        answered.pop(made_up, None)
    return answered


def test_the_answers_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each service, in good and bad."""
    with small_stack() as one, small_stack() as other:
        sooner = conversation(one)
        its_own_ways(monkeypatch)
        assert conversation(other) == sooner
