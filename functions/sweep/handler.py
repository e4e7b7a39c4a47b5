"""Every minute: queues again whatever is overdue, and carries out expiries."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist.clock import clock
from guestlist.metrics import Figure, measured
from guestlist.queue import Queue
from guestlist.request import sweep_request
from guestlist.settings import Settings
from guestlist.store import Store
from guestlist.sweeping import sweep
from guestlist.table import Table

settings = Settings("TABLE_NAME", "PROJECTION_QUEUE", "MAIL_QUEUE", "DOOR_QUEUE", "PROVISIONING_QUEUE")
store = Store(Table(settings.TABLE_NAME))
queue = Queue(
    projection=settings.PROJECTION_QUEUE,
    mail=settings.MAIL_QUEUE,
    door=settings.DOOR_QUEUE,
    provisioning=settings.PROVISIONING_QUEUE,
)
logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Sweep once."""
    swept = asdict(
        sweep(request=sweep_request(context.aws_request_id, clock.now()), queue=queue, store=store)
    )
    measured(Figure.OLDEST_DUE, swept["oldest_due"])
    measured(Figure.LATE_RECEIPTS, swept["late_receipts"])
    logger.info("swept", **swept)
    return swept
