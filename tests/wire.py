"""What passes on the wire and what is logged while a stack runs: the sinks that a secret might end in."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Exchange:
    """One request to a server (by its port) and the answer that it got."""

    port: int
    method: str
    path: str
    asked: bytes = b""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b""

    def json(self) -> Any:  # noqa: ANN401 JSON
        """Return what was answered."""
        return json.loads(self.answer)


class Recorder:
    """A stack's `tap`: keeps every exchange whole. Faults that cut a connection do not work behind it."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def __call__(self, app: ASGIApp) -> ASGIApp:
        """Return the application with the recorder in front of it."""

        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            exchange = Exchange(scope["server"][1], scope["method"], scope["path"])
            self.exchanges.append(exchange)

            async def receive_noted() -> Message:
                message = await receive()
                exchange.asked += message.get("body", b"")
                return message

            async def send_noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    exchange.status = message["status"]
                    exchange.headers = {name.decode(): value.decode() for name, value in message["headers"]}
                exchange.answer += message.get("body", b"")
                await send(message)

            await app(scope, receive_noted, send_noted)

        return recorded


@contextmanager
def requests_to_aws() -> Iterator[list[tuple[str, str]]]:
    """Give a list that fills with what clients made from now on send: service and operation, and body.

    By botocore's own event `before-send`, on a default session for the block alone.
    """
    sent: list[tuple[str, str]] = []

    def note(request: Any, event_name: str, **_: object) -> None:  # noqa: ANN401 botocore has no type for it
        body = request.body or b""
        sent.append((event_name.removeprefix("before-send."), body.decode()))

    session = boto3.Session()
    session.events.register("before-send", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "DEFAULT_SESSION", session)
        yield sent


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Give what is printed, and what is logged as on Lambda: from INFO on, in Powertools' JSON.

    Not what this thread logs: its browsers write the links that they open.
    """
    lines, here, root = io.StringIO(), threading.get_ident(), logging.getLogger()
    others = logging.StreamHandler(lines)
    # It renders a record's keys too; modules that were imported before any function log past its loggers.
    others.setFormatter(LambdaPowertoolsFormatter())
    others.addFilter(lambda record: record.thread != here)
    level = root.level
    with ExitStack() as after:
        after.callback(root.setLevel, level)
        after.callback(root.removeHandler, others)
        for handler in _powertools_handlers():
            after.callback(handler.setStream, handler.setStream(lines))
        root.setLevel(logging.INFO)
        root.addHandler(others)
        with redirect_stdout(lines), redirect_stderr(lines):
            yield lines


def _powertools_handlers() -> list["logging.StreamHandler[Any]"]:
    """Return the handlers of the functions' loggers, which exist once the functions have started."""
    loggers = [
        found for found in logging.root.manager.loggerDict.values() if isinstance(found, logging.Logger)
    ]
    handlers = [handler for logger in loggers for handler in logger.handlers]
    return [
        handler
        for handler in handlers
        if isinstance(handler, logging.StreamHandler)
        and isinstance(handler.formatter, LambdaPowertoolsFormatter)
    ]
