"""AWS in this process: the table by moto, queues and outbox as lists; boto3's clients as they come."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import boto3

from local.template import REGION
from tests.bench import template
from tests.robustness.dynamodb import DynamoDb, Refused, torn
from tests.robustness.effects import Effect, Kind, Wire

PROJECTION, MAIL, DOOR, PROVISIONING = (
    f"https://sqs.local/{name}" for name in ("projection", "mail", "door", "provisioning")
)
QUEUES = (PROJECTION, MAIL, DOOR, PROVISIONING)
KINDS = {
    "UpdateItem": Kind.TABLE,
    "TransactWriteItems": Kind.TABLE,
    "SendMessage": Kind.MESSAGE,
    "SendEmail": Kind.MAIL,
}
SEVERAL = {"BatchGetItem", "Query"}
"""Reads of several items, each by itself."""


class Http(NamedTuple):
    """As much of an answer's HTTP as botocore looks at."""

    status_code: int


class Message(NamedTuple):
    """What was queued, and for how many seconds nobody receives it."""

    body: dict[str, str]
    delay: float


Answer = tuple[Http, dict[str, Any]]


class Aws:
    """The services as one wire's processes see them. Clients made within `serving` lead here."""

    def __init__(self) -> None:
        self.wire: Wire | None = None
        self.table = DynamoDb(template("https://tenant.example").tables()["Table"])
        self.queues: dict[str, deque[Message]] = {url: deque() for url in QUEUES}
        self.mails: list[dict[str, Any]] = []
        self.witnesses: list[Callable[[str, dict[str, Any]], object]] = []
        """Told of each write to the table that was carried out, by its operation and what it asked."""

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Lead boto3's clients that are made in the block here."""
        before, made_up = boto3.DEFAULT_SESSION, "local"
        session = boto3.Session(made_up, made_up, region_name=REGION)
        answer: Any = self._answer
        session.events.register("before-call", answer)
        boto3.DEFAULT_SESSION = session
        try:
            yield
        finally:
            boto3.DEFAULT_SESSION = before

    def empty(self, wire: Wire) -> None:
        """Begin with an empty table, empty queues and an empty outbox, for another history."""
        self.wire = wire
        self.table.empty()
        self.mails.clear()
        self.witnesses.clear()
        for queue in self.queues.values():
            queue.clear()

    def _answer(self, model: Any, params: Mapping[str, Any], **_: object) -> Answer:  # noqa: ANN401 (botocore's)
        if self.wire is None:
            raise RuntimeError("no history has begun")
        operation, wire = str(model.name), self.wire
        effect = Effect(KINDS.get(operation, Kind.READ), operation, wire.simulation.process)
        asked = json.loads(params["body"])
        fate = wire.fate(effect)
        if fate.refused:
            wire.simulation.sleep(fate.there)
            return _refusal(operation, fate.refused, asked)

        before = self._carried_out(operation, asked)[1] if fate.torn and operation in SEVERAL else None

        def carry_out() -> Answer:
            answer = self._carried_out(operation, asked)
            if before is not None:
                return answer[0], torn(before, answer[1], wire.simulation.random)
            if fate.spoiled == "twice" and operation == "UpdateItem":
                # Its answer was lost, and botocore asked again.
                answer = self._carried_out(operation, asked)
            return answer

        return wire.carried_out(effect, fate, carry_out)

    def _carried_out(self, operation: str, asked: dict[str, Any]) -> Answer:
        if operation == "SendMessage":
            message = Message(json.loads(asked["MessageBody"]), asked.get("DelaySeconds", 0))
            self.queues[asked["QueueUrl"]].append(message)
            return Http(200), {"MessageId": "1"}
        if operation == "SendEmail":
            self.mails.append(asked)
            return Http(200), {"MessageId": str(len(self.mails))}
        try:
            answer = self.table.answer(operation, asked)
        except Refused as refused:
            reasons = [{"Code": code} for code in refused.reasons or ()]
            return Http(400), {"Error": {"Code": refused.code}, "CancellationReasons": reasons}
        if KINDS.get(operation) is Kind.TABLE:
            for witness in self.witnesses:
                witness(operation, asked)
        return Http(200), answer


def _refusal(operation: str, code: str, asked: Mapping[str, Any]) -> Answer:
    """Return how an operation is refused; a transaction for its first part."""
    if operation != "TransactWriteItems":
        return Http(400), {"Error": {"Code": f"{code}Exception"}}
    reasons = [{"Code": code}, *[{"Code": "None"}] * (len(asked["TransactItems"]) - 1)]
    return Http(400), {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
