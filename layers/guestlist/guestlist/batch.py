"""A batch of a queue's messages, each carried out by itself.

Powertools' batch imports asyncio and all of its event classes: a tenth of these functions' cold start.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

logger = Logger(child=True)

Message = Mapping[str, Any]
"""A record of an SQS event; its `messageId` and `body` are text."""
Event = Mapping[str, Any]
Reported = dict[str, list[dict[str, str]]]


class BatchFailed(Exception):  # noqa: N818 (named for what happened)
    """No message of a batch could be carried out."""


def each(event: Event, carry_out: Callable[[Message], None]) -> Reported:
    """Carry out each message, and report those that failed (Lambda, ReportBatchItemFailures).

    Raises:
        BatchFailed: all of them failed. All come again, and the invocation counts as an error.
    """
    messages, failed = event["Records"], list[str]()
    for message in messages:
        try:
            carry_out(message)
        except Exception:
            # Whatever it is: it is this message's own, and the others are to be carried out.
            logger.exception("a message failed", message_id=message["messageId"])
            failed.append(message["messageId"])
    if messages and len(failed) == len(messages):
        raise BatchFailed(f"{len(failed)} of {len(messages)} messages failed")
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
