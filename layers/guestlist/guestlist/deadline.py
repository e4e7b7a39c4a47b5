"""A total deadline for calls: httpx limits each read and write, never their sum.

It ends by two clocks, whichever is first. The steady one does not heed that somebody set the time; but it may
stand still while a sandbox is frozen, and whoever is thawed an hour later must not send what was true then.
"""

import math
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

from guestlist.clock import clock

_ends_at = ContextVar("_ends_at", default=(math.inf, math.inf))
"""By the steady clock and by the time."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give all that is sent and read inside, however slowly it drips, so many seconds together.

    A deadline within another ends with it at the latest.
    """
    steady, time = _ends_at.get()
    ends_at = min(steady, clock.steady() + seconds), min(time, clock.source() + seconds)
    before = _ends_at.set(ends_at)
    try:
        yield
    finally:
        _ends_at.reset(before)


def remaining() -> float:
    """Return the seconds that are left of the deadline, never below zero."""
    steady, time = _ends_at.get()
    return max(0.0, min(steady - clock.steady(), time - clock.source()))


class Transport(httpx.HTTPTransport):
    """HTTP whose every step keeps the deadline that it is `within`."""

    def __init__(self, *, tls: bool) -> None:
        # The certificates take 30 ms to load, which only TLS is worth.
        context = httpx.create_ssl_context() if tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(verify=context)
        # Httpx has no parameter for httpcore's network backend, which is where every read passes.
        self._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=_Backend())


class _Backend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        limit = _limit(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, limit, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _limit(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _limit(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        limit = _limit(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, limit))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 (httpcore's own signature)
        return self._stream.get_extra_info(info)


def _limit(timeout: float | None, over: type[httpcore.TimeoutException]) -> float:
    left = min(remaining(), math.inf if timeout is None else timeout)
    if left <= 0:
        raise over("the deadline is over")
    return left
