"""Connections, and the clients that they are enabled for."""

from local.tenant.documents import Query, checkpointed, listed_either_way, milliseconds, selected
from local.tenant.errors import (
    ManagementError,
    inexistent_client,
    inexistent_connection,
    invalid_body,
    payload_error,
)
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.management.users import forget_user
from local.tenant.schema import FLAG, OBJECT, STRINGS, TEXT, Field, check, type_name
from local.tenant.state import Document, connection_by_name, new_id

CHANGE = {
    "display_name": Field(str, max_length=128),
    "options": Field(dict, nullable=True),
    "is_domain_connection": FLAG,
    "show_as_button": FLAG,
    "realms": STRINGS,
    "metadata": OBJECT,
    "authentication": OBJECT,
    "connected_accounts": OBJECT,
}
"""PATCH /connections/{id} [OpenAPI], without `enabled_clients`: retired on 2026-07-13, here refused."""
NEW = {
    **CHANGE,
    "options": OBJECT,
    "strategy": TEXT,
    "name": Field(str, pattern="^[a-zA-Z0-9](-[a-zA-Z0-9]|[a-zA-Z0-9])*$", max_length=128),
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
ENABLING = {"client_id": TEXT, "status": FLAG}
LARGEST_LIST = 50


def create(call: Call) -> Reply:
    """POST /connections: enabled for nobody yet."""
    body = check(call.body, NEW, ("name", "strategy"))
    if connection_by_name(call.state, body["name"]) is not None:
        raise ManagementError(409, "A connection with the same name already exists", "conflict")
    _check_options(body)
    options = {**DATABASE_OPTIONS, **ALWAYS_THERE} if body["strategy"] == "auth0" else {}
    connection = {
        "id": new_id("con_"),
        "is_domain_connection": False,
        "realms": [body["name"]],
        "authentication": {"active": True},
        "connected_accounts": {"active": False},
        **body,
        "options": {**options, **body.get("options", {})},
    }
    call.state.connections[connection["id"]] = connection
    call.state.connection_clients[connection["id"]] = set()
    return Reply(201, connection)


def read(call: Call) -> Reply:
    """GET /connections/{id}."""
    return Reply(200, selected(_found(call), _fields(call.query)))


def read_all(call: Call) -> Reply:
    """GET /connections, by offset or by checkpoint; `strategy` and `name` narrow it."""
    wanted = {name: call.query[name] for name in ("strategy", "name") if name in call.query}
    connections = [
        connection
        for connection in call.state.connections.values()
        if all(connection[name] == value for name, value in wanted.items())
    ]
    return Reply(200, listed_either_way("connections", connections, _fields(call.query)))


def change(call: Call) -> Reply:
    """PATCH /connections/{id}: `options` is replaced whole, but for what a database always has."""
    body = check(call.body, CHANGE)
    connection = _found(call)
    connection.update(body)
    always = ALWAYS_THERE if connection["strategy"] == "auth0" else {}
    connection["options"] = {**always, **(connection["options"] or {})}
    return Reply(200, connection)


def delete(call: Call) -> Reply:
    """DELETE /connections/{id}: its users go with it; 204 when there is nothing to delete."""
    connection = call.state.connections.pop(call.id, None)
    if connection is None:
        return Reply(204)
    call.state.connection_clients.pop(call.id, None)
    for user_id, user in list(call.state.users.items()):
        if user["identities"][0]["connection"] == connection["name"]:
            forget_user(call.state, user_id)
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


def _check_options(body: Document) -> None:
    if body["strategy"] == "okta" and not body.get("options", {}).get("domain"):
        raise invalid_body("options.domain is required")


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
