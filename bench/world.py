"""What the figures share: a stack with an operator at it, and counts of what the tenant was asked."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from local.people import PLAIN, Api, Person, operator
from local.stack import Stack
from local.tenant.app import Tenant
from local.workers import Workers

_numbers = count(1)


@dataclass(frozen=True)
class World:
    """A running stack and the API as an operator uses it."""

    stack: Stack
    api: Api

    def organization(self) -> str:
        """Provision a new organization and return its id."""
        body = {"id": unique("clinic"), "name": "A Clinic"}
        return str(self.api.post("/organizations", json=body).raise_for_status().json()["id"])

    def add(self, email: str, organization: str, **more: object) -> dict[str, Any]:
        """Add somebody at once, and return the member."""
        path, body = f"/organizations/{organization}/members", {"email": email, **more}
        return dict(self.api.post(path, json=body).raise_for_status().json())

    def rest(self) -> None:
        """Let all that is queued be carried out, and what the sweep finds after it."""
        self.stack.workers.idle(120)
        self.stack.workers.tick()
        self.stack.workers.idle(120)

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Let what is queued wait until the end of the block."""
        stack = self.stack
        stack.workers.stop()
        yield
        declared = [function.declared for function in stack.functions.values()]
        invokes = {function.declared.name: function.invoke for function in stack.functions.values()}
        stack.workers = Workers(stack.aws, declared, invokes, retry_seconds=1)
        stack.workers.start()

    def arrays(self) -> dict[str, list[str]]:
        """Return the organizations that each address bears at the tenant."""
        with self.stack.tenant.state.lock:
            users = list(self.stack.tenant.state.users.values())
            return {user["email"]: user.get("app_metadata", {}).get("organizations", []) for user in users}

    def lag(self, seconds: float) -> None:
        """Let the tenant take so long for every call about users from now on; 0 ends it."""
        control(self.stack.tenant, "DELETE", "faults")
        if seconds:
            fault = {"path": "^/api/v2/", "lag": seconds, "times": 1_000_000}
            control(self.stack.tenant, "POST", "faults", fault)


def unique(name: str) -> str:
    """Return a name that nothing else in this process has."""
    return f"{name}{next(_numbers)}"


def address() -> str:
    """Return an address that nobody had before."""
    return f"{unique('person')}@clinic.example"


def control(tenant: Tenant, method: str, what: str, body: object = None) -> None:
    """Tell the tenant how to be."""
    httpx.request(method, f"{tenant.url}/_local/{what}", json=body, verify=PLAIN).raise_for_status()


def management_calls(tenant: Tenant) -> int:
    """Count what the Management API was asked so far, tokens apart."""
    with tenant.state.lock:
        return sum(call["path"].startswith("/api/v2/") for call in tenant.state.calls)


class _Renewed(httpx.Auth):
    """An operator's token, and another one when it has come to its end, which a long run outlives."""

    def __init__(self, stack: Stack, olga: Person) -> None:
        self._stack, self._olga = stack, olga
        self._bearer = self._signed_in()

    def _signed_in(self) -> str:
        with operator(self._stack, self._olga) as api:
            return api.headers["Authorization"]

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a request with the token, and once more with a new one if that is refused."""
        request.headers["Authorization"] = self._bearer
        answer = yield request
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._bearer = self._signed_in()
            request.headers["Authorization"] = self._bearer
            yield request


@contextmanager
def world() -> Iterator[World]:
    """Start a stack whose tenant has no rate limit, and an operator at it."""
    with Stack() as stack, Person(stack, "olga@guestlist.example") as olga:
        control(stack.tenant, "POST", "limits", {"plan": "none"})
        stack.hire_operator(olga.email, olga.password)
        with Api(stack, "") as api:
            api.auth = _Renewed(stack, olga)
            try:
                yield World(stack, api)
            finally:
                stack.workers.stop()
