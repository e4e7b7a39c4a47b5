"""What a template declares, made in moto, and what is injected and read at its wire."""

import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from local.aws import Aws, Depth
from local.intrinsics import TemplateError
from local.template import Template
from tests.local.aws_setup import TABLE, Client, client, item, put, small_stack


@pytest.fixture
def aws() -> Iterator[Aws]:
    with small_stack() as started:
        yield started


@pytest.fixture
def dynamodb(aws: Aws) -> Client:
    return client(aws, "dynamodb")


def test_an_injected_conflict_blames_the_operation_that_matches(aws: Aws, dynamodb: Client) -> None:
    """The reasons stand by position, as AWS gives them; the next attempt goes through."""
    aws.inject("TransactWriteItems", "TransactionConflict", matching="USER#")
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as refused:
        dynamodb.transact_write_items(TransactItems=[put("ORG#a"), put("USER#1")])
    codes = [reason.get("Code") for reason in refused.value.response["CancellationReasons"]]
    assert codes == ["None", "TransactionConflict"]
    dynamodb.transact_write_items(TransactItems=[put("ORG#a"), put("USER#1")])


def test_a_delayed_write_lets_others_pass(aws: Aws, dynamodb: Client) -> None:
    """It waits outside of the lock, for the block alone."""
    with aws.delayed("TransactWriteItems", 0.3):
        late = threading.Thread(target=dynamodb.transact_write_items, kwargs={"TransactItems": [put("A")]})
        late.start()
        assert "Item" not in dynamodb.get_item(TableName=TABLE, Key=item("A"))
        late.join()
    assert "Item" in dynamodb.get_item(TableName=TABLE, Key=item("A"))


def test_an_injected_conflict_of_a_plain_write(aws: Aws, dynamodb: Client) -> None:
    aws.inject("PutItem", "TransactionConflictException", times=2)
    for _ in range(2):
        with pytest.raises(dynamodb.exceptions.TransactionConflictException):
            dynamodb.put_item(TableName=TABLE, Item=item("A"))
    dynamodb.put_item(TableName=TABLE, Item=item("A"))


def test_a_transaction_whose_answer_was_lost_is_carried_out_once(aws: Aws, dynamodb: Client) -> None:
    """Under the token that botocore sends with each of its tries, as DynamoDB does and moto doesn't."""
    aws.lose("TransactWriteItems")
    new = {"ConditionExpression": "attribute_not_exists(pk)"}
    dynamodb.transact_write_items(TransactItems=[put("A", **new)])
    assert "Item" in dynamodb.get_item(TableName=TABLE, Key=item("A"))
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=[put("A", **new)])


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


def test_secrets_hold_what_is_given_or_generated(aws: Aws) -> None:
    manager = client(aws, "secretsmanager")
    values = [
        manager.get_secret_value(SecretId=aws.physical[name]["Ref"])["SecretString"]
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
