"""The pages of a login: password, sign-up where the connection allows it, and the forgotten password."""

from starlette.responses import Response

from local.tenant.asked import Asked, text
from local.tenant.dbconnections import new_database_user, reset_mail
from local.tenant.errors import ManagementError
from local.tenant.identities import account_id, identity_by_email
from local.tenant.login_flow import LoginFlow
from local.tenant.logins import Transaction, database_connections
from local.tenant.oauth_errors import PageError
from local.tenant.pages import page
from local.tenant.passwords import matches
from local.tenant.state import Document, State

WRONG = "Wrong email or password"


class LoginPages:
    """The handlers; each page names its transaction by `state`, as Universal Login does."""

    def __init__(self, flow: LoginFlow) -> None:
        self._flow = flow
        self._state = flow.state

    def show_login(self, asked: Asked) -> Response:
        """GET /u/login."""
        with self._state.lock:
            transaction = self._flow.transaction(asked)
            return self._login_page(transaction, transaction.login_hint)

    def log_in(self, asked: Asked) -> Response:
        """POST /u/login: a wrong password shows the page again, with a 400."""
        email = _address(asked, "username")
        with self._state.lock:
            transaction = self._flow.transaction(asked)
            password = text(asked.body, "password") or ""
            found = _user_with_password(self._state, self._connections(transaction), email, password)
            if found is None:
                return self._login_page(transaction, email, WRONG, 400)
            session = self._flow.sign_in(transaction, *found, asked)
        return self._flow.complete(transaction, session, asked)

    def show_signup(self, asked: Asked) -> Response:
        """GET /u/signup."""
        with self._state.lock:
            transaction = self._flow.transaction(asked)
            self._open_connection(transaction)
            return page("signup.html", self._context(transaction, transaction.login_hint, None))

    def sign_up(self, asked: Asked) -> Response:
        """POST /u/signup: a new user, who is logged in."""
        email, password = _address(asked, "email"), text(asked.body, "password") or ""
        with self._state.lock:
            transaction = self._flow.transaction(asked)
            connection = self._open_connection(transaction)
            try:
                user = new_database_user(self._state, connection, email, password)
            except ManagementError as error:
                context = self._context(transaction, email, _signup_error(error))
                return page("signup.html", context, 400)
            session = self._flow.sign_in(transaction, user, connection["name"], asked)
        return self._flow.complete(transaction, session, asked)

    def show_reset_request(self, asked: Asked) -> Response:
        """GET /u/reset-password/request."""
        with self._state.lock:
            transaction = self._flow.transaction(asked)
            return page("reset_request.html", self._context(transaction, transaction.login_hint, None))

    def request_reset(self, asked: Asked) -> Response:
        """POST /u/reset-password/request: the same page whether there is such a user or not."""
        email = _address(asked, "email")
        with self._state.lock:
            transaction = self._flow.transaction(asked)
            connections = self._connections(transaction)
            mails = [reset_mail(self._state, c, email, transaction.client_id) for c in connections]
        for mail in filter(None, mails):
            self._state.mail(mail)
        return page("reset_sent.html", {**self._context(transaction, email, None), "email": email})

    def _login_page(
        self, transaction: Transaction, username: str, error: str | None = None, status: int = 200
    ) -> Response:
        signup = any(_is_open(connection) for connection in self._connections(transaction))
        context = {**self._context(transaction, username, error), "signup": signup}
        return page("login.html", context, status)

    def _context(self, transaction: Transaction, username: str, error: str | None) -> Document:
        application = self._state.clients[transaction.client_id]["name"]
        return {"state": transaction.id, "application": application, "username": username, "error": error}

    def _connections(self, transaction: Transaction) -> list[Document]:
        return database_connections(self._state, transaction.client_id, transaction.connection)

    def _open_connection(self, transaction: Transaction) -> Document:
        connection = next((c for c in self._connections(transaction) if _is_open(c)), None)
        if connection is None:
            raise PageError(403, "Oops!, something went wrong", "Sign-ups are not allowed here.")
        return connection


def _user_with_password(
    state: State, connections: list[Document], email: str, password: str
) -> tuple[Document, str] | None:
    """Return the user, and the name of the connection in which address and password are right."""
    for connection in connections:
        found = identity_by_email(state, connection["name"], email)
        if found is not None and matches(state.credentials.get(account_id(found[1])), password):
            return found[0], connection["name"]
    return None


def _address(asked: Asked, name: str) -> str:
    return (text(asked.body, name) or "").strip().lower()


def _is_open(connection: Document) -> bool:
    return not connection["options"].get("disable_signup")


def _signup_error(error: ManagementError) -> str:
    weak = error.message.startswith("PasswordStrengthError")
    return "The password is too weak" if weak else "Something went wrong, please try again later"
