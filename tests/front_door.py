"""What tests of the whole stack share: people who join, the tenant's log and documents, the table."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from moto.dynamodb.models import dynamodb_backends

from local.moto_fit import LOCK
from local.people import PLAIN, Api, Person
from local.stack import Stack
from local.template import REGION

WAIT = {"Prefer": "wait=10"}
_numbers = itertools.count(1)


def unique(name: str) -> str:
    """Return a name that no other test of this run has."""
    return f"{name}-{next(_numbers)}"


def provision(api: Api, **more: object) -> str:
    """Provision a new organization and return its id."""
    organization = unique("clinic")
    body = {"id": organization, "name": organization.title(), **more}
    return str(api.post("/organizations", json=body).raise_for_status().json()["id"])


def invite(api: Api, organization: str, person: Person, **more: object) -> dict[str, Any]:
    """Invite somebody, wait until the mail is sent, and return the invite."""
    body = {"email": person.email, **more}
    made = api.post(f"/organizations/{organization}/invites", json=body).raise_for_status()
    person.stack.workers.idle()
    return dict(made.json())


def join(api: Api, organization: str, person: Person, **more: object) -> None:
    """Have somebody invited, who accepts and sets a password."""
    invite(api, organization, person, **more)
    person.join()


def add(api: Api, organization: str, person: Person, **more: object) -> dict[str, Any]:
    """Add somebody at once, wait until Auth0 knows, and return the member."""
    body = {"email": person.email, **more}
    added = api.post(f"/organizations/{organization}/members", json=body, headers=WAIT).raise_for_status()
    return dict(added.json())


@contextmanager
def counted(stack: Stack) -> Iterator[list[str]]:
    """Give a list that holds, after the block, the Management API calls that it and its queued work made."""
    stack.workers.idle()
    before, made = len(_management_calls(stack)), list[str]()
    yield made
    stack.workers.idle()
    made += _management_calls(stack)[before:]


def _management_calls(stack: Stack) -> list[str]:
    """Return the calls, as `PATCH /api/v2/users/x`; those that only showed a token's end are no work."""
    calls = httpx.get(f"{stack.tenant.url}/_local/calls", verify=PLAIN).json()
    asked = [call for call in calls if call["path"].startswith("/api/v2/") and call["status"] != 401]
    return [f"{call['method']} {call['path']}" for call in asked]


def suffer(stack: Stack, **fault: object) -> None:
    """Tell the tenant to fail."""
    httpx.post(f"{stack.tenant.url}/_local/faults", json=fault, verify=PLAIN).raise_for_status()


def pass_time(stack: Stack, *, seconds: int) -> None:
    """Let the stack's clock jump ahead."""
    jump = {"advance": seconds}
    httpx.post(f"{stack.tenant.url}/_local/clock", json=jump, verify=PLAIN).raise_for_status()


def accounts(stack: Stack, email: str) -> list[dict[str, Any]]:
    """Return the accounts with this address at Auth0; the log of calls does not see it."""
    with stack.tenant.state.lock:
        return [dict(user) for user in stack.tenant.state.users.values() if user.get("email") == email]


def organizations_at_auth0(stack: Stack, person: Person) -> list[str]:
    """Return the array that the person's only account bears."""
    [account] = accounts(stack, person.email)
    return list(account["app_metadata"]["organizations"])


def items(stack: Stack) -> list[dict[str, Any]]:
    """Return every item of the table as DynamoDB shows it, in one order; moto's own Scan takes seconds."""
    name = stack.aws.physical["Table"]["Ref"]
    with LOCK:
        table = dynamodb_backends[stack.aws.account][REGION].tables[name]
        found = [dict(item.to_json()["Attributes"]) for item in table.all_items()]
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def audited(stack: Stack, organization: str, action: str) -> list[str]:
    """Return the subjects of an organization's audit records of one action."""
    of_action = [item for item in items(stack) if item.get("action") == {"S": action}]
    return [item["subject"]["S"] for item in of_action if item["organization"]["S"] == organization]
