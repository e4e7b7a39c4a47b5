"""Powertools' event handler, fit for several environments in one process.

It keeps the current event and context on its class `BaseRouter`, since a Lambda environment serves one
request at a time. Here environments are threads of one process: each thread gets its own of both.
"""

import threading
from abc import ABCMeta
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import BaseRouter

_here = threading.local()


class _OfThisThread:
    """Reads what this thread has set."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> Any:  # noqa: ANN401 as the attribute it stands for
        return getattr(_here, self._name)


class _PerThread(ABCMeta):
    """Sets the current event and context for the thread, not on the class."""

    def __setattr__(cls, name: str, value: object) -> None:
        if name in {"current_event", "lambda_context"}:
            setattr(_here, name, value)
        else:
            super().__setattr__(name, value)


def install() -> None:
    """Make the change, once for the process; doing it again changes nothing."""
    if type(BaseRouter) is not _PerThread:
        for name in ("current_event", "lambda_context"):
            setattr(BaseRouter, name, _OfThisThread(name))
        BaseRouter.__class__ = _PerThread  # type: ignore[assignment] # mypy knows no metaclass as a class
