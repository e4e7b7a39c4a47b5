"""The door's way into a tenant: made or changed, built, deployed, bound in front of whatever is bound."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from guestlist.auth0 import Body, segment
from guestlist.clock import clock
from guestlist.login_policy import CLOSED_SECRETS
from guestlist.management import Management, SetUpError

BUILD_LIMIT = 120.0
"""Seconds until we give a build up; auth0-deploy-cli does so too, having seen builds of 30 to 45."""
FIRST_PAUSE, LONGEST_PAUSE = 0.15, 5.0
"""Seconds between looks at a build: each pause is twice the one before."""


def set_up_door(
    secrets: Mapping[str, str], door: Path, management: Management, *, build_limit: float = BUILD_LIMIT
) -> None:
    """Deploy each Action of the folder `door` and bind it first; what else is bound stays, behind it.

    Each is given those of the secrets that it asks for. Auth0 shows no secret's value, so there is nothing to
    compare with: they are written, and the Actions built and deployed, every time, side by side.
    """
    manifests = [json.loads(path.read_text(encoding="utf-8")) for path in manifests_in(door)]
    actions = [_written(manifest, secrets, door, management) for manifest in manifests]
    for manifest, action in zip(manifests, actions, strict=True):
        name = manifest["name"]
        await_build(name, action, management, build_limit)
        management.call("POST", f"{action}/deploy")
        _bind_first(name, action.rpartition("/")[2], manifest["supported_triggers"][0]["id"], management)


def manifests_in(door: Path) -> list[Path]:
    """Return the manifests of the folder's Actions."""
    return sorted(door.glob("*.json"))


def as_made(action: Body) -> Body:
    """Return what makes an Action the one that it is: its code (SHA-256), what runs it, its dependencies."""
    code = hashlib.sha256(str(action["code"]).encode()).hexdigest()
    return {"code": code, "runtime": action["runtime"], "dependencies": action.get("dependencies") or []}


def _written(manifest: Body, secrets: Mapping[str, str], door: Path, management: Management) -> str:
    """Make or change the Action; return its path."""
    name = manifest["name"]
    action = {
        "code": (door / name / "code.js").read_text(encoding="utf-8"),
        "runtime": manifest["runtime"],
        "dependencies": manifest["dependencies"],
        "secrets": [
            {"name": asked["name"], "value": secrets[asked["name"]]} for asked in manifest["secrets"]
        ],
    }
    known = management.find("/actions/actions", name=name)
    if known is None:
        new = {"supported_triggers": manifest["supported_triggers"], **action}
        known = management.create("/actions/actions", new, name=name)
    else:
        # The lists of closed organizations stay: a secret that is named without a value keeps the one it has.
        names = [secret["name"] for secret in known.get("secrets") or []]
        action["secrets"] += [{"name": name} for name in names if name.startswith(CLOSED_SECRETS)]
        management.call("PATCH", f"/actions/actions/{segment(known['id'])}", action)
    return f"/actions/actions/{segment(known['id'])}"


def await_build(name: str, action: str, management: Management, limit: float = BUILD_LIMIT) -> None:
    """Wait until the Action is built: before that, Auth0 refuses to deploy it."""
    ends_at, pause = clock.steady() + limit, FIRST_PAUSE
    while (status := management.call("GET", action)["status"]) != "built":
        if status == "failed":
            raise SetUpError(f"Auth0 could not build the Action {name}; its dashboard says why.")
        if clock.steady() + pause > ends_at:
            raise SetUpError(f"The Action {name} is still {status} after {limit:g} seconds; try again later.")
        clock.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _bind_first(name: str, action_id: str, trigger: str, management: Management) -> None:
    """Bind an Action in front of whatever is bound, also what others bind at this moment (`write_list`)."""

    def wanted() -> Body | None:
        bound = bound_to(trigger, management)
        order = in_order(action_id, name, bound)
        if list(bound) == list(order):
            return None
        refs = [
            {"ref": {"type": "action_id", "value": found}, "display_name": display_name}
            for found, display_name in order.items()
        ]
        return {"bindings": refs}

    management.write_list(_bindings(trigger), wanted)


def bound_to(trigger: str, management: Management) -> dict[str, str]:
    """Return the Actions that a trigger runs, in this order: each id with its name there."""
    return {found["action"]["id"]: found["display_name"] for found in management.listing(_bindings(trigger))}


def in_order(action_id: str, name: str, bound: dict[str, str]) -> dict[str, str]:
    """Return what a trigger is to run: the door, and behind it whatever else is bound."""
    return {action_id: name} | bound


def _bindings(trigger: str) -> str:
    return f"/actions/triggers/{trigger}/bindings"
