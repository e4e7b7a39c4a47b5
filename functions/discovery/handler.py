"""Asked by an application before a login: by which connection somebody signs in. Public."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist.discovery import Answer as Found
from guestlist.discovery import discover
from guestlist.edge import Answer, answered_to_anybody
from guestlist.settings import Settings
from guestlist.store import Store
from guestlist.table import Table

settings = Settings("TABLE_NAME")
store = Store(Table(settings.TABLE_NAME))
logger = Logger()


def find(body: object) -> Found:
    """Say by which connection somebody signs in."""
    return discover(body, store=store)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> Answer:
    """Answer an event of API Gateway's HTTP API."""
    return answered_to_anybody(event, find)
