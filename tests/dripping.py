"""A server that answers a byte at a time, and sees whether somebody still listens."""

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import BinaryIO, Self

STATUS = b"HTTP/1.1 200 OK\r\n"
TOKEN = STATUS + b"content-type: application/json\r\ncontent-length: 44\r\n\r\n"
TOKEN += b'{"access_token": "t0ken", "expires_in": 300}'
HEADERS, BODY = "headers", "body"


class Dripping:
    """Drips every answer to a request whose first line has `path` in it; others get a token at once."""

    def __init__(self, path: str, part: str) -> None:
        self._path, self._part = path.encode(), part
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.given_up = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection:
                    self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        requests = connection.makefile("rb")
        while first := requests.readline():
            _skip(requests)
            if self._path not in first:
                connection.sendall(TOKEN)
                continue
            connection.sendall(STATUS if self._part == HEADERS else TOKEN[:-44])
            try:
                while True:
                    connection.sendall(b"x")
                    time.sleep(0.02)
            except OSError:
                self.given_up.set()
                return


def _skip(requests: BinaryIO) -> None:
    """Read the rest of a request: its other headers, and its body."""
    length = 0
    while (line := requests.readline()) not in {b"\r\n", b""}:
        name, _, value = line.lower().partition(b":")
        length = int(value) if name == b"content-length" else length
    requests.read(length)
