"""Actions as they are kept (with secrets) and as they are shown (never with a secret's value)."""

from local.tenant.documents import nanoseconds, new_uuid
from local.tenant.errors import ManagementError, not_found, payload_error
from local.tenant.schema import TEXT, check
from local.tenant.state import Document, State

SECRET = {"name": TEXT, "value": TEXT}
LONGEST_NAME, LONGEST_VALUE, MOST_SECRETS = 128, 4096, 30
"""Of an Action's secrets [limitations.mdx, entity-limit-policy]."""
REFERENCE = ("id", "name", "supported_triggers", "created_at", "updated_at")
CURRENT = ("id", "code", "runtime", "number", "created_at", "updated_at")
VERSIONED = ("code", "dependencies", "runtime", "supported_triggers", "secrets")
BUILD_SECONDS = 0.12
"""What a build took in a recording of an Action without dependencies."""
ENDS = "build_ends_at"
"""Kept with an Action and never shown: the tenant's time at which its build is over."""


def find_action(state: State, action_id: str) -> Document:
    """Return the Action, or raise the recorded 404."""
    if action_id not in state.actions:
        raise not_found("That action does not exist.")
    return state.actions[action_id]


def kept_secrets(given: list[Document], before: list[Document], now: str) -> list[Document]:
    """Return the whole new list of secrets; one that is given without a value keeps the one it has.

    Raises:
        ManagementError: 400, for a value that is missing or a limit that is passed (texts assumed).
    """
    values = {secret["name"]: secret["value"] for secret in before}
    if len(given) > MOST_SECRETS:
        raise payload_error(f"'Array is too long ({len(given)}), maximum {MOST_SECRETS}' on property secrets")
    for secret in given:
        check(secret, SECRET, ("name",))
        value = secret.get("value", values.get(secret["name"]))
        if value is None:
            raise payload_error("'Missing required property: value' on property secrets")
        if len(secret["name"]) > LONGEST_NAME or len(value) > LONGEST_VALUE:
            raise payload_error("'String is too long' on property secrets")
        values[secret["name"]] = value
    return [{"name": s["name"], "value": values[s["name"]], "updated_at": now} for s in given]


def build_status(state: State, action: Document) -> str:
    """Return how far the build of an Action's draft is; with dependencies it fails: there is no npm here."""
    if state.clock.now() < action[ENDS]:
        return "building"
    return "failed" if action["dependencies"] else "built"


def check_built(state: State, action: Document) -> None:
    """Refuse to deploy before a build has come to a good end (the text as third parties report it)."""
    if build_status(state, action) != "built":
        raise ManagementError(400, "A draft must be in the 'built' state before it can be deployed.")


def shown_action(state: State, action: Document) -> Document:
    """Return an Action as reads show it."""
    kept = {name: value for name, value in action.items() if name != ENDS}
    shown = {
        **kept,
        "status": build_status(state, action),
        "secrets": _without_values(action["secrets"]),
    }
    if "deployed_version" in action:
        shown["deployed_version"] = _shown_version(action["deployed_version"])
    return shown


def shown_deployment(action: Document) -> Document:
    """Return what a deploy answers: `deployed` is still false in it, and no time of a build (recorded)."""
    version = _shown_version(action["deployed_version"])
    del version["built_at"]
    return {**version, "deployed": False, "action": {**_reference(action), "all_changes_deployed": False}}


def shown_binding(state: State, binding: Document) -> Document:
    """Return a binding with the Action that it names."""
    action = state.actions[binding["action"]["id"]]
    version = _shown_version(action["deployed_version"])
    current = {name: version[name] for name in CURRENT}
    whole = {
        **_reference(action),
        "current_version": {**current, "status": "BUILT", "build_time": version["built_at"]},
        "deployed_version": version,
        "all_changes_deployed": action["all_changes_deployed"],
    }
    return {**binding, "action": whole}


def new_version(state: State, action: Document) -> Document:
    """Return a copy of the Action as it is now, to be what logins run."""
    now = nanoseconds(state.clock.now())
    number = action.get("deployed_version", {}).get("number", 0) + 1
    copied = {name: action[name] for name in VERSIONED}
    copied["secrets"] = [dict(secret) for secret in action["secrets"]]
    stamps = {"built_at": now, "created_at": now, "updated_at": now}
    return {"id": new_uuid(), "deployed": True, "number": number, "status": "built", **stamps, **copied}


def _reference(action: Document) -> Document:
    return {name: action[name] for name in REFERENCE}


def _shown_version(version: Document) -> Document:
    return {**version, "secrets": _without_values(version["secrets"])}


def _without_values(secrets: list[Document]) -> list[Document]:
    return [{name: value for name, value in secret.items() if name != "value"} for secret in secrets]
