"""Records what SES tells of the mails that it was given."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist.batch import Message, Reported, each
from guestlist.mail_events import Unread, read
from guestlist.mail_states import hear
from guestlist.metrics import Figure, measured
from guestlist.settings import Settings
from guestlist.store import Store
from guestlist.table import Table

settings = Settings("TABLE_NAME", "MAIL_EVENTS_TOPIC")
store = Store(Table(settings.TABLE_NAME))
logger = Logger()


def take(message: Message) -> None:
    """Record the news in a message; one without any is counted, and not received again."""
    try:
        event = read(message["body"], topic=settings.MAIL_EVENTS_TOPIC)
    except Unread as unread:
        logger.warning("a message was no news of a mail", id=message["messageId"], reason=str(unread))
        measured(Figure.UNREAD_MAIL_EVENTS, 1)
        return
    hear(event, store=store)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> Reported:
    """Take a batch of messages, each by itself."""
    return each(event, take)
