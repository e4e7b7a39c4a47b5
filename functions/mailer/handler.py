"""Sends the mails of invites."""

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist.clock import clock
from guestlist.links import Links
from guestlist.mail import Mailer
from guestlist.mailing import send_mail
from guestlist.settings import Settings, secret
from guestlist.store import Store
from guestlist.table import Table

settings = Settings(
    "TABLE_NAME", "APPLICATION_NAME", "LINK_KEYS", "LINK_ORIGIN", "MAIL_FROM", "MAIL_CONFIGURATION"
)
store = Store(Table(settings.TABLE_NAME))
links = Links(origin=settings.LINK_ORIGIN, keys=secret(settings.LINK_KEYS))
mailer = Mailer(settings.MAIL_FROM, settings.MAIL_CONFIGURATION)
logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS)


def send(record: SQSRecord) -> None:
    """Send the mail that a message hints at."""
    hint = json.loads(record.body)
    send_mail(
        str(hint["organization"]),
        str(hint["invite"]),
        application=settings.APPLICATION_NAME,
        links=links,
        mailer=mailer,
        store=store,
        now=clock.now(),
    )


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 (Powertools' partial answer)
    """Take a batch of messages, each by itself."""
    return process_partial_response(event, send, processor, context)
