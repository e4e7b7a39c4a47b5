"""Lambda's event source mappings and schedules on one machine: the real workers, fed from the real queues.

A batch holds what is there, up to BatchSize and ten. What a worker reports as failed, or all of it when the
worker raises, is received again when its visibility timeout ends, and goes to the dead-letter queue after
`maxReceiveCount` receives. Two batches of a queue run at a time.
"""

import logging
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from moto.sqs.models import sqs_backends

from local.aws import Aws
from local.moto_fit import LOCK
from local.template import REGION, Function, QueueSource

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

Invoke = Callable[[Mapping[str, Any]], Any]

CONCURRENCY: Final = 2
# Counting a queue takes microseconds and no request.
_LOOK_SECONDS = 0.01
_UNIT_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}

_logger = logging.getLogger(__name__)


class Workers:
    """Feeds the functions that have a queue or a schedule, until `stop`.

    Args:
        aws: where the queues are.
        functions: as the template declares them.
        invoke: what calls a function, by its logical id.
        retry_seconds: when a failed message is received again; None is the queue's timeout, as on AWS.
    """

    def __init__(
        self,
        aws: Aws,
        functions: Iterable[Function],
        invoke: Mapping[str, Invoke],
        *,
        retry_seconds: int | None = None,
    ) -> None:
        functions = list(functions)
        self._aws = aws
        self._invoke = invoke
        self._retry_seconds = retry_seconds
        self._sources = [(source, function.name) for function in functions for source in function.queues]
        self._schedules = [(rate, function.name) for function in functions for rate in function.schedules]
        self._there = {_queue_name(source): threading.Event() for source, _ in self._sources}
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, *, schedules: bool = False) -> None:
        """Drain the queues from now on, and with `schedules` fire these too, each at its rate."""
        sqs = self._aws.sqs()
        for source, function in self._sources:
            for _ in range(CONCURRENCY):
                self._run(function, self._drain, sqs, source, function)
        self._run("look", self._look)
        for expression, function in self._schedules if schedules else ():
            self._run(function, self._fire_at_rate, _seconds(expression), function)

    def stop(self) -> None:
        """Let what runs come to its end, and no more. Safe to call twice."""
        self._stopping.set()
        for there in self._there.values():
            there.set()
        for thread in self._threads:
            thread.join()

    def tick(self, *, minutes: int = 1) -> None:
        """Fire once each schedule that fires in so many minutes, one after the other, as on their passing."""
        for expression, function in self._schedules:
            if _seconds(expression) <= minutes * _UNIT_SECONDS["minute"]:
                self._fire(function)

    def idle(self, timeout: float = 10) -> None:
        """Wait until no message is in a worker's queue or in its hands; delayed messages are for later.

        Raises:
            TimeoutError: there still are, after `timeout` seconds; it says where.
        """
        end = time.monotonic() + timeout
        while busy := self._busy():
            if time.monotonic() > end:
                raise TimeoutError(f"not idle after {timeout} seconds: {busy}")
            time.sleep(_LOOK_SECONDS)

    def rest(self, timeout: float = 60) -> None:
        """Wait as `idle` does, and drop what waits for its delay: hints, for which the sweep makes up."""
        self.idle(timeout)
        with LOCK:
            for name in self._there:
                queue = sqs_backends[self._aws.account][REGION].get_queue(name)
                queue._messages = [one for one in queue._messages if not one.delayed]  # noqa: SLF001 as depth

    def _busy(self) -> dict[str, int]:
        # In one look: a worker that sends on and is done leaves no moment in which both queues seem empty.
        with LOCK:
            depths = {name: self._aws.depth(name) for name in self._there}
        counts = {name: depth.visible + depth.in_flight for name, depth in depths.items()}
        return {name: count for name, count in counts.items() if count}

    def _run(self, name: str, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, name=f"worker-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _look(self) -> None:
        """Wake whoever drains a queue when something is there; one looks for all, at next to no cost."""
        while not self._stopping.wait(_LOOK_SECONDS):
            for name, there in self._there.items():
                if self._aws.depth(name).visible:
                    there.set()

    def _drain(self, sqs: "SQSClient", source: QueueSource, function: str) -> None:
        name = _queue_name(source)
        url, there = self._aws.queue_url(name), self._there[name]
        while there.wait() and not self._stopping.is_set():
            if not self._aws.depth(name).visible:
                there.clear()
                continue
            received = sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=min(source.batch_size, 10),
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            messages = received.get("Messages", [])
            failed = self._failed(source, function, messages)
            for message in messages:
                handle = message["ReceiptHandle"]
                if message["MessageId"] not in failed:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
                elif self._retry_seconds is not None:
                    sqs.change_message_visibility(
                        QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=self._retry_seconds
                    )

    def _failed(self, source: QueueSource, function: str, messages: Sequence[Mapping[str, Any]]) -> set[str]:
        """Return the ids of the messages that the function did not carry out."""
        ids = {message["MessageId"] for message in messages}
        if not ids:
            return ids
        try:
            answer = self._invoke[function](sqs_event(messages, source.queue_arn))
        except Exception:
            # Whatever a worker raises: the batch is received again.
            _logger.exception("%s failed", function)
            return ids
        if not source.reports_failures:
            return set()
        return _reported(answer, ids)

    def _fire_at_rate(self, seconds: int, function: str) -> None:
        while not self._stopping.wait(seconds):
            try:
                self._fire(function)
            except Exception:
                # The schedule goes on, whatever one run of it raises.
                _logger.exception("%s failed", function)

    def _fire(self, function: str) -> None:
        self._invoke[function](schedule_event(self._aws.account))


def sqs_event(messages: Sequence[Mapping[str, Any]], queue_arn: str) -> dict[str, Any]:
    """Return the event of a batch, from messages as ReceiveMessage gives them."""
    return {"Records": [_record(message, queue_arn) for message in messages]}


def schedule_event(account: str) -> dict[str, Any]:
    """Return the event that EventBridge Scheduler sends where the template gives no input."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [],
        "detail": "{}",
    }


def _reported(answer: Any, ids: set[str]) -> set[str]:  # noqa: ANN401 a worker may answer anything
    """Return the ids reported as failed; on AWS too, an unreadable report makes the whole batch fail."""
    try:
        reported = {found["itemIdentifier"] for found in (answer or {}).get("batchItemFailures") or ()}
    except (AttributeError, KeyError, TypeError):
        return ids
    unknown = reported - ids
    return ids if unknown else reported


def _record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    attributes = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {
            name: {"stringValue": found.get("StringValue"), "dataType": found["DataType"]}
            for name, found in attributes.items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }


def _queue_name(source: QueueSource) -> str:
    return source.queue_arn.rpartition(":")[2]


def _seconds(expression: str) -> int:
    """Return the seconds of `rate(5 minutes)`; a cron expression is not fired here."""
    found = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if found is None:
        raise ValueError(f"the schedule {expression} is no rate")
    return int(found[1]) * _UNIT_SECONDS[found[2]]
