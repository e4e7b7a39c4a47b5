"""moto over HTTP on loopback: one request at a time, faults on demand, and what SES was given kept whole."""

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from local import moto_fast
from local.moto_fit import LOCK
from local.ses import Ses

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_SEND_EMAIL = "/v2/email/outbound-emails"
_SUPPRESSED = "/v2/email/suppression/addresses/"
_TRANSACTION = "TransactWriteItems"


@dataclass
class Fault:
    """An answer that AWS gives and moto never does, for the next `times` calls of an operation that match."""

    operation: str
    code: str
    times: int
    matching: re.Pattern[str]

    def answer(self, body: Mapping[str, Any]) -> Response:
        """Return the refusal; a transaction's code is that of its first operation that matches."""
        message = f"{self.code}, as a test asked for"
        if self.operation == _TRANSACTION:
            return _cancelled(self._reasons(body["TransactItems"]))
        return _refusal({"__type": f"com.amazonaws.dynamodb.v20120810#{self.code}", "message": message})

    def _reasons(self, items: list[Mapping[str, Any]]) -> list[dict[str, str]]:
        found = [self.matching.search(json.dumps(item)) is not None for item in items]
        blamed = found.index(True) if True in found else 0
        return [{"Code": self.code if number == blamed else "None"} for number in range(len(items))]


class Wire:
    """The WSGI application in front of moto, for one account of its own."""

    def __init__(self, account: str, ses: Ses) -> None:
        self._account = account
        self._ses = ses
        moto_fast.install()
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._faults: list[Fault] = []
        self._lost: list[str] = []
        self._delays: dict[str, float] = {}
        self._listeners: list[Callable[[Request], object]] = []
        self._carried_out: dict[str, Response] = {}
        self.emails: list[dict[str, Any]] = []

    def inject(self, operation: str, code: str, *, times: int = 1, matching: str = "") -> None:
        """Refuse the next calls of an operation whose JSON body matches a pattern, with no effect.

        `inject("TransactWriteItems", "TransactionConflict")` cancels a transaction for that reason;
        `inject("UpdateItem", "TransactionConflictException")` is the same for a plain write;
        `inject("SendEmail", "MessageRejected")` is SES's.
        """
        with LOCK:
            self._faults.append(Fault(operation, code, times, re.compile(matching)))

    def lose(self, operation: str) -> None:
        """Carry out the next call of a DynamoDB operation, and lose its answer: it is a 500."""
        with LOCK:
            self._lost.append(operation)

    @contextmanager
    def delayed(self, operation: str, seconds: float) -> Iterator[None]:
        """Let each call of a DynamoDB operation wait, so that what was read for it grows old."""
        self._delays[operation] = seconds
        try:
            yield
        finally:
            del self._delays[operation]

    @contextmanager
    def heard(self, listener: Callable[[Request], object]) -> Iterator[None]:
        """Call a listener with each request before it has any effect; what it does meanwhile lands first."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, holding the lock throughout."""
        request = Request(environ)
        body = request.get_data()
        target = "SendEmail" if request.path == _SEND_EMAIL else environ.get("HTTP_X_AMZ_TARGET", "")
        operation = target.rpartition(".")[2]
        time.sleep(self._delays.get(operation, 0))
        for listener in tuple(self._listeners):
            listener(request)
        with LOCK:
            response = self._refused(operation, body) or self._once(environ, operation, body)
            if operation in self._lost:
                self._lost.remove(operation)
                response = Response("the answer was lost, as a test asked for", 500)
        return response(environ, start_response)

    def _once(self, environ: "WSGIEnvironment", operation: str, body: bytes) -> Response:
        """Carry a transaction out once under its token, as DynamoDB does for ten minutes and moto doesn't."""
        token = json.loads(body)["ClientRequestToken"] if operation == _TRANSACTION else ""
        if token in self._carried_out:
            return self._carried_out[token]
        response = self._answered(environ, operation, body)
        if token and response.status_code == 200:  # noqa: PLR2004 OK
            self._carried_out[token] = response
        return response

    def _refused(self, operation: str, body: bytes) -> Response | None:
        for fault in self._faults:
            if fault.operation == operation and fault.matching.search(body.decode()):
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
                return fault.answer(json.loads(body))
        return None

    def _answered(self, environ: "WSGIEnvironment", operation: str, body: bytes) -> Response:
        if operation == "ReceiveMessage":
            # A receive that waits would hold the lock against the sender it waits for.
            body = json.dumps({**json.loads(body), "WaitTimeSeconds": 0}).encode()
        if environ["PATH_INFO"].startswith(_SUPPRESSED):
            return self._unsuppressed(environ["PATH_INFO"].removeprefix(_SUPPRESSED))
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = self._account
        environ["CONTENT_LENGTH"] = str(len(body))
        environ["wsgi.input"] = BytesIO(body)
        response = moto_fast.answered(environ) or Response.from_app(self._moto, environ, buffered=True)
        if environ["PATH_INFO"] == _SEND_EMAIL and response.status_code == 200:  # noqa: PLR2004 OK
            # moto keeps one of a mail's two bodies and none of its headers.
            self.emails.append({**json.loads(body), **json.loads(response.data), "At": datetime.now(UTC)})
            self._ses.took(self.emails[-1])
        return response

    def _unsuppressed(self, address: str) -> Response:
        """Answer DeleteSuppressedDestination, which moto has not."""
        if address in self._ses.suppressed:
            self._ses.suppressed.remove(address)
            return Response("{}")
        return _refusal({"__type": "NotFoundException", "message": "not on the suppression list"})


class MotoServer:
    """A `Wire` on a free port of 127.0.0.1; `url` is known before it starts."""

    def __init__(self, wire: Wire) -> None:
        # It writes a line per request otherwise.
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        self._server = make_server("127.0.0.1", 0, wire, threaded=True)
        # It looks that often, in seconds, whether it shall stop.
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=[0.02], name="moto", daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Serve until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and give the port back."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


def _cancelled(reasons: list[dict[str, str]]) -> Response:
    codes = ", ".join(reason["Code"] for reason in reasons)
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
    return _refusal({"__type": kind, "Message": message, "CancellationReasons": reasons})


def _refusal(body: Mapping[str, Any]) -> Response:
    return Response(json.dumps(body), 400, content_type="application/x-amz-json-1.0")
