"""Lists of permissions, as users and roles have them."""

from local.tenant.errors import ManagementError, not_found
from local.tenant.management.operations import Call
from local.tenant.schema import OBJECTS, TEXT, check
from local.tenant.state import Document, State, resource_server_by_identifier

PERMISSION = {"resource_server_identifier": TEXT, "permission_name": TEXT}


def asked_for(call: Call) -> list[Document]:
    """Return the permissions that a body names, as documents.

    Raises:
        ManagementError: 400 for a malformed list or a scope that the API does not define, 404 for the API.
    """
    body = check(call.body, {"permissions": OBJECTS}, ("permissions",))
    return [_document(call.state, check(item, PERMISSION, tuple(PERMISSION))) for item in body["permissions"]]


def added(kept: list[Document], more: list[Document]) -> list[Document]:
    """Return a list with others added, each once."""
    return without(kept, more) + more


def without(kept: list[Document], less: list[Document]) -> list[Document]:
    """Return a list without others."""
    gone = {_key(permission) for permission in less}
    return [permission for permission in kept if _key(permission) not in gone]


def _key(permission: Document) -> tuple[str, str]:
    return permission["resource_server_identifier"], permission["permission_name"]


def _document(state: State, item: Document) -> Document:
    server = resource_server_by_identifier(state, item["resource_server_identifier"])
    if server is None:
        raise not_found("The resource server does not exist.")
    scope = next((s for s in server["scopes"] if s["value"] == item["permission_name"]), None)
    if scope is None:
        raise ManagementError(400, "The permission does not exist on the resource server.", "invalid_body")
    return {**item, "description": scope.get("description", ""), "resource_server_name": server["name"]}
