"""Every five minutes: goes on with the look for what somebody changed at Auth0."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist.auth0 import Auth0
from guestlist.drift import look
from guestlist.queue import Queue
from guestlist.settings import Settings, secret
from guestlist.store import Store
from guestlist.table import Table

settings = Settings(
    "TABLE_NAME", "CONNECTION", "AUTH0_URL", "AUTH0_CLIENT", "PROJECTION_QUEUE", "DRIFT_CALLS_PER_SLICE"
)
store = Store(Table(settings.TABLE_NAME))
queue = Queue(projection=settings.PROJECTION_QUEUE)
auth0 = Auth0(settings.AUTH0_URL, secret(settings.AUTH0_CLIENT))
calls = int(settings.DRIFT_CALLS_PER_SLICE)
logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Look at one slice; say how far the run came, nothing if there was none to go on with."""
    run = look(calls=calls, connection=settings.CONNECTION, auth0=auth0, queue=queue, store=store)
    if run is None:
        return {}
    logger.info("looked for drift", run=run.id, compared=run.compared, found=run.counts)
    return {"run": run.id, "compared": run.compared, "found": dict(run.counts)}
