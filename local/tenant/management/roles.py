"""Roles and their permissions."""

from local.tenant.documents import listed
from local.tenant.errors import ManagementError, not_found
from local.tenant.management import permissions
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.schema import TEXT, check
from local.tenant.state import Document, new_id

ROLE = {"name": TEXT, "description": TEXT}


def create(call: Call) -> Reply:
    """POST /roles: answers 200 [OpenAPI]."""
    body = check(call.body, ROLE, ("name",))
    if any(role["name"] == body["name"] for role in call.state.roles.values()):
        raise ManagementError(409, "The role already exists.")
    role = {"id": new_id("rol_"), "name": body["name"], "description": body.get("description", "")}
    call.state.roles[role["id"]] = role
    return Reply(200, role)


def read_all(call: Call) -> Reply:
    """GET /roles."""
    wanted = call.query.get("name_filter", "").lower()
    roles = [role for role in call.state.roles.values() if wanted in role["name"].lower()]
    return Reply(200, listed("roles", roles, call.query))


def read(call: Call) -> Reply:
    """GET /roles/{id}."""
    return Reply(200, _found(call))


def change(call: Call) -> Reply:
    """PATCH /roles/{id}."""
    body = check(call.body, ROLE)
    role = _found(call)
    role.update(body)
    return Reply(200, role)


def read_permissions(call: Call) -> Reply:
    """GET /roles/{id}/permissions."""
    _found(call)
    kept = call.state.role_permissions.get(call.id, [])
    return Reply(200, listed("permissions", kept, call.query))


def add_permissions(call: Call) -> Reply:
    """POST /roles/{id}/permissions."""
    _found(call)
    kept = call.state.role_permissions.get(call.id, [])
    call.state.role_permissions[call.id] = permissions.added(kept, permissions.asked_for(call))
    return Reply(201, {})


def remove_permissions(call: Call) -> Reply:
    """DELETE /roles/{id}/permissions: answers 200 [OpenAPI]."""
    _found(call)
    kept = call.state.role_permissions.get(call.id, [])
    call.state.role_permissions[call.id] = permissions.without(kept, permissions.asked_for(call))
    return Reply(200, {})


def _found(call: Call) -> Document:
    if call.id not in call.state.roles:
        raise not_found("The role does not exist.")
    return call.state.roles[call.id]


OPERATIONS = (
    Operation("POST", "/roles", ("create:roles",), create),
    Operation("GET", "/roles", ("read:roles",), read_all),
    Operation("GET", "/roles/{id}", ("read:roles",), read),
    Operation("PATCH", "/roles/{id}", ("update:roles",), change),
    Operation("GET", "/roles/{id}/permissions", ("read:roles",), read_permissions),
    Operation("POST", "/roles/{id}/permissions", ("update:roles",), add_permissions),
    Operation("DELETE", "/roles/{id}/permissions", ("update:roles",), remove_permissions),
)
