"""Users: create, read, search, change, delete."""

import re

from local.tenant.documents import Query, listed, page_numbers, selected
from local.tenant.errors import ManagementError, inexistent_user, insufficient_scope, invalid_query
from local.tenant.identities import account_id
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.management.user_changes import change_user
from local.tenant.management.user_creation import create_user
from local.tenant.management.user_fields import NEW_USER, USER_CHANGE, check_app_metadata
from local.tenant.schema import check
from local.tenant.state import Document, State

SEARCH_TERM = re.compile(
    r"(email|username|user_id|name|nickname|given_name|family_name|identities\.user_id):"
    r'(?:"((?:[^"\\]|\\.)*)"|([^\s"*?~\[\]{}()]+))'
)
SEARCHABLE = 1000


def create(call: Call) -> Reply:
    """POST /users."""
    body = check(call.body, NEW_USER, ("connection",))
    check_app_metadata(body)
    return Reply(201, create_user(call.state, body))


def read(call: Call) -> Reply:
    """GET /users/{id}: consistent at once."""
    return Reply(200, selected(found(call.state, call.id), call.query))


def by_email(call: Call) -> Reply:
    """GET /users-by-email: compares exactly, so a query in capitals finds nobody."""
    if "email" not in call.query:
        raise invalid_query("'Missing required property: email'")
    users = [u for u in call.state.users.values() if u.get("email") == call.query["email"]]
    return Reply(200, [selected(user, call.query) for user in users])


def search(call: Call) -> Reply:
    """GET /users: all, or those that match `q`."""
    page, size = page_numbers(call.query)
    if (page + 1) * size > SEARCHABLE:
        raise ManagementError(400, "You can only page through the first 1000 records.", "invalid_paging")
    users = [user for user in call.state.users.values() if _matches(user, call.query)]
    return Reply(200, listed("users", users, call.query, length=True))


def change(call: Call) -> Reply:
    """PATCH /users/{id}; `update:users_app_metadata` alone permits nothing but app_metadata."""
    body = check(call.body, USER_CHANGE, open_ended=True)
    if "update:users" not in call.scopes and set(body) - {"app_metadata"}:
        raise insufficient_scope(("update:users",))
    check_app_metadata(body)
    user = found(call.state, call.id)
    change_user(call.state, user, body)
    return Reply(200, user)


def delete(call: Call) -> Reply:
    """DELETE /users/{id}: 204 also for one that is not there."""
    forget_user(call.state, call.id)
    return Reply(204)


def found(state: State, user_id: str) -> Document:
    """Return the user, or raise the recorded 404."""
    if user_id not in state.users:
        raise inexistent_user()
    return state.users[user_id]


def forget_user(state: State, user_id: str) -> None:
    """Remove a user, all that hangs on them, and their linked identities [user-account-linking.mdx]."""
    for identity in state.users.get(user_id, {"identities": []})["identities"]:
        state.credentials.pop(account_id(identity), None)
    forget_account(state, user_id)


def forget_connection(state: State, name: str) -> None:
    """Remove the users of a connection, its identities from others, and what was begun there."""
    for user_id, user in list(state.users.items()):
        main, *linked = user["identities"]
        if main["connection"] == name:
            forget_user(state, user_id)
        for identity in (one for one in linked if one["connection"] == name):
            user["identities"].remove(identity)
            state.credentials.pop(account_id(identity), None)
    for held in (state.sessions, state.refresh_tokens):
        for key in [key for key, value in held.items() if value.connection == name]:
            del held[key]


def forget_account(state: State, user_id: str) -> None:
    """Remove a user, whose identities' passwords stay: they may live on in another's identities."""
    of_users = (state.users, state.user_roles, state.user_permissions, state.authentication_methods)
    for documents in of_users:
        documents.pop(user_id, None)
    for held in (state.tickets, state.sessions, state.refresh_tokens):
        for key in [key for key, value in held.items() if value.user_id == user_id]:
            del held[key]


def _matches(user: Document, query: Query) -> bool:
    """Return whether a user is searched for; of the query syntax only `field:value AND ...` is there."""
    if "connection" in query and all(i["connection"] != query["connection"] for i in user["identities"]):
        return False
    for term in filter(None, query.get("q", "").split(" AND ")):
        parts = SEARCH_TERM.fullmatch(term.strip())
        if parts is None:
            raise invalid_query("'Object didn't pass validation for format lucene' on property q")
        if re.sub(r"\\(.)", r"\1", parts[2] or parts[3]) not in _values(user, parts[1]):
            return False
    return True


def _values(user: Document, field: str) -> list[object]:
    """Return what a field of a search has: `identities.user_id` that of each identity, linked ones too."""
    name = field.removeprefix("identities.")
    return [identity[name] for identity in user["identities"]] if name != field else [user.get(name)]


OPERATIONS = (
    Operation("POST", "/users", ("create:users",), create),
    Operation("GET", "/users", ("read:users", "read:user_idp_tokens"), search),
    Operation("GET", "/users/{id}", ("read:users", "read:current_user", "read:user_idp_tokens"), read),
    Operation("GET", "/users-by-email", ("read:users",), by_email),
    Operation("PATCH", "/users/{id}", ("update:users", "update:users_app_metadata"), change),
    Operation("DELETE", "/users/{id}", ("delete:users", "delete:current_user"), delete),
)
