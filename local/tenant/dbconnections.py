"""`/dbconnections/*`: a forgotten password, and signing up where the connection allows it."""

from starlette.responses import JSONResponse, PlainTextResponse, Response

from local.tenant.asked import Asked, text
from local.tenant.errors import ManagementError
from local.tenant.identities import account_id, identity_by_email
from local.tenant.logins import database_connections
from local.tenant.management.tickets import FIVE_DAYS, mint
from local.tenant.management.user_creation import create_user
from local.tenant.schema import EMAIL
from local.tenant.state import Document, State

SENT = "We've just sent you an email to reset your password."
_BAD = {"name": "BadRequestError", "statusCode": 400}
DISABLED = {**_BAD, "code": "public_signup_disabled", "description": "Public signup is disabled"}
TAKEN = {**_BAD, "code": "invalid_signup", "description": "Invalid sign up"}
WEAK = {
    **_BAD,
    "name": "PasswordStrengthError",
    "code": "invalid_password",
    "description": "Password is too weak",
}


class Refused(Exception):  # noqa: N818 - an answer, not a fault of ours
    """A request was refused, in the body that these two routes have."""

    def __init__(self, body: Document) -> None:
        super().__init__(str(body))
        self.body = body


class DatabaseConnections:
    """The handlers."""

    def __init__(self, state: State) -> None:
        self._state = state

    def change_password(self, asked: Asked) -> Response:
        """POST /dbconnections/change_password: always the same 200 (recorded), user or not."""
        with self._state.lock:
            try:
                connection, email, client_id = self._addressed(asked)
            except Refused as refused:
                return JSONResponse(refused.body, 400)
            mail = reset_mail(self._state, connection, email, client_id)
        if mail is not None:
            self._state.mail(mail)
        return PlainTextResponse(SENT, media_type="text/html; charset=utf-8")

    def signup(self, asked: Asked) -> Response:
        """POST /dbconnections/signup: the answer is recorded, the bodies of refusals are assumed."""
        with self._state.lock:
            try:
                connection, email, _ = self._addressed(asked)
                user = self._signed_up(connection, email, text(asked.body, "password"))
            except Refused as refused:
                return JSONResponse(refused.body, 400)
        bare_id = user["identities"][0]["user_id"]
        return JSONResponse({"_id": bare_id, "email": email, "email_verified": user["email_verified"]})

    def _addressed(self, asked: Asked) -> tuple[Document, str, str]:
        """Return the connection, the lower-cased address and the client that a body names."""
        body = asked.body
        for name in ("client_id", "connection", "email"):
            if text(body, name) is None:
                raise Refused({"error": f"{name} is required"})
        client_id, email = str(body["client_id"]), str(body["email"]).strip().lower()
        asked.request.scope["client_id"] = client_id
        found = database_connections(self._state, client_id, str(body["connection"]))
        if client_id not in self._state.clients or not found:
            raise Refused({"error": "connection does not exist."})
        if not EMAIL.fullmatch(email):
            raise Refused({"error": "email format validation failed."})
        return found[0], email, client_id

    def _signed_up(self, connection: Document, email: str, password: str | None) -> Document:
        if connection["options"].get("disable_signup"):
            raise Refused(DISABLED)
        if password is None:
            raise Refused({"error": "password is required"})
        try:
            return new_database_user(self._state, connection, email, password)
        except ManagementError as error:
            body = WEAK if error.message.startswith("PasswordStrengthError") else TAKEN
            raise Refused(body) from error


def new_database_user(state: State, connection: Document, email: str, password: str) -> Document:
    """Make the user who signs up.

    Raises:
        ManagementError: the password is too weak, or the address is taken.
    """
    return create_user(state, {"connection": connection["name"], "email": email, "password": password})


def reset_mail(state: State, connection: Document, email: str, client_id: str) -> Document | None:
    """Return a mail to the user with this address, if there is one; its link is now their only one."""
    found = identity_by_email(state, connection["name"], email)
    if found is None:
        return None
    ticket = mint(
        state,
        found[0]["user_id"],
        ttl=FIVE_DAYS,
        mark_email_as_verified=False,
        client_id=client_id,
        result_url=None,
        account=account_id(found[1]),
    )
    link = f"{state.url}/u/reset-password?ticket={ticket.id}#"
    told = f"To choose a new password, open this link:\n\n{link}\n\nIf you did not ask for it, do nothing.\n"
    return {"to": email, "subject": "Reset your password", "text": told, "link": link}
