"""ASGI applications served on loopback, each on a free port, in a thread of this process."""

import asyncio
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

_GRACE_SECONDS = 0.1


class _Uvicorn(uvicorn.Server):
    """uvicorn that ends as soon as it is told to: by itself it looks every 0.1 s, and waits as long."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def end(self) -> None:
        """Take no more requests, and soon cut off those that are here."""
        self.should_exit = self.force_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        """Keep the date of the answers' headers until the end."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen no more, and close the connections on which nothing is under way."""
        for listened in (*self.servers, *(sockets or ())):
            listened.close()
        for connection in tuple(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_GRACE_SECONDS)


class Server:
    """One application on a port of 127.0.0.1. `url` is known before it starts, so that others can be told."""

    def __init__(self, name: str) -> None:
        self.name = name
        # With its protocol named asyncio sets TCP_NODELAY; without, every answer waits 40 ms for an ACK.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._uvicorn: _Uvicorn | None = None
        self._thread: threading.Thread | None = None

    def start(self, app: ASGIApp) -> Self:
        """Serve until `stop`; returns when requests are answered.

        Raises:
            RuntimeError: the application did not come up.
        """
        config = uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False, ws="none")
        server = _Uvicorn(config)
        self._uvicorn = server
        self._thread = threading.Thread(
            target=server.run, kwargs={"sockets": [self._socket]}, name=self.name, daemon=True
        )
        self._thread.start()
        while not server.started:
            if not self._thread.is_alive():
                raise RuntimeError(f"{self.name} did not start")
            time.sleep(0.001)
        return self

    def stop(self) -> None:
        """Stop serving and give the port back. Safe to call twice."""
        if self._uvicorn is not None and self._thread is not None:
            self._uvicorn.end()
            self._thread.join(timeout=5)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
