"""Every five minutes: seals the audit into its organizations' chains."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist.clock import clock
from guestlist.metrics import Figure, measured
from guestlist.seal_key import SealKey
from guestlist.sealing import seal_all
from guestlist.settings import Settings
from guestlist.store import Store
from guestlist.table import Table

LAST = 15
"""Seconds before its timeout at which no transaction is begun any more."""

settings = Settings("TABLE_NAME", "SEAL_KEY")
store = Store(Table(settings.TABLE_NAME))
key = SealKey(settings.SEAL_KEY)
logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Seal what waits."""
    until = clock.steady() + context.get_remaining_time_in_millis() / 1000 - LAST
    sealed = asdict(seal_all(key=key, store=store, until=until))
    measured(Figure.OLDEST_UNSEALED, sealed["oldest"])
    logger.info("sealed in all", **sealed)
    return sealed
