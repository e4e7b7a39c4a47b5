"""Resource servers (APIs), each found by its id or by its identifier."""

from local.tenant.documents import listed, new_hex_id, selected
from local.tenant.errors import ManagementError, invalid_body, not_found
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.schema import FLAG, OBJECTS, TEXT, WHOLE, Field, check
from local.tenant.state import Document, resource_server_by_identifier

CHANGE = {
    "name": Field(str, pattern="^[^<>]+$", max_length=200),
    "scopes": OBJECTS,
    "signing_alg": TEXT,
    "allow_offline_access": FLAG,
    "token_lifetime": WHOLE,
    "token_lifetime_for_web": WHOLE,
    "token_dialect": TEXT,
    "skip_consent_for_verifiable_first_party_clients": FLAG,
    "enforce_policies": FLAG,
    "subject_type_authorization": Field(dict),
}
"""PATCH /resource-servers/{id} [OpenAPI; `token_lifetime_for_web` is what auth0-deploy-cli writes back]."""
NEW = {**CHANGE, "identifier": Field(str, max_length=600)}
SCOPE = {"value": TEXT, "description": TEXT}


def create(call: Call) -> Reply:
    """POST /resource-servers."""
    body = check(call.body, NEW, ("identifier",))
    _check_scopes(body)
    if resource_server_by_identifier(call.state, body["identifier"]) is not None:
        raise ManagementError(409, "A resource server with the same identifier already exists.")
    server = new_resource_server(body)
    call.state.resource_servers[server["id"]] = server
    return Reply(201, server)


def read(call: Call) -> Reply:
    """GET /resource-servers/{id}."""
    return Reply(200, selected(_found(call), call.query))


def read_all(call: Call) -> Reply:
    """GET /resource-servers."""
    servers = list(call.state.resource_servers.values())
    return Reply(200, listed("resource_servers", servers, call.query))


def change(call: Call) -> Reply:
    """PATCH /resource-servers/{id}: `scopes` is replaced whole."""
    body = check(call.body, CHANGE)
    _check_scopes(body)
    server = _found(call)
    if server["is_system"]:
        raise invalid_body("System resource servers cannot be patched.")
    server.update(body)
    return Reply(200, server)


def new_resource_server(body: Document) -> Document:
    """Return a document with Auth0's defaults: a token lives a day, RBAC is off [OpenAPI]."""
    return {
        "id": new_hex_id(),
        "name": body["identifier"],
        "is_system": False,
        "scopes": [],
        "signing_alg": "RS256",
        "allow_offline_access": False,
        "token_lifetime": 86400,
        "token_lifetime_for_web": 7200,
        "skip_consent_for_verifiable_first_party_clients": True,
        "enforce_policies": False,
        "token_dialect": "access_token",
        **body,
    }


def _found(call: Call) -> Document:
    server = call.state.resource_servers.get(call.id) or resource_server_by_identifier(call.state, call.id)
    if server is None:
        raise not_found("Resource server not found.", "inexistent_resource_server")
    return server


def _check_scopes(body: Document) -> None:
    for scope in body.get("scopes", []):
        check(scope, SCOPE, ("value",))


OPERATIONS = (
    Operation("POST", "/resource-servers", ("create:resource_servers",), create),
    Operation("GET", "/resource-servers", ("read:resource_servers",), read_all),
    Operation("GET", "/resource-servers/{id}", ("read:resource_servers",), read),
    Operation("PATCH", "/resource-servers/{id}", ("update:resource_servers",), change),
)
