"""AWS on one machine: what template.yaml declares of its tables, queues, mails, keys and secrets, in moto."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from secrets import randbelow
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import boto3
from moto.core.base_backend import BackendDict
from moto.dynamodb.models import dynamodb_backends
from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ses.models import ses_backends
from moto.sesv2.models import sesv2_backends
from moto.sqs.models import sqs_backends

from local.intrinsics import TemplateError
from local.moto_fit import LOCK, install
from local.moto_server import MotoServer, Wire
from local.sent import Sent, read
from local.ses import Ses
from local.template import REGION, STACK, Resource, Template

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient
    from mypy_boto3_sqs.client import SQSClient

_BACKENDS: tuple[BackendDict[Any], ...] = (
    dynamodb_backends,
    sqs_backends,
    ses_backends,
    sesv2_backends,
    kms_backends,
    secretsmanager_backends,
)
_NAMES = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::SES::ConfigurationSet": "Name",
    "AWS::SES::EmailIdentity": "EmailIdentity",
}
_QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DelaySeconds",
    "FifoQueue",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "RedrivePolicy",
    "VisibilityTimeout",
)
TABLE_PROPERTIES = (
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
)


@dataclass(frozen=True)
class Depth:
    """How many messages of a queue can be received now, are in flight, and wait for their delay."""

    visible: int
    in_flight: int
    delayed: int


class Aws:
    """A stack's part of AWS: an account of its own in moto, so that several may run in one process.

    Args:
        template: what to make.
        secrets: values by logical id, for secrets that do not generate one.
        identities: verified senders (addresses or domains) beside those that the template declares.
    """

    def __init__(
        self, template: Template, *, secrets: Mapping[str, str] | None = None, identities: Iterable[str] = ()
    ) -> None:
        install()
        self.account = _account()
        self.ses = Ses(self.account)
        self._wire = Wire(self.account, self.ses)
        self._server = MotoServer(self._wire)
        self._secrets = dict(secrets or {})
        self._identities = list(identities)
        self.endpoint_url = self._server.url
        self.physical = self._physical(template)
        self.template = template.given(self.physical)
        self.inject = self._wire.inject
        self.delayed = self._wire.delayed
        self.heard = self._wire.heard
        self.lose = self._wire.lose

    def start(self) -> Self:
        """Serve, and make what the template declares."""
        self._server.start()
        for make in (
            self._make_tables,
            self._make_queues,
            self._make_keys,
            self._make_secrets,
            self._make_identities,
        ):
            make()
        self.template = self.template.given(self.physical)
        self.ses.queues = self.template.subscribed()
        return self

    def stop(self) -> None:
        """Stop serving and forget the account. Safe to call twice."""
        self._server.stop()
        with LOCK:
            for backends in _BACKENDS:
                backends.pop(self.account, None)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def environment(self) -> dict[str, str]:
        """Return the variables that lead every boto3 client of this process here."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def sqs(self) -> "SQSClient":
        """Return a client for the queues."""
        client: SQSClient = self._client("sqs")
        return client

    def queue_url(self, name: str) -> str:
        """Return a queue's URL, by its name."""
        return f"{self.endpoint_url}/{self.account}/{name}"

    def mails(self) -> list[Sent]:
        """Return what SES was given so far, oldest first."""
        with LOCK:
            return [read(email) for email in self._wire.emails]

    def depth(self, queue_name: str) -> Depth:
        """Count a queue's messages, without a request."""
        with LOCK:
            queue = sqs_backends[self.account][REGION].get_queue(queue_name)
            messages = list(queue._messages)  # noqa: SLF001 the public count walks them three times
        delayed = sum(message.delayed for message in messages)
        visible = sum(message.visible and not message.delayed for message in messages)
        return Depth(visible, len(messages) - visible - delayed, delayed)

    def _client(self, service: str) -> Any:  # noqa: ANN401 the caller says which client it is
        with LOCK:
            return _session().client(service, endpoint_url=self.endpoint_url)

    def _physical(self, template: Template) -> dict[str, dict[str, str]]:
        physical = {"AWS::AccountId": {"Ref": self.account}}
        known = template.given(physical)
        for found in known.resources():
            if found.kind in _NAMES:
                name = known.resolve(found.properties.get(_NAMES[found.kind])) or f"{STACK}-{found.name}"
                physical[found.name] = self._values_of(found, name)
        return physical

    def _values_of(self, found: Resource, name: str) -> dict[str, str]:
        match found.kind:
            case "AWS::DynamoDB::Table":
                return {"Ref": name, "Arn": self._arn("dynamodb", f"table/{name}")}
            case "AWS::SQS::Queue":
                url = self.queue_url(name)
                return {"Ref": url, "QueueUrl": url, "QueueName": name, "Arn": self._arn("sqs", name)}
            case "AWS::SNS::Topic":
                return {"Ref": self._arn("sns", name)}
            case "AWS::Serverless::Function":
                return {"Ref": name, "Arn": self._arn("lambda", f"function:{name}")}
            case _:
                return {"Ref": name}

    def _arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{REGION}:{self.account}:{rest}"

    def _make_tables(self) -> None:
        dynamodb = self._client("dynamodb")
        for logical_id, properties in self.template.tables().items():
            name = self.physical[logical_id]["Ref"]
            wanted = {key: properties[key] for key in TABLE_PROPERTIES if key in properties}
            dynamodb.create_table(TableName=name, **wanted)
            if "TimeToLiveSpecification" in properties:
                specification = properties["TimeToLiveSpecification"]
                dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)

    def _make_queues(self) -> None:
        sqs = self.sqs()
        for logical_id, properties in self.template.queues().items():
            wanted = {key: properties[key] for key in _QUEUE_ATTRIBUTES if key in properties}
            attributes: dict[Any, str] = {key: _attribute(value) for key, value in wanted.items()}
            sqs.create_queue(QueueName=self.physical[logical_id]["QueueName"], Attributes=attributes)

    def _make_keys(self) -> None:
        kms = self._client("kms")
        for logical_id, properties in self.template.signing_keys().items():
            wanted = {key: properties[key] for key in ("Description", "KeySpec", "KeyUsage")}
            made = kms.create_key(**wanted)["KeyMetadata"]
            self.physical[logical_id] = {"Ref": made["KeyId"], "Arn": made["Arn"]}

    def _make_secrets(self) -> None:
        manager: SecretsManagerClient = self._client("secretsmanager")
        for logical_id, properties in self.template.secrets().items():
            wanted = {"Name": properties.get("Name", f"{STACK}-{logical_id}")}
            value = self._secrets.pop(logical_id, None) or properties.get("SecretString")
            if value is None and "GenerateSecretString" in properties:
                value = _generated(manager, properties["GenerateSecretString"])
            if value is not None:
                wanted["SecretString"] = value
            arn = manager.create_secret(**wanted)["ARN"]
            self.physical[logical_id] = {"Ref": arn, "Id": arn}
        if self._secrets:
            raise TemplateError(f"the template has no secret {', '.join(sorted(self._secrets))}")

    def _make_identities(self) -> None:
        ses = self._client("sesv2")
        declared = [found["EmailIdentity"] for found in self.template.identities().values()]
        for identity in dict.fromkeys([*declared, *self._identities]):
            ses.create_email_identity(EmailIdentity=identity)


def _attribute(value: object) -> str:
    """Return a queue's property as SQS takes it: everything is text."""
    return json.dumps(value) if isinstance(value, dict | bool) else str(value)


def _generated(manager: "SecretsManagerClient", wanted: Mapping[str, Any]) -> str:
    """Return what `GenerateSecretString` asks for."""
    template = {"SecretStringTemplate", "GenerateStringKey"}
    options = {key: value for key, value in wanted.items() if key not in template}
    password = manager.get_random_password(**options)["RandomPassword"]
    if "GenerateStringKey" not in wanted:
        return password
    return json.dumps({**json.loads(wanted["SecretStringTemplate"]), wanted["GenerateStringKey"]: password})


@cache
def _session() -> boto3.Session:
    """Return one session for all: it reads the services' descriptions once."""
    made_up = "local"
    return boto3.Session(aws_access_key_id=made_up, aws_secret_access_key=made_up, region_name=REGION)


def _account() -> str:
    """Return twelve random digits: no two stacks of a process meet."""
    return str(100_000_000_000 + randbelow(900_000_000_000))
