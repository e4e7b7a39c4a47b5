"""Logins that begin with an address, and those that an identity provider ends."""

from dataclasses import replace

from starlette.responses import RedirectResponse, Response

from local.tenant.asked import Asked, text
from local.tenant.enterprise import arrived, home_realm, identity_provider
from local.tenant.login_flow import LoginFlow
from local.tenant.logins import Transaction, database_connections, enabled_connections, is_enterprise
from local.tenant.pages import page
from local.tenant.state import Document

NO_REALM = "We could not find an identity provider for this email address"


class IdentifierPage:
    """The handlers; the page names its transaction by `state`, as Universal Login does."""

    def __init__(self, flow: LoginFlow) -> None:
        self._flow = flow
        self._state = flow.state

    def show(self, asked: Asked) -> Response:
        """GET /u/login/identifier."""
        with self._state.lock:
            transaction = self._flow.transaction(asked)
            return self._page(transaction, transaction.login_hint)

    def identify(self, asked: Asked) -> Response:
        """POST /u/login/identifier: on to the identity provider of the address or button, or a password."""
        email = (text(asked.body, "username") or "").strip()
        with self._state.lock:
            transaction = replace(self._flow.transaction(asked), login_hint=email)
            self._flow.logins.transactions[transaction.id] = transaction
            connection = self._pressed(transaction, asked) or home_realm(self._state, transaction, email)
            if connection is not None:
                return RedirectResponse(identity_provider(connection, transaction), 303)
            if not email or not database_connections(
                self._state, transaction.client_id, transaction.connection
            ):
                return self._page(transaction, email, NO_REALM, 400)
            return RedirectResponse(f"/u/login?state={transaction.id}", 303)

    def called_back(self, asked: Asked) -> Response:
        """GET /login/callback: whom the identity provider named is there now, whatever the Actions say."""
        with self._state.lock:
            transaction = self._flow.transaction(asked)
            assertion = self._flow.logins.assertions.pop(text(asked.query, "code") or "", None)
            if assertion is None:
                error = text(asked.query, "error") or "invalid_request"
                return self._flow.refused(transaction, error, text(asked.query, "error_description") or "")
            enabled = enabled_connections(self._state, transaction.client_id, assertion.connection)
            if not enabled:
                return self._flow.refused(transaction, "invalid_request", "the connection is not enabled")
            user = arrived(self._state, enabled[0], assertion.claims)
            session = self._flow.sign_in(transaction, user, assertion.connection, asked)
        return self._flow.complete(transaction, session, asked)

    def _buttons(self, transaction: Transaction) -> list[Document]:
        connections = enabled_connections(self._state, transaction.client_id, transaction.connection)
        return [c for c in connections if is_enterprise(c) and c.get("show_as_button")]

    def _pressed(self, transaction: Transaction, asked: Asked) -> Document | None:
        """Return the connection whose button was pressed; one without a button is reached by address."""
        name = text(asked.body, "connection")
        return next((c for c in self._buttons(transaction) if c["name"] == name), None)

    def _page(
        self, transaction: Transaction, username: str, error: str | None = None, status: int = 200
    ) -> Response:
        context = {
            "state": transaction.id,
            "application": self._state.clients[transaction.client_id]["name"],
            "username": username,
            "error": error,
            "buttons": [
                {"name": c["name"], "label": c.get("display_name") or c["name"]}
                for c in self._buttons(transaction)
            ],
        }
        return page("identifier.html", context, status)
