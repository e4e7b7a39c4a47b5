"""Refusals, shaped as the Management API shapes them.

ManagementError             statusCode, error, message and, where Auth0 sends one, errorCode
├── invalid_body(...)       400: the body is not as the operation's schema says
├── invalid_query(...)      400: the same for the query string
├── insufficient_scope(...) 403: the token lacks every scope that would do
└── not_found(...)          404
"""

from http import HTTPStatus
from typing import Any


class ManagementError(Exception):
    """An operation was refused; `answer()` is the body that says so."""

    def __init__(self, status: int, message: str, code: str | None = None, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.more = more

    def answer(self) -> dict[str, Any]:
        """Return the body: `errorCode` is left out where Auth0 has none (recorded)."""
        code = {} if self.code is None else {"errorCode": self.code}
        reason = HTTPStatus(self.status).phrase
        return {"statusCode": self.status, "error": reason, "message": self.message, **code, **self.more}


def invalid_body(message: str) -> ManagementError:
    """Return a 400 in the words of a business rule."""
    return ManagementError(400, message, "invalid_body")


def payload_error(problem: str) -> ManagementError:
    """Return a 400 in the words of schema validation (management-api.md 3.1)."""
    return invalid_body(f"Payload validation error: {problem}.")


def invalid_query(problem: str) -> ManagementError:
    """Return a 400 for the query string."""
    return ManagementError(400, f"Query validation error: {problem}.", "invalid_query_string")


def insufficient_scope(expected: tuple[str, ...]) -> ManagementError:
    """Return a 403 that names the scopes that would do, joined as wire reports show it."""
    return ManagementError(
        403, f"Insufficient scope, expected any of: {','.join(expected)}", "insufficient_scope"
    )


def not_found(message: str = "Not Found", code: str | None = None) -> ManagementError:
    """Return a 404; without arguments that of a route which does not exist (recorded)."""
    return ManagementError(404, message, code)


def inexistent_user() -> ManagementError:
    """Return the 404 of a user (recorded)."""
    return not_found("The user does not exist.", "inexistent_user")


def inexistent_client() -> ManagementError:
    """Return the 404 of a client (recorded, without a full stop)."""
    return not_found("The client does not exist", "inexistent_client")


def inexistent_connection() -> ManagementError:
    """Return the 404 of a connection (recorded, without a full stop)."""
    return not_found("The connection does not exist", "inexistent_connection")


def too_many_requests() -> ManagementError:
    """Return the 429 (recorded)."""
    return ManagementError(429, "Global limit has been reached", "too_many_requests")
