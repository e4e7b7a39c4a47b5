"""Roles and permissions of a user."""

from local.tenant.documents import listed
from local.tenant.errors import not_found
from local.tenant.management import permissions
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.management.users import found
from local.tenant.schema import STRINGS, check


def read_roles(call: Call) -> Reply:
    """GET /users/{id}/roles."""
    found(call.state, call.id)
    roles = [call.state.roles[role] for role in call.state.user_roles.get(call.id, [])]
    return Reply(200, listed("roles", roles, call.query))


def assign_roles(call: Call) -> Reply:
    """POST /users/{id}/roles."""
    kept = call.state.user_roles.get(call.id, [])
    more = _roles_asked_for(call)
    call.state.user_roles[call.id] = kept + [role for role in more if role not in kept]
    return Reply(204)


def remove_roles(call: Call) -> Reply:
    """DELETE /users/{id}/roles."""
    less = _roles_asked_for(call)
    kept = call.state.user_roles.get(call.id, [])
    call.state.user_roles[call.id] = [role for role in kept if role not in less]
    return Reply(204)


def read_permissions(call: Call) -> Reply:
    """GET /users/{id}/permissions: those assigned directly, each with its source."""
    found(call.state, call.id)
    source = {"source_id": "", "source_name": "", "source_type": "DIRECT"}
    kept = [{**p, "sources": [source]} for p in call.state.user_permissions.get(call.id, [])]
    return Reply(200, listed("permissions", kept, call.query))


def assign_permissions(call: Call) -> Reply:
    """POST /users/{id}/permissions."""
    found(call.state, call.id)
    kept = call.state.user_permissions.get(call.id, [])
    call.state.user_permissions[call.id] = permissions.added(kept, permissions.asked_for(call))
    return Reply(201, {})


def remove_permissions(call: Call) -> Reply:
    """DELETE /users/{id}/permissions."""
    found(call.state, call.id)
    kept = call.state.user_permissions.get(call.id, [])
    call.state.user_permissions[call.id] = permissions.without(kept, permissions.asked_for(call))
    return Reply(204)


def _roles_asked_for(call: Call) -> list[str]:
    found(call.state, call.id)
    body = check(call.body, {"roles": STRINGS}, ("roles",))
    roles: list[str] = body["roles"]
    if any(role not in call.state.roles for role in roles):
        raise not_found("The role does not exist.")
    return roles


OPERATIONS = (
    Operation("GET", "/users/{id}/roles", ("read:users", "read:roles", "read:role_members"), read_roles),
    Operation("POST", "/users/{id}/roles", ("update:users", "create:role_members"), assign_roles),
    Operation("DELETE", "/users/{id}/roles", ("update:users", "delete:role_members"), remove_roles),
    Operation("GET", "/users/{id}/permissions", ("read:users",), read_permissions),
    Operation("POST", "/users/{id}/permissions", ("update:users",), assign_permissions),
    Operation("DELETE", "/users/{id}/permissions", ("update:users",), remove_permissions),
)
