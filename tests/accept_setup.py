"""What tests of the accept pages share: links, the clock, and states that no route leads to yet."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import httpx

from guestlist import closing
from guestlist.clock import clock
from guestlist.records import Halt, User
from guestlist.request import sweep_request
from guestlist.store import Store
from guestlist.table import Table
from local.environment import variables
from local.people import PLAIN, Api, Person
from local.stack import Stack

HOUR = 3600
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}


def link(api: Api, organization: str, email: str, **more: object) -> str:
    """Invite somebody without a mail and return the link."""
    body = {"email": email, "send": False, "inviter_name": "Olga Orr", **more}
    made = api.post(f"/organizations/{organization}/invites", json=body).raise_for_status()
    return str(made.json()["link"])


def invited(api: Api, organization: str, person: Person, **more: object) -> tuple[str, str]:
    """Invite somebody by mail; return the invite's path and the link in the mail."""
    body = {"email": person.email, "inviter_name": "Olga Orr", **more}
    made = api.post(f"/organizations/{organization}/invites", json=body).raise_for_status()
    person.stack.workers.idle()
    return str(made.headers["location"]), person.link()


def later(stack: Stack, seconds: int) -> None:
    """Let time go by, for all parts of the stack."""
    clock = f"{stack.tenant.url}/_local/clock"
    httpx.post(clock, json={"advance": seconds}, verify=PLAIN).raise_for_status()


@lru_cache(maxsize=2)
def store(stack: Stack) -> Store:
    """Return the real store at the stack's table, whichever other stack this process set up since."""
    return Store(table(stack))


def table(stack: Stack) -> Table:
    """Return the stack's table; a client looks into the environment when it is made."""
    with variables(stack.aws.environment()):
        return Table(stack.aws.physical["Table"]["Ref"])


def table_item(stack: Stack, pk: str, sk: str, change: str = "", **values: str) -> None:
    """Change an item of the table behind everybody's back, or delete it where no change is given."""
    dynamodb, name = stack.aws._client("dynamodb"), stack.aws.physical["Table"]["Ref"]
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    if not change:
        dynamodb.delete_item(TableName=name, Key=key)
        return
    dynamodb.update_item(
        TableName=name,
        Key=key,
        UpdateExpression=change,
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={f":{name}": {"S": value} for name, value in values.items()},
    )


def suspend(stack: Stack, organization: str) -> None:
    """Close an organization."""
    closing.suspend(organization, request=sweep_request("closed", clock.now()), store=store(stack))


def leave(stack: Stack, organization: str) -> None:
    """Have an organization about to be gone; nobody is told to go on with it."""
    closing.offboard(organization, request=sweep_request("left", clock.now()), store=store(stack))


def amend_user(stack: Stack, email: str, change: Callable[[User], User]) -> User:
    """Change the record of a user."""
    kept = store(stack)
    user = kept.user_by_email("Username-Password-Authentication", email)
    assert user is not None
    return kept.amended(user, change(user), when="attribute_exists(#pk)")


def filled(user: User) -> User:
    """Return the user with a profile that has no room for one more organization."""
    return replace(user, foreign=("x" * 8_192,))


def stopped(user: User) -> User:
    """Return the user as one whom a person must look at."""
    return replace(user, halt=Halt.STOPPED, halt_code="account_exists", halted=user.version)


def nonce(page: httpx.Response) -> str:
    """Return what the page's form sends along."""
    found = re.search(r'name="nonce" value="([^"]+)"', page.text)
    return found[1] if found else ""


def heading(page: httpx.Response) -> str:
    """Return the page's first heading."""
    found = re.search(r"<h1>(.*?)</h1>", page.text)
    return found[1] if found else ""


def get(url: str) -> httpx.Response:
    """Open a link as a scanner does, without a cookie."""
    return httpx.get(url, verify=PLAIN)


def shows(page: httpx.Response, status: int, title: str, *, button: bool = False) -> None:
    """Hold a page against its status, its heading, and whether it has the button."""
    assert (page.status_code, heading(page)) == (status, title)
    assert (nonce(page) != "") == button
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert {name: page.headers.get(name) for name in HEADERS} == HEADERS
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'nonce-")
    assert "frame-ancestors 'none'" in policy
    assert "script" not in page.text.lower()
