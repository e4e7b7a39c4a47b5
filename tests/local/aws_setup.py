"""A small template made in moto, and what writes to its table: what the tests of both share."""

from typing import Any

import boto3

from local.aws import Aws
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


def small_stack() -> Aws:
    """Return the template, not started yet."""
    return Aws(Template.parse(TEMPLATE), secrets={"Given": "s3"}, identities=["example.com"])
