"""Faults that the tenant was told to have: refusals, resets, silence, writes that land late."""

import asyncio
import re
import socket
import struct
from contextlib import suppress
from http import HTTPStatus
from operator import attrgetter
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.tenant.errors import ManagementError, too_many_requests
from local.tenant.state import Fault, State

LONGEST_SILENCE = 60.0
"""Seconds after which a caller that waits for ever is cut off."""
TICK = 0.02
RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class Faults:
    """Stands before the tenant's APIs and makes the next matching calls suffer."""

    def __init__(self, state: State, app: ASGIApp) -> None:
        self._state = state
        self._app = app
        self._late: dict[asyncio.Task[None], float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a call pass, or do to it what the first matching fault says."""
        fault = self._take(scope["method"], scope["raw_path"].decode("ascii"))
        if fault is not None and fault.lag is not None:
            await asyncio.sleep(fault.lag)
        if fault is None or _only_lags(fault):
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        if fault.land_after is not None:
            due = self._state.clock.now() + fault.land_after
            self._late[asyncio.create_task(self._land(due, dict(scope), body))] = due
        elif fault.after_effect:
            await self._effect(scope, body)
        await _answer(fault, scope, receive, send)

    async def settle(self) -> None:
        """Return when every late effect that is due by the tenant's clock has landed."""
        now = self._state.clock.now()
        await asyncio.gather(*[task for task, due in self._late.items() if due <= now])

    def _take(self, method: str, path: str) -> Fault | None:
        """Return the first fault for this call, and count it."""
        with self._state.lock:
            for fault in self._state.faults:
                if fault.times > 0 and _matches(fault, method, path):
                    fault.times -= 1
                    return fault
        return None

    async def _land(self, due: float, scope: Scope, body: bytes) -> None:
        task = asyncio.current_task()
        try:
            while self._state.clock.now() < due:  # noqa: ASYNC110 - the clock tells nobody when it jumps
                await asyncio.sleep(TICK)
            await self._effect(scope, body)
        finally:
            if task is not None:
                del self._late[task]

    async def _effect(self, scope: Scope, body: bytes) -> None:
        """Carry the call out, and let nobody hear of it."""

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(_: Message) -> None:
            return

        await self._app(scope, receive, send)


def _matches(fault: Fault, method: str, path: str) -> bool:
    """Return whether a fault is for this call; its regex may name the path as sent or decoded."""
    if fault.method not in {"", method}:
        return False
    return any(re.search(fault.path, form) for form in (path, unquote(path)))


def _only_lags(fault: Fault) -> bool:
    answers = fault.status is not None or fault.text is not None
    return not (answers or fault.reset or fault.timeout or fault.land_after is not None)


async def _answer(fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    if fault.text is not None:
        answer = Response(fault.text, fault.status or 200, fault.headers, media_type="text/html")
        await answer(scope, receive, send)
        return
    if fault.status is not None:
        await JSONResponse(_body(fault.status), fault.status, fault.headers)(scope, receive, send)
        return
    if not fault.reset:
        await _wait_until_given_up(receive)
    await _cut(receive, reset=fault.reset)


def _body(status: int) -> dict[str, object]:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return too_many_requests().answer()
    return ManagementError(status, HTTPStatus(status).phrase).answer()


async def _wait_until_given_up(receive: Receive) -> None:
    # Cancelled is who waits while the tenant stops: uvicorn would print the exception and answer 500.
    with suppress(TimeoutError, asyncio.CancelledError):
        async with asyncio.timeout(LONGEST_SILENCE):
            await _disconnection(receive)


async def _cut(receive: Receive, *, reset: bool) -> None:
    """End the connection without an answer, by the transport behind uvicorn's `receive`: ASGI has no way."""
    transport: asyncio.Transport = attrgetter("__self__.transport")(receive)
    connection = transport.get_extra_info("socket")
    if reset and connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
    transport.abort()
    await _disconnection(receive)


async def _disconnection(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
