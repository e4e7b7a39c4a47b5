"""Connections, and the clients that they are enabled for."""

from local.tenant.documents import checkpointed, listed_either_way, milliseconds, selected
from local.tenant.errors import ManagementError, inexistent_client, inexistent_connection, payload_error
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
    "brute_force_protection": True,
    "disable_signup": False,
    "disable_self_service_change_password": False,
    "authentication_methods": {"password": {"enabled": True}, "passkey": {"enabled": False}},
}
ENABLING = {"client_id": TEXT, "status": FLAG}
LARGEST_LIST = 50


def create(call: Call) -> Reply:
    """POST /connections: enabled for nobody yet."""
    body = check(call.body, NEW, ("name", "strategy"))
    if connection_by_name(call.state, body["name"]) is not None:
        raise ManagementError(409, "A connection with the same name already exists", "conflict")
    options = DATABASE_OPTIONS if body["strategy"] == "auth0" else {}
    connection = {
        "id": new_id("con_"),
        "is_domain_connection": False,
        "realms": [body["name"]],
        **body,
        "options": {**options, **body.get("options", {})},
    }
    call.state.connections[connection["id"]] = connection
    call.state.connection_clients[connection["id"]] = set()
    return Reply(201, connection)


def read(call: Call) -> Reply:
    """GET /connections/{id}."""
    return Reply(200, selected(_found(call), call.query))


def read_all(call: Call) -> Reply:
    """GET /connections, by offset or by checkpoint; `strategy` and `name` narrow it."""
    wanted = {name: call.query[name] for name in ("strategy", "name") if name in call.query}
    connections = [
        connection
        for connection in call.state.connections.values()
        if all(connection[name] == value for name, value in wanted.items())
    ]
    return Reply(200, listed_either_way("connections", connections, call.query))


def change(call: Call) -> Reply:
    """PATCH /connections/{id}: `options` is replaced whole."""
    body = check(call.body, CHANGE)
    connection = _found(call)
    connection.update(body)
    connection["options"] = connection["options"] or {}
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
