"""Makes what organizations need at Auth0, and takes it down again."""

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist.auth0 import Auth0
from guestlist.batch import Message, Reported, each
from guestlist.clock import clock
from guestlist.making import work_on
from guestlist.queue import Queue
from guestlist.request import provisioner_request
from guestlist.settings import Settings, secret
from guestlist.store import Store
from guestlist.table import Table
from guestlist.turns import Turn

settings = Settings(
    "TABLE_NAME",
    "AUTH0_URL",
    "AUTH0_CLIENT",
    "APPLICATION_CLIENT_ID",
    "PROJECTION_QUEUE",
    "MAIL_QUEUE",
    "DOOR_QUEUE",
    "PROVISIONING_QUEUE",
)
store = Store(Table(settings.TABLE_NAME))
queue = Queue(
    projection=settings.PROJECTION_QUEUE,
    mail=settings.MAIL_QUEUE,
    door=settings.DOOR_QUEUE,
    provisioning=settings.PROVISIONING_QUEUE,
)
auth0 = Auth0(settings.AUTH0_URL, secret(settings.AUTH0_CLIENT))
logger = Logger()


def provision(message: Message) -> None:
    """Go on with the organization that a message hints at."""
    turn = Turn(
        request=provisioner_request(message["messageId"], clock.now()),
        queue=queue,
        store=store,
        auth0=auth0,
        application=settings.APPLICATION_CLIENT_ID,
    )
    work_on(str(json.loads(message["body"])["organization"]), turn)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> Reported:
    """Take a batch of messages, each by itself."""
    return each(event, provision)
