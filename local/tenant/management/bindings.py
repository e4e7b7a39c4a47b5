"""Triggers, and the Actions bound to them in their order."""

from local.tenant.documents import nanoseconds, new_uuid, page_numbers
from local.tenant.errors import invalid_body, not_found
from local.tenant.management.action_documents import find_action, shown_binding
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.schema import OBJECT, OBJECTS, TEXT, check
from local.tenant.state import Document, State

TRIGGERS = {
    "post-login": "v3",
    "credentials-exchange": "v2",
    "pre-user-registration": "v2",
    "post-user-registration": "v2",
    "post-change-password": "v2",
    "send-phone-message": "v2",
}
BINDING = {"ref": OBJECT, "display_name": TEXT, "secrets": OBJECTS}
MOST_BINDINGS = 20
"""Per trigger [entity-limit-policy]."""


def read_triggers(_: Call) -> Reply:
    """GET /actions/triggers: the current version of each."""
    fixed = {"status": "CURRENT", "runtimes": ["node22"], "default_runtime": "node22"}
    triggers = [
        {"id": name, "version": version, **fixed, "compatible_triggers": []}
        for name, version in TRIGGERS.items()
    ]
    return Reply(200, {"triggers": triggers})


def read(call: Call) -> Reply:
    """GET /actions/triggers/{id}/bindings; `total` and `page` are absent where they are 0 (recorded)."""
    bindings = call.state.bindings.get(_trigger(call), [])
    page, size = page_numbers(call.query)
    items = [shown_binding(call.state, binding) for binding in bindings[page * size : (page + 1) * size]]
    numbers = {"total": len(bindings), "page": page}
    shown = {name: number for name, number in numbers.items() if number}
    return Reply(200, {"bindings": items, **shown, "per_page": size})


def replace(call: Call) -> Reply:
    """PATCH /actions/triggers/{id}/bindings: the whole list, in the order of execution."""
    trigger = _trigger(call)
    body = check(call.body, {"bindings": OBJECTS}, ("bindings",))
    if len(body["bindings"]) > MOST_BINDINGS:
        raise invalid_body(f"A trigger can have at most {MOST_BINDINGS} bindings.")
    bindings = [_binding(call.state, trigger, item) for item in body["bindings"]]
    call.state.bindings[trigger] = bindings
    return Reply(200, {"bindings": [shown_binding(call.state, binding) for binding in bindings]})


def _trigger(call: Call) -> str:
    if call.id not in TRIGGERS:
        raise not_found("That trigger does not exist.")
    return call.id


def _binding(state: State, trigger: str, item: Document) -> Document:
    check(item, BINDING, ("ref",))
    action = _referred(state, item["ref"])
    if trigger not in {supported["id"] for supported in action["supported_triggers"]}:
        raise invalid_body(f"The action does not support the trigger {trigger}.")
    if "deployed_version" not in action:
        raise invalid_body("The action must be deployed before it can be bound to a trigger.")
    now = nanoseconds(state.clock.now())
    return {
        "id": new_uuid(),
        "trigger_id": trigger,
        "action": {"id": action["id"], "name": action["name"]},
        "created_at": now,
        "updated_at": now,
        "display_name": item.get("display_name", action["name"]),
    }


def _referred(state: State, reference: Document) -> Document:
    check(reference, {"type": TEXT, "value": TEXT}, ("type", "value"))
    if reference["type"] == "action_id":
        return find_action(state, reference["value"])
    if reference["type"] != "action_name":
        raise invalid_body("A binding refers to an action by action_id or action_name.")
    named = next((a["id"] for a in state.actions.values() if a["name"] == reference["value"]), "")
    return find_action(state, named)


OPERATIONS = (
    Operation("GET", "/actions/triggers", ("read:actions",), read_triggers),
    Operation("GET", "/actions/triggers/{id}/bindings", ("read:actions",), read),
    Operation("PATCH", "/actions/triggers/{id}/bindings", ("update:actions",), replace),
)
