"""Sends the mails of invites."""

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist.batch import Message, Reported, each
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


def send(message: Message) -> None:
    """Send the mail that a message hints at."""
    hint = json.loads(message["body"])
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
def handler(event: dict[str, Any], _context: LambdaContext) -> Reported:
    """Take a batch of messages, each by itself."""
    return each(event, send)
