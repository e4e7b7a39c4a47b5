"""The `event` that Actions see [post-login-event-object.mdx, credentials-exchange event object]."""

import copy
import re
from collections.abc import Mapping

from local.tenant.asked import Asked, text
from local.tenant.documents import milliseconds
from local.tenant.logins import Transaction, connection_of, is_enterprise
from local.tenant.management.strategies import DATABASE
from local.tenant.state import Document, RefreshToken, Session, State

USER = (
    *("created_at", "email", "email_verified", "family_name", "given_name", "identities", "name", "nickname"),
    *(
        "last_password_reset",
        "phone_number",
        "phone_verified",
        "picture",
        "updated_at",
        "user_id",
        "username",
    ),
)
UNSEEN = {"blocked", "last_ip", "last_login", "logins_count", "app_metadata", "user_metadata"}
STRIPPED = {"auth_session", "authn_response", "client_secret", "client_assertion", "refresh_token"}
"""Never in `event.request.body` [deprecations, since 2025-09-16]."""
EXT_NAME = re.compile(r"ext-[\w-]{1,28}", re.ASCII)
EXT_VALUE = re.compile(r"[-\w.*~@+ /:]{1,255}", re.ASCII)
MOST_EXT = 10
WITHOUT_REFRESH_TOKEN = ("free", "essentials")
"""Plans on which `event.refresh_token` is absent: it is tagged "Enterprise Customers"."""


def visible(parameters: Mapping[str, object]) -> Document:
    """Return a request's parameters without `ext-` ones that break their rules [customize-templates.mdx].

    Assumed: those are left out, as are repeated ones and what comes after the tenth.
    """
    kept: Document = {}
    ext = 0
    for name, value in parameters.items():
        if name.startswith("ext-"):
            good = EXT_NAME.fullmatch(name) and isinstance(value, str) and EXT_VALUE.fullmatch(value)
            if not good or ext == MOST_EXT:
                continue
            ext += 1
        kept[name] = value
    return kept


def login_event(
    state: State, user: Document, transaction: Transaction, session: Session, asked: Asked
) -> Document:
    """Return the event of a login: its request is the one to `/authorize`, whoever asked for a password."""
    request = _request(asked, transaction.method, query=visible(transaction.asked))
    return {
        **_of_user(state, user, transaction.client_id, transaction.audience, session),
        "connection": _connection(state, user, session.connection),
        "request": request,
        "transaction": {
            **_transaction("oidc-basic-profile", transaction.id, transaction.scope),
            "redirect_uri": transaction.redirect_uri,
            "response_type": ["code"],
            "response_mode": "query",
            "prompt": (transaction.prompt or "").split(),
            "state": transaction.state,
            "login_hint": transaction.login_hint or None,
        },
    }


def refresh_event(
    state: State, user: Document, token: RefreshToken, scope: tuple[str, ...], asked: Asked
) -> Document:
    """Return the event of a refresh: no query, and the body's own parameters [B3].

    What a session tells of itself is of Enterprise. `authentication` is optional, and the documentation names
    it at a refresh beside `refresh_token` alone [manage-refresh-tokens-actions.mdx]: assumed to be there
    where that is, while the session lives, and nowhere else.
    """
    body = {name: value for name, value in asked.body.items() if name not in STRIPPED}
    session = state.sessions.get(token.session_id or "")
    if state.plan in WITHOUT_REFRESH_TOKEN:
        session = None
    event = {
        **_of_user(state, user, token.client_id, token.audience, session),
        "connection": _connection(state, user, token.connection),
        "request": _request(asked, "POST", body=body),
        "transaction": _transaction("oauth2-refresh-token", token.id, scope),
    }
    if state.plan not in WITHOUT_REFRESH_TOKEN:
        event["refresh_token"] = {
            "id": token.id,
            "client_id": token.client_id,
            "session_id": token.session_id,
            "created_at": milliseconds(token.created_at),
            "metadata": dict(token.metadata),
        }
    return event


def credentials_event(client: Document, audience: str, scope: list[str], asked: Asked) -> Document:
    """Return the event of a client credentials exchange, which knows no user.

    `requested_scopes` is what was asked for [credentials-exchange event object]; assumed: none where
    nothing was.
    """
    body = {name: value for name, value in asked.body.items() if name not in STRIPPED}
    return {
        "client": _client(client),
        "request": _request(asked, "POST", body=body),
        "resource_server": {"identifier": audience},
        "accessToken": {"customClaims": {}, "scope": list(scope)},
        "transaction": {"requested_scopes": (text(asked.body, "scope") or "").split()},
        "tenant": {"id": "local"},
    }


def _of_user(
    state: State, user: Document, client_id: str, audience: str, session: Session | None
) -> Document:
    roles = [state.roles[role]["name"] for role in state.user_roles.get(user["user_id"], [])]
    event = {
        "user": _user(user),
        "client": _client(state.clients[client_id]),
        "authorization": {"roles": roles},
        "stats": {"logins_count": user.get("logins_count", 0)},
        "tenant": {"id": "local"},
    }
    if audience:
        event["resource_server"] = {"identifier": audience}
    if session is not None:
        at = milliseconds(session.created_at)
        event["session"] = {"id": session.id, "created_at": at, "authenticated_at": at}
        connection = connection_of(state, user, session.connection)
        federated = connection is not None and is_enterprise(connection)
        event["authentication"] = {
            "methods": [{"name": "federated" if federated else "pwd", "timestamp": at}]
        }
    return event


def _user(user: Document) -> Document:
    """Return the user; root attributes that an identity provider gave are there too [community 114979]."""
    federated = user["identities"][0]["provider"] != DATABASE
    names = set(user) - UNSEEN if federated else USER
    profile = {name: user[name] for name in names if name in user}
    metadata = {name: user.get(name) or {} for name in ("app_metadata", "user_metadata")}
    return copy.deepcopy({**profile, **metadata})


def _client(client: Document) -> Document:
    metadata = dict(client.get("client_metadata") or {})
    return {"client_id": client["client_id"], "name": client["name"], "metadata": metadata}


def _connection(state: State, user: Document, name: str | None) -> Document:
    connection = connection_of(state, user, name) or {}
    shown: Document = {name: connection[name] for name in ("id", "name", "strategy") if name in connection}
    return {**shown, "metadata": dict(connection.get("metadata") or {})}


def _request(
    asked: Asked, method: str, *, query: Document | None = None, body: Document | None = None
) -> Document:
    return {
        "ip": asked.ip,
        "method": method,
        "hostname": asked.request.url.hostname,
        "user_agent": asked.request.headers.get("user-agent", ""),
        "query": query or {},
        "body": body or {},
        "geoip": {},
    }


def _transaction(protocol: str, transaction_id: str, scope: tuple[str, ...]) -> Document:
    return {
        "id": transaction_id,
        "protocol": protocol,
        "requested_scopes": list(scope),
        "acr_values": [],
        "ui_locales": [],
        "locale": "en",
        "metadata": {},
    }
