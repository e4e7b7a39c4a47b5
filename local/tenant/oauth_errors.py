"""Refusals of the Authentication API.

OAuthError               answered as `{"error", "error_description"}`
└── RedirectedError      told to the application's callback instead, where that is known to be its own
PageError                shown to the person: there is no callback that could be trusted
"""

from starlette.responses import JSONResponse, Response

NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}


class OAuthError(Exception):
    """A request was refused, in OAuth's words."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.status = status
        self.error = error
        self.description = description

    def response(self) -> Response:
        """Return the answer, as recorded for `/oauth/token`."""
        body = {"error": self.error, "error_description": self.description}
        return JSONResponse(body, self.status, headers=NO_STORE)


class RedirectedError(OAuthError):
    """A request to `/authorize` was refused after its callback was found to be the client's."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(302, error, description)


class PageError(Exception):
    """A request of a browser was refused: `title` and `message` are for the person."""

    def __init__(self, status: int, title: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.title = title
        self.message = message


def invalid_request(description: str) -> OAuthError:
    """Return a 400 for a request that is not well-formed."""
    return OAuthError(400, "invalid_request", description)


def invalid_grant(description: str) -> OAuthError:
    """Return the 403 for a code or a refresh token that is no good (recorded)."""
    return OAuthError(403, "invalid_grant", description)


def access_denied(description: str) -> OAuthError:
    """Return a 403 `access_denied`."""
    return OAuthError(403, "access_denied", description)


def unauthorized() -> OAuthError:
    """Return the 401 for a client that is unknown or has not proved itself (node-auth0#428)."""
    return OAuthError(401, "access_denied", "Unauthorized")
