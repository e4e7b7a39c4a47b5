"""The event of API Gateway's HTTP API, payload format 2.0, as the real one builds it."""

import base64
import secrets
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

from local.authorizer import as_text

STAGE = "$default"
_API_ID = "local"
# Measured on AWS: these arrive as text; everything else in base64, forms and bodies without a type included.
_TEXT_TYPES = {"application/json", "application/javascript", "application/xml"}


@dataclass(frozen=True)
class HttpRequest:
    """A request as it came in; `path` and `query` are still percent-encoded."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"
    id: str = field(default_factory=lambda: secrets.token_urlsafe(11))
    at: float = field(default_factory=time.time)

    @classmethod
    def of(
        cls, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Self:
        """Return a request for a path with its query."""
        path, _, query = target.partition("?")
        return cls(method, path, query, tuple((headers or {}).items()), body)

    @property
    def time(self) -> str:
        """The time as access logs write it."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")

    @property
    def decoded_path(self) -> str:
        """The path without percent-encoding, which is what `rawPath` holds on the real one."""
        return unquote(self.path)

    def joined_headers(self) -> dict[str, str]:
        """Return the headers with names in lower case and repeated ones joined by commas."""
        return _joined((name.lower(), value) for name, value in self.headers)


def event_of(
    request: HttpRequest,
    *,
    route_key: str = "$default",
    parameters: Mapping[str, str] | None = None,
    claims: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the event; what is empty is left out, and `claims` are those of the token as it was signed."""
    headers = request.joined_headers()
    cookies = headers.pop("cookie", "")
    host = headers.setdefault("host", "localhost")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.decoded_path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": _API_ID,
            "domainName": host.partition(":")[0],
            "domainPrefix": host.partition(":")[0].partition(".")[0],
            "http": {
                "method": request.method,
                "path": request.decoded_path,
                "protocol": request.protocol,
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request.id,
            "routeKey": route_key,
            "stage": STAGE,
            "time": request.time,
            "timeEpoch": int(request.at * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if query := _joined(parse_qsl(request.query, keep_blank_values=True)):
        event["queryStringParameters"] = query
    if parameters:
        event["pathParameters"] = dict(parameters)
    if claims is not None:
        # `scopes` are those a route asks for; ours ask for none.
        event["requestContext"]["authorizer"] = {"jwt": {"claims": as_text(claims), "scopes": None}}
    if request.body:
        event |= _body(request.body, headers.get("content-type", ""))
    return event


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type.startswith("text/") or media_type in _TEXT_TYPES:
        return {"body": body.decode(errors="replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        found[name].append(value)
    return {name: ",".join(values) for name, values in found.items()}
