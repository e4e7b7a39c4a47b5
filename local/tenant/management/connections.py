"""Connections, and the clients that they are enabled for."""

import secrets

from local.tenant.documents import (
    ALPHANUMERIC,
    Query,
    checkpointed,
    listed_either_way,
    milliseconds,
    selected,
)
from local.tenant.errors import ManagementError, inexistent_client, inexistent_connection, payload_error
from local.tenant.management.connection_options import completed, shown_beside
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.management.strategies import DATABASE, STRATEGIES
from local.tenant.management.users import forget_connection
from local.tenant.schema import FLAG, OBJECT, STRINGS, Field, check, type_name
from local.tenant.state import Document, State, connection_by_name, new_id

NAME = Field(str, pattern="^[a-zA-Z0-9](-[a-zA-Z0-9]|[a-zA-Z0-9])*$", max_length=128)
METADATA = Field(dict, items=Field(str, nullable=True, max_length=255), max_items=10)
CHANGE = {
    "display_name": Field(str, max_length=128),
    "options": Field(dict, nullable=True),
    "is_domain_connection": FLAG,
    "show_as_button": FLAG,
    "realms": STRINGS,
    "metadata": METADATA,
    "authentication": OBJECT,
    "connected_accounts": OBJECT,
}
"""PATCH /connections/{id} [OpenAPI], without `enabled_clients`: retired on 2026-07-13, here refused."""
NEW = {
    **CHANGE,
    "options": OBJECT,
    "strategy": Field(str, choices=STRATEGIES),
    "name": NAME,
}
DATABASE_OPTIONS = {
    "mfa": {"active": True, "return_enroll_settings": True},
    "passwordPolicy": "good",
    "strategy_version": 2,
    "disable_signup": False,
    "disable_self_service_change_password": False,
}
ALWAYS_THERE = {
    "brute_force_protection": True,
    "authentication_methods": {"password": {"enabled": True}, "passkey": {"enabled": False}},
    "passkey_options": {
        "challenge_ui": "both",
        "local_enrollment_enabled": True,
        "progressive_enrollment_enabled": True,
    },
}
"""Options that a database has again after a change which left them out (recorded)."""
UNASKED = ("id", "is_domain_connection")
"""Answered with whatever `fields` names (recorded)."""
ENABLING = {"client_id": Field(str), "status": FLAG}
LARGEST_LIST = 50


def create(call: Call) -> Reply:
    """POST /connections: enabled for nobody yet."""
    return Reply(201, new_connection(call.state, check(call.body, NEW, ("name", "strategy"))))


def new_connection(state: State, body: Document) -> Document:
    """Make the connection that a checked body asks for.

    Raises:
        ManagementError: 400 for its options, 409 where its name or one of its realms is taken.
    """
    name, strategy = body["name"], body["strategy"]
    if connection_by_name(state, name) is not None:
        raise ManagementError(409, "A connection with the same name already exists", "conflict")
    taken = {realm for connection in state.connections.values() for realm in connection.get("realms", [])}
    if taken & set(body.get("realms", [])):
        told = 'There is already another connection with some realms from "realms" parameter'
        raise ManagementError(409, told, "conflict")
    options = completed(strategy, body.get("options", {}))
    database = {**DATABASE_OPTIONS, **ALWAYS_THERE} if strategy == DATABASE else {}
    ticket = "".join(secrets.choice(ALPHANUMERIC) for _ in range(8))
    connection = {
        "id": new_id("con_"),
        "is_domain_connection": False,
        "authentication": {"active": True},
        "connected_accounts": {"active": False},
        **shown_beside(strategy, name, f"{state.url}/p/{strategy}/{ticket}"),
        **body,
        "realms": body.get("realms") or [name],
        "options": {**database, **options},
    }
    _drop_nulls(connection)
    state.connections[connection["id"]] = connection
    state.connection_clients[connection["id"]] = set()
    return connection


def read(call: Call) -> Reply:
    """GET /connections/{id}."""
    return Reply(200, selected(_found(call), _fields(call.query)))


