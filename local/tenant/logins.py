"""What a login is made of: the transaction that `/authorize` opens, and the code that ends it."""

import secrets
from dataclasses import dataclass, field

from local.tenant.actions import Outcome
from local.tenant.management.strategies import DATABASE, ENTERPRISE
from local.tenant.state import Document, Session, State, connection_by_name

SESSION_LIFE = 604800.0
"""Seconds that a session lives: a tenant's `session_lifetime` of 168 hours, Auth0's default [OpenAPI]."""
TRANSACTION_LIFE = 3600.0
"""Seconds that a login page may wait to be answered (assumed)."""
CODE_LIFE = 600.0
"""Seconds: the longest that RFC 6749 section 4.1.2 recommends; Auth0 documents none."""


@dataclass(frozen=True)
class Transaction:
    """A request to `/authorize` that was found good; `asked` holds all its parameters, as sent."""

    id: str
    method: str
    asked: Document
    client_id: str
    redirect_uri: str
    scope: tuple[str, ...]
    audience: str
    connection: str | None
    state: str | None
    nonce: str | None
    code_challenge: str | None
    prompt: str | None
    max_age: int | None
    login_hint: str
    expires_at: float


@dataclass(frozen=True)
class Grant:
    """What tokens may say: of whom, to whom, and what the Actions changed."""

    user_id: str
    client_id: str
    audience: str
    scope: tuple[str, ...]
    session_id: str | None
    outcome: Outcome
    nonce: str | None = None
    auth_time: int | None = None
    """In the ID token, where `max_age` was asked."""


@dataclass(frozen=True)
class Code:
    """What an authorization code is good for: one grant, once, in the hands of who began the login."""

    grant: Grant
    redirect_uri: str
    code_challenge: str | None
    expires_at: float


@dataclass(frozen=True)
class Assertion:
    """Whom an identity provider named, by its connection (by name) and what it says of them."""

    connection: str
    claims: Document


@dataclass
class Logins:
    """Logins under way, by the `state` of their page, and codes that wait to be exchanged."""

    transactions: dict[str, Transaction] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    assertions: dict[str, Assertion] = field(default_factory=dict)
    """What identity providers said, by the code that carries it to `/login/callback`, once."""

    def new_code(self, code: Code) -> str:
        """Keep a code and return it as the callback will carry it."""
        name = secrets.token_urlsafe(36)
        self.codes[name] = code
        return name


def new_session(state: State, user_id: str, connection: str) -> Session:
    """Return a new session, begun now by this connection (by name)."""
    session = Session(secrets.token_urlsafe(24), user_id, set(), state.clock.now(), connection)
    state.sessions[session.id] = session
    return session


def live_session(state: State, cookie: str | None) -> Session | None:
    """Return the session that the browser's cookie names, if it lives and its user is there."""
    session = state.sessions.get(cookie or "")
    if session is None or session.user_id not in state.users:
        return None
    return session if session.created_at + SESSION_LIFE > state.clock.now() else None


def enabled_connections(state: State, client_id: str, name: str | None = None) -> list[Document]:
    """Return the connections that a client's users may sign in by, or the one of them that is named."""
    return [
        connection
        for connection in state.connections.values()
        if connection["strategy"] in {DATABASE, *ENTERPRISE}
        and client_id in state.connection_clients.get(connection["id"], set())
        and name in {None, connection["name"]}
        and connection.get("authentication", {}).get("active", True)
    ]


def database_connections(state: State, client_id: str, name: str | None = None) -> list[Document]:
    """Return the database connections among them."""
    return [c for c in enabled_connections(state, client_id, name) if not is_enterprise(c)]


def is_enterprise(connection: Document) -> bool:
    """Return whether users of a connection sign in at an identity provider."""
    return bool(connection["strategy"] != DATABASE)


def connection_of(state: State, user: Document, name: str | None = None) -> Document | None:
    """Return the connection of this name, or of a user's main identity."""
    return connection_by_name(state, name or user["identities"][0]["connection"])
