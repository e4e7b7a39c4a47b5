"""Clients (applications)."""

import secrets

from local.tenant.documents import listed_either_way, merged, new_client_id, selected
from local.tenant.errors import inexistent_client, invalid_body
from local.tenant.management.client_fields import CLIENT, CLIENT_CHANGE, UNSET_BY_NULL, defaults
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.schema import check
from local.tenant.state import Document, State

LARGEST_METADATA = 10
LONGEST_VALUE = 255
KEY_SCOPES = {"read:client_keys", "read:client_credentials"}


def create(call: Call) -> Reply:
    """POST /clients: the answer holds the secret."""
    body = check(call.body, CLIENT, ("name",))
    _check_metadata(body.get("client_metadata", {}))
    client_id = new_client_id()
    secret = secrets.token_urlsafe(48)
    client = {"client_id": client_id, "client_secret": secret, **defaults(body), **_with_encoding(body)}
    call.state.clients[client_id] = client
    return Reply(201, client)


def read(call: Call) -> Reply:
    """GET /clients/{id}."""
    return Reply(200, selected(_shown(call, _found(call.state, call.id)), call.query))


def read_all(call: Call) -> Reply:
    """GET /clients."""
    wanted = set(filter(None, call.query.get("app_type", "").split(",")))
    clients = [c for c in call.state.clients.values() if not wanted or c["app_type"] in wanted]
    shown = [_shown(call, client) for client in clients]
    return Reply(200, listed_either_way("clients", shown, call.query, "client_id"))


def change(call: Call) -> Reply:
    """PATCH /clients/{id}: lists are replaced whole, client_metadata is merged at its first level."""
    body = check(call.body, CLIENT_CHANGE)
    client = _found(call.state, call.id)
    metadata = client.get("client_metadata")
    if "client_metadata" in body:
        metadata = merged(metadata, body["client_metadata"])
        _check_metadata(metadata)
    client.update(_with_encoding(body))
    if metadata is not None:
        client["client_metadata"] = metadata
    for name in [name for name in UNSET_BY_NULL if name in client and client[name] is None]:
        del client[name]
    return Reply(200, _shown(call, client))


def delete(call: Call) -> Reply:
    """DELETE /clients/{id}: its grants and its place on connections go with it."""
    call.state.clients.pop(call.id, None)
    for enabled in call.state.connection_clients.values():
        enabled.discard(call.id)
    for grant in [g["id"] for g in call.state.client_grants.values() if g["client_id"] == call.id]:
        del call.state.client_grants[grant]
    return Reply(204)


def _found(state: State, client_id: str) -> Document:
    if client_id not in state.clients:
        raise inexistent_client()
    return state.clients[client_id]


def _shown(call: Call, client: Document) -> Document:
    """Return the client without its secret, unless the token may read keys [OpenAPI]."""
    if call.scopes & KEY_SCOPES:
        return client
    return {name: value for name, value in client.items() if name != "client_secret"}


def _with_encoding(body: Document) -> Document:
    """Return the body, in which `jwt_configuration` always says `secret_encoded` (recorded)."""
    if "jwt_configuration" not in body:
        return body
    return {**body, "jwt_configuration": {"secret_encoded": False, **body["jwt_configuration"]}}


def _check_metadata(metadata: Document) -> None:
    """Hold client_metadata to ten short strings [metadata-fields-data.mdx; the texts are assumed]."""
    if len(metadata) > LARGEST_METADATA:
        raise invalid_body(f"client_metadata cannot have more than {LARGEST_METADATA} properties")
    if any(not isinstance(value, str) or len(value) > LONGEST_VALUE for value in metadata.values()):
        raise invalid_body(f"client_metadata values must be strings of at most {LONGEST_VALUE} characters")


READING = ("read:clients", "read:client_keys", "read:client_credentials", "read:client_summary")
OPERATIONS = (
    Operation("POST", "/clients", ("create:clients",), create),
    Operation("GET", "/clients", READING, read_all),
    Operation("GET", "/clients/{id}", READING, read),
    Operation("PATCH", "/clients/{id}", ("update:clients", "update:client_keys"), change),
    Operation("DELETE", "/clients/{id}", ("delete:clients",), delete),
)