def read_all(call: Call) -> Reply:
    """GET /connections, by offset or by checkpoint; `name` and `strategy`, once or more, narrow it."""
    wanted = {name: call.query[name].split(",") for name in ("strategy", "name") if name in call.query}
    connections = [
        connection
        for connection in call.state.connections.values()
        if all(connection[name] in values for name, values in wanted.items())
    ]
    return Reply(200, listed_either_way("connections", connections, _fields(call.query)))


def change(call: Call) -> Reply:
    """PATCH /connections/{id}: `options` is replaced whole, but for what its strategy always has.

    A `display_name` that is not among the changes becomes the name again [OpenAPI].
    """
    body = check(call.body, CHANGE)
    connection = _found(call)
    strategy = connection["strategy"]
    if "options" in body and strategy != DATABASE:
        body = {**body, "options": completed(strategy, body["options"] or {})}
    if "display_name" in connection:
        connection["display_name"] = connection["name"]
    connection.update(body)
    _drop_nulls(connection)
    always = ALWAYS_THERE if strategy == DATABASE else {}
    connection["options"] = {**always, **(connection["options"] or {})}
    return Reply(200, connection)


def delete(call: Call) -> Reply:
    """DELETE /connections/{id}: its users go with it; 204 when there is nothing to delete."""
    connection = call.state.connections.pop(call.id, None)
    if connection is None:
        return Reply(204)
    call.state.connection_clients.pop(call.id, None)
    forget_connection(call.state, connection["name"])
    return Reply(202, {"deleted_at": milliseconds(call.state.clock.now())})


def read_clients(call: Call) -> Reply:
    """GET /connections/{id}/clients: always by checkpoint."""
    _found(call)
    enabled = [{"client_id": client_id} for client_id in sorted(call.state.connection_clients[call.id])]
    return Reply(200, checkpointed("clients", enabled, call.query, "client_id"))


def change_clients(call: Call) -> Reply:
    """PATCH /connections/{id}/clients: entries that are not named stay as they are."""
    _found(call)
    if not isinstance(call.body, list):
        raise payload_error(f"'Expected type array but found type {type_name(call.body)}'")
    if not 0 < len(call.body) <= LARGEST_LIST:
        raise payload_error(f"'Array must hold 1 to {LARGEST_LIST} items'")
    entries = [check(entry, ENABLING, tuple(ENABLING)) for entry in call.body]
    if any(entry["client_id"] not in call.state.clients for entry in entries):
        raise inexistent_client()
    enabled = call.state.connection_clients[call.id]
    for entry in entries:
        (enabled.add if entry["status"] else enabled.discard)(entry["client_id"])
    return Reply(204)


def _drop_nulls(connection: Document) -> None:
    """Take the names whose value is null out of the metadata, which is replaced whole (both assumed)."""
    if "metadata" in connection:
        metadata = connection["metadata"]
        connection["metadata"] = {name: value for name, value in metadata.items() if value is not None}


def _fields(query: Query) -> Query:
    """Return the query with the fields that are answered unasked among those it names."""
    if not query.get("fields") or query.get("include_fields", "true") != "true":
        return query
    return {**query, "fields": ",".join([query["fields"], *UNASKED])}


def _found(call: Call) -> Document:
    if call.id not in call.state.connections:
        raise inexistent_connection()
    return call.state.connections[call.id]


OPERATIONS = (
    Operation("POST", "/connections", ("create:connections",), create),
    Operation("GET", "/connections", ("read:connections",), read_all),
    Operation("GET", "/connections/{id}", ("read:connections",), read),
    Operation("PATCH", "/connections/{id}", ("update:connections",), change),
    Operation("DELETE", "/connections/{id}", ("delete:connections",), delete),
    Operation("GET", "/connections/{id}/clients", ("read:connections",), read_clients),
    Operation("PATCH", "/connections/{id}/clients", ("update:connections",), change_clients),
)
