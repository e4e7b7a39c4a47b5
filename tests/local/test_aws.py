"""What moto is made fit for, and what of a template is made in it."""

import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.aws import Aws, Depth
from local.intrinsics import TemplateError
from local.template import REGION, Template

# The stubs type every operation's dictionaries, which these tests write down plainly.
Client = Any

TEMPLATE = """
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: sk, AttributeType: S}
        - {AttributeName: due_shard, AttributeType: S}
        - {AttributeName: due, AttributeType: N}
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: due
          KeySchema: [{AttributeName: due_shard, KeyType: HASH}, {AttributeName: due, KeyType: RANGE}]
          Projection: {ProjectionType: ALL}
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
  Mails:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 7
      RedrivePolicy: {deadLetterTargetArn: !GetAtt DeadMails.Arn, maxReceiveCount: 2}
  DeadMails: {Type: AWS::SQS::Queue}
  Given: {Type: AWS::SecretsManager::Secret}
  Generated:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString: {SecretStringTemplate: '{"id": 1}', GenerateStringKey: key, PasswordLength: 40}
"""
TABLE = "guestlist-Table"
Item = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def stack() -> Iterator[Aws]:
    with Aws(Template.parse(TEMPLATE), secrets={"Given": "s3"}, identities=["example.com"]) as aws:
        yield aws


@pytest.fixture
def aws() -> Iterator[Aws]:
    with Aws(Template.parse(TEMPLATE), secrets={"Given": "s3"}, identities=["example.com"]) as fresh:
        yield fresh


@pytest.fixture
def dynamodb(aws: Aws) -> Client:
    return client(aws, "dynamodb")


def client(aws: Aws, service: str) -> Client:
    return boto3.client(
        service,
        endpoint_url=aws.endpoint_url,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def item(pk: str, sk: str = "A", **more: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}, **{name: {"S": value} for name, value in more.items()}}


def put(pk: str, **more: object) -> dict[str, Any]:
    return {"Put": {"TableName": TABLE, "Item": item(pk), **more}}


def fails(pk: str) -> dict[str, Any]:
    condition = "attribute_exists(pk)"
    return {"ConditionCheck": {"TableName": TABLE, "Key": item(pk), "ConditionExpression": condition}}


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

    threads = [threading.Thread(target=work, args=[n]) for n in range(4) for work in (commit, refuse)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = [found["pk"]["S"] for found in dynamodb.scan(TableName=TABLE)["Items"]]
    assert len(stored) == 200
    assert not [pk for pk in stored if pk.startswith("LOST")]


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


def test_an_injected_conflict_blames_the_operation_that_matches(aws: Aws, dynamodb: Client) -> None:
    """The reasons stand by position, as AWS gives them; the next attempt goes through."""
    aws.inject("TransactWriteItems", "TransactionConflict", matching="USER#")
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as refused:
        dynamodb.transact_write_items(TransactItems=[put("ORG#a"), put("USER#1")])
    codes = [reason.get("Code") for reason in refused.value.response["CancellationReasons"]]
    assert codes == ["None", "TransactionConflict"]
    dynamodb.transact_write_items(TransactItems=[put("ORG#a"), put("USER#1")])


def test_an_injected_conflict_of_a_plain_write(aws: Aws, dynamodb: Client) -> None:
    aws.inject("PutItem", "TransactionConflictException", times=2)
    for _ in range(2):
        with pytest.raises(dynamodb.exceptions.TransactionConflictException):
            dynamodb.put_item(TableName=TABLE, Item=item("A"))
    dynamodb.put_item(TableName=TABLE, Item=item("A"))


def test_two_stacks_of_one_process_share_nothing(aws: Aws, dynamodb: Client) -> None:
    dynamodb.put_item(TableName=TABLE, Item=item("A"))
    with Aws(aws.template) as other:
        assert client(other, "dynamodb").scan(TableName=TABLE)["Count"] == 0
    assert dynamodb.scan(TableName=TABLE)["Count"] == 1


def test_the_table_has_its_time_to_live(dynamodb: Client) -> None:
    description = dynamodb.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
    assert description == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}


def test_a_message_received_too_often_goes_to_the_dead_letter_queue(aws: Aws) -> None:
    sqs, url = aws.sqs(), aws.physical["Mails"]["Ref"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    for _ in range(2):
        assert sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]
        time.sleep(0.01)
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
    assert aws.depth("guestlist-DeadMails") == Depth(visible=1, in_flight=0, delayed=0)


def test_depth_tells_delayed_and_in_flight_apart(aws: Aws) -> None:
    sqs, url = aws.sqs(), aws.physical["Mails"]["Ref"]
    sqs.send_message(QueueUrl=url, MessageBody="1")
    sqs.send_message(QueueUrl=url, MessageBody="2", DelaySeconds=60)
    assert aws.depth("guestlist-Mails") == Depth(visible=1, in_flight=0, delayed=1)
    sqs.receive_message(QueueUrl=url)
    assert aws.depth("guestlist-Mails") == Depth(visible=0, in_flight=1, delayed=1)


def test_secrets_hold_what_is_given_or_generated(stack: Aws) -> None:
    manager = client(stack, "secretsmanager")
    values = [
        manager.get_secret_value(SecretId=stack.physical[name]["Ref"])["SecretString"]
        for name in ("Given", "Generated")
    ]
    assert values[0] == "s3"
    assert values[1].startswith('{"id": 1, "key": "')


def test_a_value_for_a_secret_that_is_not_declared_is_an_error() -> None:
    aws = Aws(Template.parse("Resources: {}"), secrets={"Typo": "x"})
    with pytest.raises(TemplateError, match="no secret Typo"):
        aws.start()
    aws.stop()


def test_mails_keep_both_bodies_and_the_headers(aws: Aws) -> None:
    """A simple and a raw mail read the same."""
    ses = client(aws, "sesv2")
    raw = EmailMessage()
    raw["Subject"], raw["From"], raw["X-Invite"] = "Hallo Zoë", "door@example.com", "1"
    raw.set_content("text\n")
    raw.add_alternative("<p>html</p>\n", subtype="html")
    simple = {
        "Subject": {"Data": "Hallo Zoë"},
        "Body": {"Text": {"Data": "text\n"}, "Html": {"Data": "<p>html</p>\n"}},
        "Headers": [{"Name": "X-Invite", "Value": "1"}],
    }
    for content in ({"Simple": simple}, {"Raw": {"Data": raw.as_bytes()}}):
        ses.send_email(
            FromEmailAddress="door@example.com",
            Destination={"ToAddresses": ["ann@example.net"]},
            Content=content,
        )
    mails = aws.mails()
    assert [(mail.subject, mail.text, mail.html, mail.to) for mail in mails] == 2 * [
        ("Hallo Zoë", "text\n", "<p>html</p>\n", ("ann@example.net",))
    ]
    assert [mail.headers["X-Invite"] for mail in mails] == ["1", "1"]
