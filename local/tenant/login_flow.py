"""From a good request to its end: a session or a page, the Actions, and the callback."""

from urllib.parse import urlencode, urlsplit

from starlette.responses import RedirectResponse, Response

from local.tenant.actions import ActionRunner, Outcome
from local.tenant.asked import Asked, text
from local.tenant.authorize import check_request, new_transaction, trusted_client
from local.tenant.documents import milliseconds
from local.tenant.enterprise import identity_provider
from local.tenant.events import login_event
from local.tenant.logins import (
    CODE_LIFE,
    Code,
    Grant,
    Logins,
    Transaction,
    connection_of,
    enabled_connections,
    is_enterprise,
    live_session,
    new_session,
)
from local.tenant.oauth_errors import PageError, RedirectedError
from local.tenant.state import Document, Session, State
from local.tenant.triggers import POST_LOGIN, bound_actions, keep_metadata

COOKIE = "auth0"
COOKIE_LIFE = 259200
"""Seconds that the browser keeps it: a tenant's `idle_session_lifetime` of 72 hours, Auth0's default."""


class LoginFlow:
    """Every login of a tenant: by a password, by an identity provider, or by a session."""

    def __init__(self, state: State, runner: ActionRunner, logins: Logins) -> None:
        self.state = state
        self.logins = logins
        self._runner = runner

    def authorize(self, asked: Asked) -> Response:
        """Answer `/authorize`: the callback at once where a session will do, else the login page."""
        with self.state.lock:
            client, redirect_uri = trusted_client(self.state, asked.parameters)
            asked.request.scope["client_id"] = client["client_id"]
            try:
                check_request(self.state, client, asked.parameters)
            except RedirectedError as refused:
                return self._refused(redirect_uri, text(asked.parameters, "state"), refused)
            transaction = new_transaction(self.state, client, redirect_uri, asked)
            session = self._usable_session(transaction, asked)
        if session is not None:
            return self.complete(transaction, session, asked)
        if transaction.prompt == "none":
            nobody = RedirectedError("login_required", "Login required")
            return self._refused(redirect_uri, transaction.state, nobody)
        with self.state.lock:
            self.logins.transactions[transaction.id] = transaction
            return RedirectResponse(self._first_page(transaction), 302)

    def transaction(self, asked: Asked) -> Transaction:
        """Return the login that a page's `state` names (the lock is held).

        Raises:
            PageError: 400, for one that is over, too old or of an application that is gone.
        """
        transaction = self.logins.transactions.get(text(asked.query, "state") or "")
        if (
            transaction is None
            or transaction.expires_at <= self.state.clock.now()
            or transaction.client_id not in self.state.clients
        ):
            message = "This login page has expired or was used already. Go back to the application to log in."
            raise PageError(400, "Oops!, something went wrong", message)
        asked.request.scope["client_id"] = transaction.client_id
        return transaction

    def sign_in(self, transaction: Transaction, user: Document, connection: str, asked: Asked) -> Session:
        """Begin a session of whom is proved (the lock is held); the browser's older one ends."""
        self.state.sessions.pop(asked.request.cookies.get(COOKIE, ""), None)
        now = milliseconds(self.state.clock.now())
        logins_count = user.get("logins_count", 0) + 1
        user.update(last_login=now, last_ip=asked.ip, logins_count=logins_count, updated_at=now)
        del self.logins.transactions[transaction.id]
        return new_session(self.state, user["user_id"], connection)

    def complete(self, transaction: Transaction, session: Session, asked: Asked) -> Response:
        """Run the Actions, without the lock, and end at the callback; the session is there in any case."""
        with self.state.lock:
            user = self.state.users.get(session.user_id)
            if user is None or user.get("blocked"):
                return self._refused_user(transaction)
            event = login_event(self.state, user, transaction, session, asked)
            actions = bound_actions(self.state, POST_LOGIN)
        outcome = self._runner.run(POST_LOGIN, actions, event)
        with self.state.lock:
            response = self._concluded(transaction, session, outcome)
        response.set_cookie(COOKIE, session.id, max_age=COOKIE_LIFE, httponly=True, samesite="lax")
        return response

    def _concluded(self, transaction: Transaction, session: Session, outcome: Outcome) -> Response:
        keep_metadata(self.state, session.user_id, outcome)
        session.client_ids.add(transaction.client_id)
        if outcome.session_revoked is not None:
            self.state.sessions.pop(session.id, None)
        if outcome.denied is not None:
            return self.refused(transaction, outcome.error, outcome.denied)
        grant = Grant(
            user_id=session.user_id,
            client_id=transaction.client_id,
            audience=transaction.audience,
            scope=transaction.scope,
            session_id=session.id,
            outcome=outcome,
            nonce=transaction.nonce,
            auth_time=None if transaction.max_age is None else int(session.created_at),
        )
        ends = self.state.clock.now() + CODE_LIFE
        code = Code(grant, transaction.redirect_uri, transaction.code_challenge, ends)
        return _callback(
            transaction.redirect_uri, {"code": self.logins.new_code(code), "state": transaction.state}
        )

    def _first_page(self, transaction: Transaction) -> str:
        """Return where a login begins: at the only identity provider, with an address, or with a password."""
        connections = enabled_connections(self.state, transaction.client_id, transaction.connection)
        if not any(is_enterprise(connection) for connection in connections):
            return f"/u/login?state={transaction.id}"
        if len(connections) == 1:
            return identity_provider(connections[0], transaction)
        return f"/u/login/identifier?state={transaction.id}"

    def refused(self, transaction: Transaction, error: str, description: str) -> Response:
        """Tell the application's callback why nobody signs in."""
        told = RedirectedError(error, description)
        return self._refused(transaction.redirect_uri, transaction.state, told)

    def _usable_session(self, transaction: Transaction, asked: Asked) -> Session | None:
        session = live_session(self.state, asked.request.cookies.get(COOKIE))
        if session is None or transaction.prompt in {"login", "select_account"}:
            return None
        age = self.state.clock.now() - session.created_at
        if transaction.max_age is not None and age > transaction.max_age:
            return None
        connection = connection_of(self.state, self.state.users[session.user_id], session.connection)
        usable = enabled_connections(self.state, transaction.client_id, transaction.connection)
        return session if connection in usable else None

    def _refused_user(self, transaction: Transaction) -> Response:
        """Tell the callback that the user is blocked [block-and-unblock-users.mdx], or was just deleted."""
        return self.refused(transaction, "unauthorized", "user is blocked")

    def _refused(self, redirect_uri: str, state: str | None, refused: RedirectedError) -> Response:
        told = {"error": refused.error, "error_description": refused.description, "state": state}
        return _callback(redirect_uri, told)


def _callback(redirect_uri: str, parameters: dict[str, str | None]) -> Response:
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    joint = "&" if urlsplit(redirect_uri).query else "?"
    return RedirectResponse(f"{redirect_uri}{joint}{query}", 302, headers={"cache-control": "no-store"})
