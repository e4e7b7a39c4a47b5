"""Records what SES tells of the mails that it was given."""

from typing import Any

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist.mail_events import Unread, read
from guestlist.mail_states import hear
from guestlist.settings import Settings
from guestlist.store import Store
from guestlist.table import Table

settings = Settings("TABLE_NAME", "MAIL_EVENTS_TOPIC")
store = Store(Table(settings.TABLE_NAME))
logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS)


def take(record: SQSRecord) -> None:
    """Record the news in a message; one without any is counted, and not received again."""
    try:
        event = read(record.body, topic=settings.MAIL_EVENTS_TOPIC)
    except Unread as unread:
        with single_metric("UnreadMailEvents", MetricUnit.Count, 1, namespace="Guestlist"):
            logger.warning("a message was no news of a mail", id=record.message_id, reason=str(unread))
        return
    hear(event, store=store)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 (Powertools' partial answer)
    """Take a batch of messages, each by itself."""
    return process_partial_response(event, take, processor, context)
