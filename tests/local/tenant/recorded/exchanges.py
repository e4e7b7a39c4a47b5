"""What passes at the tenant's wire, on its way to the Management API and back."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.tenant.management.api import OPERATIONS, PREFIX
from local.tenant.management.operations import Operation


@dataclass
class Exchange:
    """One request and its answer; a body that is none is None."""

    method: str
    path: str
    query: dict[str, str]
    sent: bytes = b""
    status: int = 0
    answered: bytes = b""

    @property
    def body(self) -> Any:  # noqa: ANN401 - JSON
        """Return what was sent."""
        return json.loads(self.sent) if self.sent else None

    @property
    def answer(self) -> Any:  # noqa: ANN401 - JSON
        """Return what was answered."""
        return json.loads(self.answered) if self.answered else None


class Asked(NamedTuple):
    """An exchange and the operation that it was with."""

    operation: Operation
    exchange: Exchange


class Wire:
    """A tenant's `tap`: keeps every exchange with the Management API."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def __call__(self, app: ASGIApp) -> ASGIApp:
        """Return the application with the tap in front of it."""

        async def tapped(scope: Scope, receive: Receive, send: Send) -> None:
            if not scope["path"].startswith(PREFIX + "/"):
                return await app(scope, receive, send)
            exchange = self._begun(scope)

            async def receive_noted() -> Message:
                message = await receive()
                exchange.sent += message.get("body", b"")
                return message

            async def send_noted(message: Message) -> None:
                exchange.status = message.get("status", exchange.status)
                exchange.answered += message.get("body", b"")
                await send(message)

            return await app(scope, receive_noted, send_noted)

        return tapped

    def asked(self) -> Iterable[Asked]:
        """Return the exchanges with operations that the tenant has, and that got an answer."""
        for exchange in self.exchanges:
            for operation in OPERATIONS:
                if exchange.status and operation.match(exchange.method, exchange.path) is not None:
                    yield Asked(operation, exchange)

    def _begun(self, scope: Scope) -> Exchange:
        path = scope["raw_path"].decode("ascii").removeprefix(PREFIX)
        query = dict(parse_qsl(scope["query_string"].decode("ascii"), keep_blank_values=True))
        exchange = Exchange(scope["method"], path, query)
        self.exchanges.append(exchange)
        return exchange
