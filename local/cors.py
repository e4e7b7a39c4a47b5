"""CORS as an HTTP API does it: preflights answered by the gateway, headers added to what others answer."""

from collections.abc import Mapping
from typing import Any

from local.http_event import HttpRequest
from local.http_response import Reply

_HEADERS = {
    "AllowMethods": "access-control-allow-methods",
    "AllowHeaders": "access-control-allow-headers",
    "ExposeHeaders": "access-control-expose-headers",
    "MaxAge": "access-control-max-age",
}
_PREFLIGHT_ONLY = {"AllowMethods", "AllowHeaders", "MaxAge"}


class Cors:
    """The template's CorsConfiguration; without one nothing is answered and nothing added."""

    def __init__(self, configuration: Mapping[str, Any] | None) -> None:
        self._configuration = configuration or {}
        self._origins = self._configuration.get("AllowOrigins", [])

    def preflight(self, request: HttpRequest) -> Reply | None:
        """Return the answer to a preflight request, whatever its path; None for any other request."""
        headers = request.joined_headers()
        is_preflight = request.method == "OPTIONS" and "access-control-request-method" in headers
        if not self._configuration or not is_preflight:
            return None
        return Reply(204, b"", self._of(headers.get("origin", ""), set(_HEADERS)))

    def headers(self, request: HttpRequest) -> tuple[tuple[str, str], ...]:
        """Return what is added to the answer to a request from another origin."""
        return self._of(request.joined_headers().get("origin", ""), set(_HEADERS) - _PREFLIGHT_ONLY)

    def _of(self, origin: str, wanted: set[str]) -> tuple[tuple[str, str], ...]:
        if not origin or not {"*", origin}.intersection(self._origins):
            return ()
        found = {"access-control-allow-origin": "*" if "*" in self._origins else origin}
        for name, header in _HEADERS.items():
            if name in wanted and name in self._configuration:
                value = self._configuration[name]
                found[header] = ",".join(value) if isinstance(value, list) else str(value)
        if self._configuration.get("AllowCredentials"):
            found["access-control-allow-credentials"] = "true"
        return tuple(found.items())
