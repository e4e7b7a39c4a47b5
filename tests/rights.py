"""The rights that calls take (AWS, service authorization reference), and those that template.yaml gives."""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from werkzeug.wrappers import Request

from local.aws import Aws
from local.template import REGION

FUNCTION = "AWS::Serverless::Function"
# A transaction takes the rights of its parts; the tables', queues' and secrets' own keys take none.
_OF_TRANSACTION = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}


class Need(NamedTuple):
    """What a function did: an action on a resource; `sender` is SES's `ses:FromAddress`."""

    function: str
    action: str
    resource: str
    sender: str = ""


class Right(NamedTuple):
    """What a function may do; wildcards as in a policy, and `sender` "*" where there is no condition."""

    function: str
    action: str
    resource: str
    sender: str

    def covers(self, need: Need) -> bool:
        """Tell whether this right allows it."""
        return all(fnmatchcase(asked, given) for asked, given in zip(need, self, strict=True))


def given(aws: Aws) -> Iterator[Right]:
    """Yield each action on each resource that the functions' own policies in the template allow."""
    for function in aws.template.resources(FUNCTION):
        for policy in aws.template.resolve(function.properties["Policies"]):
            for statement in policy["Statement"]:
                sender = _sender(statement)
                for action in _listed(statement["Action"]):
                    for resource in _listed(statement["Resource"]):
                        yield Right(function.name, action, resource, sender)


def _sender(statement: Mapping[str, Any]) -> str:
    """Return the only condition that is read here."""
    assert statement["Effect"] == "Allow"
    if "Condition" not in statement:
        return "*"
    [(operator, values)] = statement["Condition"].items()
    [(key, sender)] = values.items()
    assert (operator, key) == ("StringEquals", "ses:FromAddress")
    return str(sender)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def needed(request: Request, aws: Aws) -> Iterator[Need]:
    """Yield what a request takes, if a function made it: its client's `app/` in the user agent says which."""
    agent = request.headers["User-Agent"].split()
    for function in [part.removeprefix("app/") for part in agent if part.startswith("app/")]:
        body = json.loads(request.get_data() or "{}")
        for action, resource, *sender in _asked(request, body, aws):
            yield Need(function, action, resource, *sender)


def _asked(request: Request, body: Mapping[str, Any], aws: Aws) -> Iterator[tuple[str, ...]]:
    service, _, operation = request.headers.get("X-Amz-Target", "ses.SendEmail").partition(".")
    arns = {found["Ref"]: found.get("Arn", found["Ref"]) for found in aws.physical.values()}
    match service, operation:
        case "DynamoDB_20120810", "TransactWriteItems":
            for kind, part in (pair for item in body["TransactItems"] for pair in item.items()):
                yield _OF_TRANSACTION[kind], arns[part["TableName"]]
        case "DynamoDB_20120810", "BatchGetItem":
            for table in body["RequestItems"]:
                yield "dynamodb:BatchGetItem", arns[table]
        case "DynamoDB_20120810", _:
            index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
            yield f"dynamodb:{operation}", arns[body["TableName"]] + index
        case "AmazonSQS", _:
            yield f"sqs:{operation}", arns[body["QueueUrl"]]
        case "TrentService", _:
            yield f"kms:{operation}", arns.get(body["KeyId"], body["KeyId"])
        case "secretsmanager", _:
            yield f"secretsmanager:{operation}", arns[body["SecretId"]]
        case _ if request.path.startswith("/v2/email/suppression/addresses/"):
            yield "ses:DeleteSuppressedDestination", "*"
        case _:
            assert request.path == "/v2/email/outbound-emails"
            sender, arn = body["FromEmailAddress"], f"arn:aws:ses:{REGION}:{aws.account}"
            yield "ses:SendEmail", f"{arn}:identity/{sender}", sender
            yield "ses:SendEmail", f"{arn}:configuration-set/{body['ConfigurationSetName']}", sender
