"""`/u/reset-password`: the page behind a ticket. Opening it changes nothing; a good password uses it up."""

from starlette.responses import Response

from local.tenant.asked import Asked, text
from local.tenant.documents import milliseconds
from local.tenant.identities import account_id, end_sessions, profile_of
from local.tenant.logins import connection_of
from local.tenant.oauth_errors import PageError
from local.tenant.pages import page
from local.tenant.passwords import credential, weakness
from local.tenant.state import Document, State, Ticket

UNEQUAL = "The passwords did not match. Please try again."


class TicketPage:
    """The handlers."""

    def __init__(self, state: State) -> None:
        self._state = state

    def show(self, asked: Asked) -> Response:
        """GET /u/reset-password."""
        with self._state.lock:
            return self._form(self._ticket(asked))

    def set_password(self, asked: Asked) -> Response:
        """POST /u/reset-password: `password-reset` twice; what is refused leaves the ticket good."""
        password = text(asked.body, "password-reset") or ""
        with self._state.lock:
            ticket = self._ticket(asked)
            if password != (text(asked.body, "re-enter-password") or ""):
                return self._form(ticket, UNEQUAL)
            user = self._state.users[ticket.user_id]
            identity = next(i for i in user["identities"] if account_id(i) == ticket.account_id)
            missing = weakness(password, connection_of(self._state, user, identity["connection"]) or {})
            if missing is not None:
                return self._form(ticket, f"Password is too weak. {missing}.")
            self._change(ticket, user, identity, password)
            return page("reset_done.html", self._way_back(ticket))

    def _ticket(self, asked: Asked) -> Ticket:
        """Return the ticket that is named.

        Raises:
            PageError: it is unknown (or a newer one replaced it), used, or too old (statuses assumed).
        """
        ticket = self._state.tickets.get(text(asked.query, "ticket") or "")
        if ticket is None or not _is_of(ticket, self._state):
            raise PageError(400, "Invalid Link", "The link is not valid, or a newer one has replaced it.")
        if ticket.used:
            raise PageError(400, "Invalid Link", "The link has been used already.")
        if ticket.expires_at <= self._state.clock.now():
            raise PageError(400, "Link Expired", "The link has expired.")
        return ticket

    def _form(self, ticket: Ticket, error: str | None = None) -> Response:
        return page("reset.html", {"ticket": ticket.id, "error": error}, 400 if error else 200)

    def _change(self, ticket: Ticket, user: Document, identity: Document, password: str) -> None:
        """Set the password and end the user's sessions; a block stays, only the Management API lifts one."""
        now = milliseconds(self._state.clock.now())
        ticket.used = True
        self._state.credentials[ticket.account_id] = credential(password)
        user.update(last_password_reset=now, updated_at=now)
        if ticket.mark_email_as_verified:
            profile_of(user, identity)["email_verified"] = True
        end_sessions(self._state, ticket.user_id)

    def _way_back(self, ticket: Ticket) -> Document:
        """Return where the last page leads: the ticket's `result_url`, else the client's login."""
        client = self._state.clients.get(ticket.client_id or "", {})
        link = ticket.result_url or client.get("initiate_login_uri") or ""
        return {"link": link, "application": client.get("name", "the application")}


def _is_of(ticket: Ticket, state: State) -> bool:
    """Return whether the user is there and still has the identity whose password the ticket sets."""
    user = state.users.get(ticket.user_id, {"identities": []})
    return any(account_id(identity) == ticket.account_id for identity in user["identities"])
