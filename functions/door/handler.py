"""Keeps the list of closed organizations at the door."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist.auth0 import Auth0
from guestlist.batch import Message, Reported, each
from guestlist.door_configuration import secrets_in
from guestlist.door_keeping import keep_door
from guestlist.settings import Settings, secret
from guestlist.store import Store
from guestlist.table import Table

settings = Settings("TABLE_NAME", "AUTH0_URL", "AUTH0_CLIENT")
store = Store(Table(settings.TABLE_NAME))
client = secret(settings.AUTH0_CLIENT)
auth0 = Auth0(settings.AUTH0_URL, client)
logger = Logger()


def look(_message: Message) -> None:
    """Look after the door; which message hints at it is all one."""
    keep_door(values=lambda: secrets_in(client()), store=store, auth0=auth0)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> Reported:
    """Take a batch of messages."""
    return each(event, look)
