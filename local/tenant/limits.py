"""Rate limits as on each plan: token buckets, filled by the tenant's clock."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.tenant.errors import too_many_requests
from local.tenant.state import State

MANAGEMENT = "/api/v2/"
USERS = {"GET": "read_users", "HEAD": "read_users", "DELETE": "delete_users"}


class Rate(NamedTuple):
    """A bucket's size (the burst) and how many calls it regains per second."""

    burst: int
    per_second: float


UNLIMITED = Rate(1_000_000, 1_000_000)
PLANS: dict[str, dict[str, Rate]] = {
    "none": {"all": UNLIMITED},
    "free": {"all": Rate(2, 2)},
    "enterprise": {"all": Rate(50, 16)},
    "essentials": {
        "read_users": Rate(40, 500 / 60),
        "write_users": Rate(20, 200 / 60),
        "delete_users": Rate(20, 200 / 60),
        "other": Rate(10, 150 / 60),
    },
}
"""[rate-limit-configurations: free-public, essentials-professional-b2b, enterprise-public (production)].

Free and Enterprise share one bucket for all calls. Assumed: a user's sub-resources count as `other`.
"""


def bucket_of(method: str, path: str) -> str:
    """Return the kind of a call: users read, written, deleted; other Management calls; authentication."""
    if not path.startswith(MANAGEMENT):
        return "authentication"
    resource, *more = path.removeprefix(MANAGEMENT).split("/")
    if resource == "users-by-email" or (resource == "users" and len(more) < 2):  # noqa: PLR2004 - id alone
        return USERS.get(method, "write_users")
    return "other"


@dataclass
class Bucket:
    """What is left of a rate, and since when it has been filling (seconds of the tenant's clock)."""

    rate: Rate
    left: float
    at: float

    def take(self, now: float) -> tuple[bool, int, float]:
        """Return whether a call may go on, the calls left after it, and the seconds until one is regained."""
        self.left = min(self.rate.burst, self.left + (now - self.at) * self.rate.per_second)
        self.at = now
        allowed = self.left >= 1
        if allowed:
            self.left -= 1
        missing = max(0.0, math.floor(self.left) + 1 - self.left)
        return allowed, math.floor(self.left), missing / self.rate.per_second


class RateLimits:
    """Stands before the Management API: refuses what is too much, tells every caller what is left."""

    def __init__(self, state: State, app: ASGIApp) -> None:
        self._state = state
        self._app = app
        self._plan = state.plan
        self._buckets: dict[str, Bucket] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a call pass with its `x-ratelimit-*` headers, or answer 429 with them."""
        kind = bucket_of(scope["method"], scope["raw_path"].decode("ascii"))
        if kind == "authentication":
            await self._app(scope, receive, send)
            return
        bucket = self._bucket(kind)
        now = self._state.clock.now()
        allowed, left, wait = bucket.take(now)
        reset = math.ceil(now + wait)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # What a fault was told to say of them stands.
                headers.setdefault("x-ratelimit-limit", str(bucket.rate.burst))
                headers.setdefault("x-ratelimit-remaining", str(left))
                headers.setdefault("x-ratelimit-reset", str(reset))
            await send(message)

        app = self._app if allowed else JSONResponse(too_many_requests().answer(), 429)
        await app(scope, receive, send_with_headers)

    def _bucket(self, kind: str) -> Bucket:
        """Return the bucket that a kind of call takes from; a new plan begins with full ones."""
        if self._plan != self._state.plan:
            self._plan = self._state.plan
            self._buckets.clear()
        rates = PLANS[self._plan]
        name = kind if kind in rates else "all"
        if name not in self._buckets:
            self._buckets[name] = Bucket(rates[name], rates[name].burst, self._state.clock.now())
        return self._buckets[name]
