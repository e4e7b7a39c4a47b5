"""What somebody changed about the tenant itself: the door's Actions, and who may sign up."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from guestlist.auth0 import Auth0, Body
from guestlist.door import as_made, bound_to, in_order
from guestlist.drift_records import DriftKind, Finding
from guestlist.errors import Auth0Refused, Auth0Unavailable
from guestlist.management import Management, SetUpError
from guestlist.tenant import signs_up

DOORS: dict[str, Body] = json.loads(Path(__file__).with_name("doors.json").read_text(encoding="utf-8"))
"""By the name of each of the door's Actions, its trigger and what it is, as `actions.generate` wrote it."""


def tenant_drift(connection: str, auth0: Auth0) -> list[Finding]:
    """Look at what is the whole tenant's: nine calls or a few more.

    Raises:
        Auth0Unavailable: not now. A refusal is a finding.
    """
    management = Management(auth0)
    return [
        *_looked("the door", "read:actions", lambda: list(_doors(management))),
        *_looked(connection, "read:connections", lambda: list(_sign_ups(connection, management))),
    ]


def unchecked(subject: str, scope: str, error: Auth0Refused | Auth0Unavailable) -> Finding:
    """Return that something could not be looked at, and why."""
    return Finding(DriftKind.UNCHECKED, subject, f"{error} (its scope: {scope})")


def _looked(subject: str, scope: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return look()
    except SetUpError as error:
        if isinstance(error.__cause__, Auth0Refused):
            return [unchecked(subject, scope, error.__cause__)]
        if isinstance(error.__cause__, Auth0Unavailable):
            raise error.__cause__ from None
        raise


def _doors(management: Management) -> Iterator[Finding]:
    actions = {action["name"]: action for action in management.listing("/actions/actions")}
    for name, door in DOORS.items():
        action = actions.get(name, {})
        bound = bound_to(door["trigger"], management)
        if action.get("id") not in bound:
            yield Finding(DriftKind.DOOR_UNBOUND, name)
        elif list(bound) != list(in_order(action["id"], name, bound)):
            yield Finding(DriftKind.DOOR_NOT_FIRST, name, f"before it: {next(iter(bound.values()))}")
        if action and (differs := _edited(action, door)):
            yield Finding(DriftKind.DOOR_EDITED, name, differs)


def _edited(action: Body, door: Body) -> str:
    """Return in what an Action is not the door: as it runs, or as the draft that a deploy would run."""
    for state, version in (("deployed", action.get("deployed_version")), ("draft", action)):
        if version is None:
            return "not deployed"
        differs = [name for name, value in as_made(version).items() if door[name] != value]
        if not {*door["secrets"]} <= {secret["name"] for secret in version.get("secrets", [])}:
            differs.append("secrets")
        if differs:
            return f"{state}: {', '.join(differs)}"
    return ""


def _sign_ups(name: str, management: Management) -> Iterator[Finding]:
    connection = management.find("/connections", name=name)
    if connection is None:
        yield Finding(DriftKind.UNCHECKED, name, "There is no connection of this name.")
    elif signs_up(connection):
        yield Finding(DriftKind.SIGN_UPS, name)
