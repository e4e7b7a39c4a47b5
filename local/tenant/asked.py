"""A request of the Authentication API, read once: form or JSON, and every answer to a refusal."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from local.tenant.oauth_errors import OAuthError, PageError, invalid_request
from local.tenant.pages import error_page
from local.tenant.state import Document


@dataclass(frozen=True)
class Asked:
    """A request; a parameter that is repeated is a list, of query and form alike."""

    request: Request
    query: Document
    body: Document

    @property
    def parameters(self) -> Document:
        """Return the parameters where they belong: a POST has them in its body."""
        return self.body if self.request.method == "POST" else self.query

    @property
    def ip(self) -> str:
        """Return the caller's address."""
        return self.request.client.host if self.request.client else ""


def text(parameters: Document, name: str) -> str | None:
    """Return a parameter that is one non-empty string; repeated or of another type it counts as absent."""
    value = parameters.get(name)
    return value if isinstance(value, str) and value else None


def required(parameters: Document, name: str) -> str:
    """Return a parameter, or raise the 400 that names it."""
    value = text(parameters, name)
    if value is None:
        raise invalid_request(f"Missing required parameter: {name}")
    return value


def endpoint(handle: Callable[[Asked], Response]) -> Callable[[Request], Awaitable[Response]]:
    """Return a route's endpoint that runs `handle` in a thread, since it may wait for Node."""

    async def answer(request: Request) -> Response:
        raw = await request.body()
        try:
            return await run_in_threadpool(handle, _asked(request, raw))
        except OAuthError as error:
            return error.response()
        except PageError as error:
            return error_page(error.title, error.message, error.status)

    return answer


def _asked(request: Request, raw: bytes) -> Asked:
    query = _values(request.scope["query_string"].decode("ascii"))
    if request.headers.get("content-type", "").partition(";")[0].strip() == "application/json":
        return Asked(request, query, _json_object(raw))
    try:
        return Asked(request, query, _values(raw.decode()))
    except UnicodeDecodeError as error:
        raise invalid_request("The body is not UTF-8") from error


def _values(encoded: str) -> Document:
    values = parse_qs(encoded, keep_blank_values=True)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _json_object(raw: bytes) -> Document:
    try:
        body: Any = json.loads(raw)
    except ValueError as error:
        raise invalid_request("Invalid JSON") from error
    if not isinstance(body, dict):
        raise invalid_request("Invalid JSON")
    return body
