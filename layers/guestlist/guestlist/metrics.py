"""Figures that alarms are set on, as lines of the log from which CloudWatch takes them (EMF)."""

import os
from enum import StrEnum

from aws_lambda_powertools.metrics import MetricUnit, single_metric

NAMESPACE = "POWERTOOLS_METRICS_NAMESPACE"
"""Names the variable that holds the stack's name; without it, outside of Lambda, nothing is measured."""


class Figure(StrEnum):
    """The figures of a stack, without dimensions, so that an alarm sees all of its functions."""

    OLDEST_DUE = "OldestDue"
    """Seconds for which the longest overdue item was overdue when a sweep came to it."""
    OLDEST_UNSEALED = "OldestUnsealed"
    """Seconds for which the longest waiting record of the audit had waited when a sealing began."""
    AUTH0_RATE_LIMIT = "Auth0RateLimit"
    """Answers of Auth0's that refused for its rate limit, or left less than a tenth of it."""
    LATE_RECEIPTS = "LateReceipts"
    """Removals of a while ago that Auth0 does not know all of, among what a sweep came to."""
    UNREAD_MAIL_EVENTS = "UnreadMailEvents"
    """Messages in the queue of SES's events that were no news of a mail of ours."""
    DRIFT = "Drift"
    """What was found changed at Auth0 and is a person's to decide or to put right."""
    DOOR_REFUSED = "DoorRefused"
    """Looks after the door in which Auth0 refused the right to change its Actions."""


UNITS = {
    Figure.OLDEST_DUE: MetricUnit.Seconds,
    Figure.OLDEST_UNSEALED: MetricUnit.Seconds,
    Figure.AUTH0_RATE_LIMIT: MetricUnit.Count,
    Figure.LATE_RECEIPTS: MetricUnit.Count,
    Figure.UNREAD_MAIL_EVENTS: MetricUnit.Count,
    Figure.DRIFT: MetricUnit.Count,
    Figure.DOOR_REFUSED: MetricUnit.Count,
}


def measured(figure: Figure, value: float) -> None:
    """Write a figure into the log."""
    if namespace := os.environ.get(NAMESPACE):
        with single_metric(name=figure, unit=UNITS[figure], value=value, namespace=namespace):
            pass
