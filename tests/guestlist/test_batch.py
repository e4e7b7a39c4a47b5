"""A batch of messages: what fails comes again, and holds up none of the others."""

import pytest

from guestlist.batch import BatchFailed, Message, each

FIVE: dict[str, list[dict[str, str]]] = {
    "Records": [{"messageId": str(number), "body": f"body {number}"} for number in range(5)]
}


def test_those_that_failed_are_reported_and_the_others_carried_out() -> None:
    """Each is tried, in order, whatever became of the one before it."""
    seen = []

    def carry_out(message: Message) -> None:
        seen.append(message["body"])
        if message["messageId"] in {"1", "3"}:
            raise LookupError

    assert each(FIVE, carry_out) == {"batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "3"}]}
    assert seen == [f"body {number}" for number in range(5)]


def test_a_batch_without_failures_reports_none() -> None:
    """SQS deletes all of it then; an empty batch is none that failed."""
    for records in (FIVE["Records"], []):
        assert each({"Records": records}, lambda _: None) == {"batchItemFailures": []}


def test_a_batch_of_failures_alone_is_an_error() -> None:
    """The alarm on errors counts invocations that raised."""

    def carry_out(_: Message) -> None:
        raise LookupError

    with pytest.raises(BatchFailed, match="5 of 5"):
        each(FIVE, carry_out)
