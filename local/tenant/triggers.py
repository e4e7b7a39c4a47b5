"""The Actions that are bound to a trigger, and what remains of them on the user."""

from urllib.parse import quote

from local.tenant.actions import Outcome
from local.tenant.documents import merged, milliseconds
from local.tenant.limits import bucket_of
from local.tenant.state import Document, State

POST_LOGIN = "post-login"
CREDENTIALS_EXCHANGE = "credentials-exchange"


def bound_actions(state: State, trigger: str) -> list[Document]:
    """Return the deployed versions that are bound to a trigger, in their order, as the runner takes them."""
    actions = [state.actions[binding["action"]["id"]] for binding in state.bindings.get(trigger, [])]
    return [_runnable(action) for action in actions if "deployed_version" in action]


def keep_metadata(state: State, user_id: str, outcome: Outcome) -> None:
    """Write the metadata that Actions set, once, at the end, beside a denial too [B4].

    It is a call of the Management API like any other, also where it sets to null what is not there.
    """
    user = state.users.get(user_id)
    if user is None or not (outcome.user_metadata or outcome.app_metadata):
        return
    for name, change in (("user_metadata", outcome.user_metadata), ("app_metadata", outcome.app_metadata)):
        metadata = merged(user.pop(name, None), change) if change else user.get(name)
        if metadata:
            user[name] = metadata
    user["updated_at"] = milliseconds(state.clock.now())
    path = f"/api/v2/users/{quote(user_id, safe='')}"
    call = {"method": "PATCH", "path": path, "status": 200, "at": state.clock.now(), "client_id": None}
    state.calls.append({**call, "bucket": bucket_of("PATCH", path)})


def _runnable(action: Document) -> Document:
    version = action["deployed_version"]
    secrets = [{"name": secret["name"], "value": secret["value"]} for secret in version["secrets"]]
    return {"id": action["id"], "name": action["name"], "code": version["code"], "secrets": secrets}
