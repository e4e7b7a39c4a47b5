"""Writes what Guestlist knows of a user to Auth0."""

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist.auth0 import Auth0
from guestlist.batch import Message, Reported, each
from guestlist.projection import project_user
from guestlist.settings import Settings, secret
from guestlist.store import Store
from guestlist.table import Table

settings = Settings("TABLE_NAME", "AUTH0_URL", "AUTH0_CLIENT")
store = Store(Table(settings.TABLE_NAME))
auth0 = Auth0(settings.AUTH0_URL, secret(settings.AUTH0_CLIENT))
logger = Logger()


def project(message: Message) -> None:
    """Project the user whom a message hints at, and whoever has their memberships by then."""
    user: str | None = str(json.loads(message["body"])["user"])
    while user:
        user = project_user(user, request_id=message["messageId"], store=store, auth0=auth0).heir


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> Reported:
    """Take a batch of messages, each by itself."""
    return each(event, project)
