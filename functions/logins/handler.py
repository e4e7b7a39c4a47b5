"""Asked by the door at an enterprise user's first login, or one with other groups: binds, maps, answers."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist import logins
from guestlist.auth0 import Auth0
from guestlist.edge import Answer, answered
from guestlist.queue import Queue
from guestlist.request import Request
from guestlist.settings import Settings, secret
from guestlist.store import Store
from guestlist.table import Table

READ = 3.0
"""Seconds for the read of an account, of the five for which the door waits."""

settings = Settings("TABLE_NAME", "CLAIMS_NAMESPACE", "AUTH0_URL", "AUTH0_CLIENT", "PROJECTION_QUEUE")
store = Store(Table(settings.TABLE_NAME))
queue = Queue(projection=settings.PROJECTION_QUEUE)
auth0 = Auth0(settings.AUTH0_URL, secret(settings.AUTH0_CLIENT), deadline=READ)
logger = Logger()


def resolve(request: Request, body: object) -> logins.Answer:
    """Say where the person with an account belongs."""
    account = logins.asked_about(body)
    return logins.resolve(account, request=request, store=store, auth0=auth0, queue=queue)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> Answer:
    """Answer an event of API Gateway's HTTP API."""
    return answered(event, settings.CLAIMS_NAMESPACE, resolve)
