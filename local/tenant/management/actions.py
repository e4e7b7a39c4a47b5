"""Actions: create, change, deploy, bind."""

from local.tenant.documents import nanoseconds, new_uuid, page_numbers
from local.tenant.errors import invalid_body
from local.tenant.management.action_documents import (
    BUILD_SECONDS,
    ENDS,
    build_status,
    check_built,
    find_action,
    kept_secrets,
    new_version,
    shown_action,
    shown_deployment,
)
from local.tenant.management.bindings import OPERATIONS as BINDINGS
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.schema import FLAG, OBJECTS, TEXT, check
from local.tenant.state import Document, State

CHANGE = {
    "name": TEXT,
    "supported_triggers": OBJECTS,
    "code": TEXT,
    "dependencies": OBJECTS,
    "runtime": TEXT,
    "secrets": OBJECTS,
    "modules": OBJECTS,
}
NEW = {**CHANGE, "deploy": FLAG}


def create(call: Call) -> Reply:
    """POST /actions/actions: it is being built then; with `deploy: true` it is deployed (recorded)."""
    body = check(call.body, NEW, ("name", "supported_triggers"))
    seconds = call.state.clock.now()
    now = nanoseconds(seconds)
    deploy_now = body.pop("deploy", False)
    action = {
        "id": new_uuid(),
        "code": "",
        "dependencies": [],
        "runtime": "node22",
        **body,
        "created_at": now,
        "updated_at": now,
        "secrets": kept_secrets(body.get("secrets", []), [], now),
        "all_changes_deployed": False,
        ENDS: seconds if deploy_now else seconds + BUILD_SECONDS,
    }
    call.state.actions[action["id"]] = action
    if deploy_now and build_status(call.state, action) == "built":
        _deploy(call.state, action)
    return Reply(201, {**shown_action(call.state, action), "status": "pending"})


def read(call: Call) -> Reply:
    """GET /actions/actions/{id}."""
    return Reply(200, shown_action(call.state, find_action(call.state, call.id)))


def read_all(call: Call) -> Reply:
    """GET /actions/actions; `total` and `page` are absent where they are 0 (recorded)."""
    page, size = page_numbers(call.query)
    wanted = [action for action in call.state.actions.values() if _wanted(action, call.query)]
    actions = [shown_action(call.state, action) for action in wanted]
    numbers = {"total": len(actions), "page": page}
    shown = {name: number for name, number in numbers.items() if number}
    return Reply(200, {"actions": actions[page * size : (page + 1) * size], **shown, "per_page": size})


def change(call: Call) -> Reply:
    """PATCH /actions/actions/{id}: it is built anew; what runs at logins stays until the next deploy."""
    body = check(call.body, CHANGE)
    action = find_action(call.state, call.id)
    seconds = call.state.clock.now()
    now = nanoseconds(seconds)
    if "secrets" in body:
        body["secrets"] = kept_secrets(body["secrets"], action["secrets"], now)
    action.update(body, updated_at=now, all_changes_deployed=False)
    action[ENDS] = seconds + BUILD_SECONDS
    return Reply(200, {**shown_action(call.state, action), "status": "pending"})


def delete(call: Call) -> Reply:
    """DELETE /actions/actions/{id}: a bound one only with `force=true`, which unbinds it."""
    find_action(call.state, call.id)
    bound = any(_binds(b, call.id) for bindings in call.state.bindings.values() for b in bindings)
    if bound and call.query.get("force") != "true":
        raise invalid_body("The action is bound to a trigger and cannot be deleted.")
    for trigger, bindings in call.state.bindings.items():
        call.state.bindings[trigger] = [b for b in bindings if not _binds(b, call.id)]
    del call.state.actions[call.id]
    return Reply(204)


def deploy(call: Call) -> Reply:
    """POST /actions/actions/{id}/deploy: 200 in every recording, 202 in the OpenAPI description."""
    action = find_action(call.state, call.id)
    check_built(call.state, action)
    _deploy(call.state, action)
    return Reply(200, shown_deployment(action))


def _deploy(state: State, action: Document) -> None:
    action["deployed_version"] = new_version(state, action)
    action["all_changes_deployed"] = True


def _binds(binding: Document, action_id: str) -> bool:
    return bool(binding["action"]["id"] == action_id)


def _wanted(action: Document, query: dict[str, str]) -> bool:
    triggers = {trigger["id"] for trigger in action["supported_triggers"]}
    deployed = str("deployed_version" in action).lower()
    return (
        query.get("actionName", action["name"]) == action["name"]
        and ("triggerId" not in query or query["triggerId"] in triggers)
        and query.get("deployed", deployed) == deployed
    )


OPERATIONS = (
    Operation("POST", "/actions/actions", ("create:actions",), create),
    Operation("GET", "/actions/actions", ("read:actions",), read_all),
    Operation("GET", "/actions/actions/{id}", ("read:actions",), read),
    Operation("PATCH", "/actions/actions/{id}", ("update:actions",), change),
    Operation("DELETE", "/actions/actions/{id}", ("delete:actions",), delete),
    Operation("POST", "/actions/actions/{id}/deploy", ("create:actions",), deploy),
    *BINDINGS,
)
