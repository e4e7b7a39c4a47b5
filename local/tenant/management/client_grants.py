"""Client grants: what a client may ask for by client credentials."""

from local.tenant.documents import listed_either_way
from local.tenant.errors import ManagementError, invalid_body, not_found
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.schema import STRINGS, TEXT, check
from local.tenant.state import Document, new_id, resource_server_by_identifier

CHANGE = {"scope": STRINGS, "organization_usage": TEXT}
NEW = {**CHANGE, "client_id": TEXT, "audience": TEXT, "subject_type": TEXT}
FILTERS = ("client_id", "audience", "subject_type")


def create(call: Call) -> Reply:
    """POST /client-grants: one per client and API."""
    body = check(call.body, NEW, ("client_id", "audience"))
    if resource_server_by_identifier(call.state, body["audience"]) is None:
        raise not_found("Resource server not found")
    if body["client_id"] not in call.state.clients:
        raise not_found("Client not found")
    _check_scopes(call, body["audience"], body.get("scope", []))
    pair = (body["client_id"], body["audience"])
    if any((g["client_id"], g["audience"]) == pair for g in call.state.client_grants.values()):
        raise ManagementError(409, "A resource server with the same identifier already exists.")
    grant = {"id": new_id("cgr_"), "scope": [], "subject_type": "client", **body}
    call.state.client_grants[grant["id"]] = grant
    return Reply(201, grant)


def read(call: Call) -> Reply:
    """GET /client-grants/{id}."""
    return Reply(200, _found(call))


def read_all(call: Call) -> Reply:
    """GET /client-grants, narrowed by client and audience."""
    wanted = {name: call.query[name] for name in FILTERS if name in call.query}
    grants = [
        grant
        for grant in call.state.client_grants.values()
        if all(grant[name] == value for name, value in wanted.items())
    ]
    return Reply(200, listed_either_way("client_grants", grants, call.query))


def change(call: Call) -> Reply:
    """PATCH /client-grants/{id}: `scope` is replaced whole."""
    body = check(call.body, CHANGE)
    grant = _found(call)
    _check_scopes(call, grant["audience"], body.get("scope", []))
    grant.update(body)
    return Reply(200, grant)


def delete(call: Call) -> Reply:
    """DELETE /client-grants/{id}: 204 also for one that is not there (assumed)."""
    call.state.client_grants.pop(call.id, None)
    return Reply(204)


def _found(call: Call) -> Document:
    if call.id not in call.state.client_grants:
        raise not_found("The client grant does not exist.")
    return call.state.client_grants[call.id]


def _check_scopes(call: Call, audience: str, scopes: list[str]) -> None:
    server = resource_server_by_identifier(call.state, audience) or {"scopes": []}
    unknown = set(scopes) - {scope["value"] for scope in server["scopes"]}
    if unknown:
        raise invalid_body(f"Scopes are not allowed for the audience: {', '.join(sorted(unknown))}")


OPERATIONS = (
    Operation("POST", "/client-grants", ("create:client_grants",), create),
    Operation("GET", "/client-grants", ("read:client_grants",), read_all),
    Operation("GET", "/client-grants/{id}", ("read:client_grants",), read),
    Operation("PATCH", "/client-grants/{id}", ("update:client_grants",), change),
    Operation("DELETE", "/client-grants/{id}", ("delete:client_grants",), delete),
)
