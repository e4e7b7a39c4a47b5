"""Something else that happens between two requests to AWS of what is under way, at each moment in turn."""

from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from typing import TypeVar

from werkzeug.wrappers import Request

from local.stack import Stack

A = TypeVar("A")
B = TypeVar("B")


def interrupted(
    stack: Stack, moment: int, asked: Callable[[], A], meanwhile: Callable[[], B]
) -> tuple[A, list[B]]:
    """Ask for something, and have something else happen just before the nth request to AWS.

    Returns both answers, the other one only if it came to that many requests. Workers may wake up any time:
    theirs count, too.
    """
    heard, between = count(1), Future[B]()

    def hear(_: Request) -> None:
        if next(heard) != moment:
            return
        between.set_running_or_notify_cancel()
        try:
            between.set_result(meanwhile())
        except Exception as error:  # noqa: BLE001 (the test's own, where it is looked for)
            between.set_exception(error)

    stack.workers.idle()
    with stack.aws.heard(hear):
        answer = asked()
    return answer, [between.result()] if between.running() or between.done() else []
