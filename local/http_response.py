"""What an HTTP API answers: a function's answer in payload format 2.0, or the gateway's own words."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

INTERNAL_SERVER_ERROR = "Internal Server Error"


@dataclass(frozen=True)
class Reply:
    """An answer; `error` is the message of the gateway's own ones, as access logs name it."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    error: str | None = None

    def response(self) -> Response:
        """Return the answer as Starlette sends it."""
        response = Response(self.body, self.status)
        for name, value in self.headers:
            response.headers.append(name, value)
        return response


def says(status: int, message: str, **headers: str) -> Reply:
    """Return an answer of the gateway's own; underscores in the names of headers stand for hyphens."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    return Reply(status, body, (("content-type", "application/json"), *named), message)


def reply_of(answer: Any) -> Reply:  # noqa: ANN401 a function may answer anything
    """Return what the client gets for a function's answer.

    An answer without `statusCode` is the body of a 200 in JSON; a malformed one is the gateway's own 500.
    """
    if not isinstance(answer, dict) or "statusCode" not in answer:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return Reply(200, text.encode(), (("content-type", "application/json"),))
    try:
        status, body = int(answer["statusCode"]), _body(answer)
        headers = {name.lower(): _text(value) for name, value in (answer.get("headers") or {}).items()}
        cookies = [("set-cookie", str(cookie)) for cookie in answer.get("cookies") or ()]
    except (TypeError, ValueError, AttributeError, binascii.Error):
        return says(500, INTERNAL_SERVER_ERROR)
    headers.setdefault("content-type", "text/plain;charset=UTF-8")
    # The length is of what is sent.
    headers.pop("content-length", None)
    return Reply(status, body, (*headers.items(), *cookies))


def _body(answer: dict[str, Any]) -> bytes:
    body = answer.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise TypeError("a body is text")
    return base64.b64decode(body, validate=True) if answer.get("isBase64Encoded") else body.encode()


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
