"""Queues drained and schedules fired as Lambda does."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from local.aws import Aws, Depth
from local.template import Template
from local.workers import Workers, schedule_event

TEMPLATE = """
Globals: {Function: {CodeUri: functions/}}
Resources:
  Mails:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt DeadMails.Arn, maxReceiveCount: 2}}
  DeadMails: {Type: AWS::SQS::Queue}
  Mailer:
    Type: AWS::Serverless::Function
    Properties:
      Handler: mailer.handler.handler
      Events:
        Mails:
          Type: SQS
          Properties:
            Queue: !GetAtt Mails.Arn
            BatchSize: 5
            FunctionResponseTypes: [ReportBatchItemFailures]
  Sweep:
    Type: AWS::Serverless::Function
    Properties:
      Handler: sweep.handler.handler
      Events:
        EveryMinute: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute)}}
  Drift:
    Type: AWS::Serverless::Function
    Properties:
      Handler: drift.handler.handler
      Events:
        EveryFiveMinutes: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(5 minutes)}}
"""
Event = Mapping[str, Any]
Answer = Callable[[Event], Any]


class Line:
    """A running stack of queue and workers; `events` are what the mailer got, `ticks` the schedules'."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.events: list[Event] = []
        self.ticks: list[Event] = []
        self.answer: Answer = lambda _: None
        functions = aws.template.functions()
        invoke = {"Mailer": self._mailer, "Sweep": self.ticks.append, "Drift": self.ticks.append}
        self.sqs = aws.sqs()
        self.workers = Workers(aws, functions.values(), invoke, retry_seconds=0)

    def _mailer(self, event: Event) -> object:
        self.events.append(event)
        return self.answer(event)

    def send(self, *bodies: str, **more: Any) -> None:  # noqa: ANN401 boto3's own
        """Queue messages."""
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.aws.physical["Mails"]["Ref"], MessageBody=body, **more)

    def bodies(self) -> list[str]:
        """Return the bodies of all that the mailer got, sorted."""
        return sorted(record["body"] for event in self.events for record in event["Records"])


@pytest.fixture
def line() -> Iterator[Line]:
    with Aws(Template.parse(TEMPLATE)) as aws:
        found = Line(aws)
        yield found
        found.workers.stop()


def test_messages_come_in_batches_up_to_the_templates_size(line: Line) -> None:
    """Seven that wait are two batches, and each message comes once."""
    line.send(*"abcdefg")
    line.workers.start()
    line.workers.idle()
    assert line.bodies() == list("abcdefg")
    assert len(line.events) < 7
    assert max(len(event["Records"]) for event in line.events) <= 5


def test_a_record_has_the_shape_of_sqs(line: Line) -> None:
    attribute = {"DataType": "String", "StringValue": "1"}
    line.send("{}", MessageAttributes={"trace": attribute})
    line.workers.start()
    line.workers.idle()
    [record] = line.events[0]["Records"]
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == line.aws.physical["Mails"]["Arn"]
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"] == {"trace": {"stringValue": "1", "dataType": "String"}}


def test_only_what_is_reported_as_failed_comes_again(line: Line) -> None:
    """The rest of the batch is done; what fails each time ends among the dead letters."""

    def fail_on_b(event: Event) -> dict[str, Any]:
        failed = [record["messageId"] for record in event["Records"] if record["body"] == "b"]
        return {"batchItemFailures": [{"itemIdentifier": found} for found in failed]}

    line.answer = fail_on_b
    line.send("a", "b", "c")
    line.workers.start()
    line.workers.idle()
    assert line.bodies() == ["a", "b", "b", "c"]
    assert line.aws.depth("guestlist-DeadMails") == Depth(visible=1, in_flight=0, delayed=0)


@pytest.mark.parametrize(
    "answer", [{"batchItemFailures": [{"itemIdentifier": "unknown"}]}, RuntimeError("boom")]
)
def test_a_batch_fails_whole_when_its_worker_raises_or_names_a_stranger(
    line: Line, answer: object, caplog: pytest.LogCaptureFixture
) -> None:
    """And when it works the second time, nothing is dead."""

    def once(_: Event) -> object:
        line.answer = lambda _: None
        if isinstance(answer, Exception):
            raise answer
        return answer

    line.answer = once
    line.send("a")
    line.workers.start()
    line.workers.idle()
    assert line.bodies() == ["a", "a"]
    assert ("Mailer failed" in caplog.text) == isinstance(answer, Exception)
    assert line.aws.depth("guestlist-DeadMails").visible == 0


def test_two_batches_run_at_a_time(line: Line) -> None:
    """Each waits until the other runs too."""
    both = threading.Barrier(2)

    def meet(_: Event) -> None:
        both.wait(5)

    line.answer = meet
    line.workers.start()
    line.send("a")
    while not line.events:
        time.sleep(0.01)
    line.send("b")
    line.workers.idle()
    assert line.bodies() == ["a", "b"]


def test_an_idle_worker_has_a_message_within_50_milliseconds(line: Line) -> None:
    """The fastest of several, from its being sent: a busy machine delays the others."""
    called: list[float] = []
    line.answer = lambda _: called.append(time.perf_counter())
    line.workers.start()
    sent = []
    for _ in range(9):
        line.send("a")
        sent.append(time.perf_counter())
        line.workers.idle()
    assert min(end - start for start, end in zip(sent, called, strict=True)) < 0.05


def test_idle_says_what_is_still_to_do(line: Line) -> None:
    line.send("a", "b")
    with pytest.raises(TimeoutError, match="'guestlist-Mails': 2"):
        line.workers.idle(timeout=0.05)


def test_idle_waits_for_what_is_in_a_workers_hands(line: Line) -> None:
    """A message counts until its worker is done with it."""
    go_on = threading.Event()

    def wait(_: Event) -> None:
        go_on.wait(5)

    line.answer = wait
    line.workers.start()
    line.send("a")
    with pytest.raises(TimeoutError):
        line.workers.idle(timeout=0.2)
    go_on.set()
    line.workers.idle()


def test_a_delayed_message_is_for_later(line: Line) -> None:
    line.send("a", DelaySeconds=60)
    line.workers.start()
    line.workers.idle()
    assert not line.events


def test_a_tick_fires_once_what_fires_in_its_time(line: Line) -> None:
    """One of five minutes fires what comes every five minutes, too."""
    line.workers.tick(minutes=5)
    assert len(line.ticks) == 2
    line.ticks.clear()
    line.workers.tick()
    [event] = line.ticks
    assert event["detail-type"] == "Scheduled Event"
    assert set(event) == set(schedule_event("1"))


def test_stop_ends_every_thread(line: Line) -> None:
    """Two drain the queue, one looks when something is there, two fire the schedules."""
    before = set(threading.enumerate())
    line.workers.start(schedules=True)
    started = {thread for thread in threading.enumerate() if thread.name.startswith("worker-")} - before
    assert len(started) == 5
    line.workers.stop()
    assert not started & set(threading.enumerate())


def test_a_schedule_that_is_no_rate_is_an_error(line: Line) -> None:
    template = TEMPLATE.replace("rate(1 minute)", "cron(0 1 1 1 1)")
    functions = Template.parse(template).given(line.aws.physical).functions()
    workers = Workers(line.aws, functions.values(), {})
    with pytest.raises(ValueError, match="no rate"):
        workers.start(schedules=True)
    workers.stop()
