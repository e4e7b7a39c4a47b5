"""Something else that happens between two requests to AWS of what is under way, at each moment in turn."""

from collections.abc import Callable
from typing import TypeVar

from werkzeug.wrappers import Request

from local.stack import Stack

A = TypeVar("A")
B = TypeVar("B")


def interrupted(
    stack: Stack, moment: int, asked: Callable[[], A], meanwhile: Callable[[], B]
) -> tuple[A, list[B]]:
    """Ask for something, and have something else happen just before its nth request to AWS.

    Returns both answers, the other one only if it came to that many requests.
    """
    heard, between = list[Request](), list[B]()

    def hear(request: Request) -> None:
        heard.append(request)
        if len(heard) == moment:
            between.append(meanwhile())

    stack.workers.idle()
    with stack.aws.heard(hear):
        answer = asked()
    return answer, between
