"""What tests of suspended organizations share: who turns one, and what the door's Actions bear then."""

from typing import Any

from guestlist.organization_records import OrganizationStatus
from guestlist.tenant_drift import DOORS
from local.people import Api
from local.stack import Stack
from tests.accept_setup import store
from tests.front_door import WAIT

CLOSED = "organization_suspended: This organization is suspended."


def turn(api: Api, organization: str, verb: str) -> dict[str, Any]:
    """Suspend or resume an organization, and wait until the door knows."""
    answer = api.post(f"/organizations/{organization}/{verb}", headers=WAIT).raise_for_status()
    return dict(answer.json())


def open_all(stack: Stack, operator: Api) -> None:
    """Have no organization closed that another test suspended."""
    stack.workers.idle()
    cursor: str | None = ""
    while cursor is not None:
        page = store(stack).organizations(limit=100, cursor=cursor or None)
        for found in page.items:
            if found.status is OrganizationStatus.SUSPENDED:
                turn(operator, found.id, "resume")
        cursor = page.next
    assert store(stack).door().closed == ()


def door_actions(stack: Stack) -> list[dict[str, Any]]:
    """Return the door's Actions as the tenant keeps them."""
    with stack.tenant.state.lock:
        found = {action["name"]: dict(action) for action in stack.tenant.state.actions.values()}
    return [found[name] for name in DOORS]
