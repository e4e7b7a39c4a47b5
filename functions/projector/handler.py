"""Writes what Guestlist knows of a user to Auth0."""

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist.auth0 import Auth0
from guestlist.projection import project_user
from guestlist.settings import Settings, secret
from guestlist.store import Store
from guestlist.table import Table

settings = Settings("TABLE_NAME", "AUTH0_URL", "AUTH0_CLIENT")
store = Store(Table(settings.TABLE_NAME))
auth0 = Auth0(settings.AUTH0_URL, secret(settings.AUTH0_CLIENT))
logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS)


def project(record: SQSRecord) -> None:
    """Project the user whom a message hints at."""
    user = str(json.loads(record.body)["user"])
    project_user(user, request_id=record.message_id, store=store, auth0=auth0)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 (Powertools' partial answer)
    """Take a batch of messages, each by itself."""
    return process_partial_response(event, project, processor, context)
