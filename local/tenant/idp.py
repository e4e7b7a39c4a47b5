"""Identity providers, one for each enterprise connection: whoever asks says who signs in."""

import secrets
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from local.tenant.asked import Asked, endpoint, text
from local.tenant.logins import Assertion, Logins, is_enterprise
from local.tenant.oauth_errors import PageError, invalid_request
from local.tenant.pages import page
from local.tenant.state import Document, State, connection_by_name


class IdentityProviders:
    """The page of an identity provider: stateless, it believes all and everyone."""

    def __init__(self, state: State, logins: Logins) -> None:
        self._state = state
        self._logins = logins

    def show(self, asked: Asked) -> Response:
        """GET /_local/idp/{connection}: a form for people."""
        connection = self._connection(asked)
        context = {
            "connection": connection["name"],
            "strategy": connection["strategy"],
            "action": f"{asked.request.url.path}?{asked.request.url.query}",
            "email": text(asked.query, "login_hint") or "",
        }
        return page("idp.html", context)

    def sign_in(self, asked: Asked) -> Response:
        """POST /_local/idp/{connection}: form or JSON; `error` refuses, all else is said of the person."""
        connection = self._connection(asked)
        back = {"state": text(asked.query, "state") or ""}
        error = text(asked.body, "error")
        if error is not None:
            back |= {"error": error, "error_description": text(asked.body, "error_description") or error}
        else:
            code = secrets.token_urlsafe(24)
            with self._state.lock:
                self._logins.assertions[code] = Assertion(connection["name"], claims(asked.body))
            back["code"] = code
        return RedirectResponse(f"/login/callback?{urlencode(back)}", 303)

    def _connection(self, asked: Asked) -> Document:
        with self._state.lock:
            connection = connection_by_name(self._state, asked.request.path_params["connection"])
        if connection is None or not is_enterprise(connection):
            raise PageError(
                404, "No such identity provider", "There is no enterprise connection of this name."
            )
        return connection


def claims(body: Document) -> Document:
    """Return what is said of a person: a form's empty fields say nothing, groups may stand in one field.

    Raises:
        OAuthError: 400, there is neither `sub` nor `email`.
    """
    said = {name: value for name, value in body.items() if value not in ("", None)}
    groups = said.get("groups")
    if isinstance(groups, str):
        said["groups"] = [group.strip() for group in groups.split(",") if group.strip()]
    if isinstance(said.get("email_verified"), str):
        said["email_verified"] = said["email_verified"] == "true"
    if "sub" not in said and "email" not in said:
        raise invalid_request("An identity provider says who it is: sub or email")
    return {"sub": said.get("email"), **said}


def routes(state: State, logins: Logins) -> list[Route]:
    """Return the routes of `/_local/idp`."""
    providers = IdentityProviders(state, logins)
    path = "/_local/idp/{connection}"
    return [
        Route(path, endpoint(providers.show), methods=["GET"]),
        Route(path, endpoint(providers.sign_in), methods=["POST"]),
    ]
