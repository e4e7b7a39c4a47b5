"""Auth0 in this process: the local tenant behind httpx's own door, with a way there and a way back."""

import asyncio
import copy
from typing import Any

import httpx
from starlette.types import Message

from guestlist.auth0 import DEADLINE, Auth0
from guestlist.deadline import remaining
from guestlist.door import set_up_door
from guestlist.door_configuration import RESOLVER_SECRET, SECRET_NAME, DoorConfiguration
from guestlist.login_policy import Source
from guestlist.management import Management
from local import stack
from local.tenant.actions import ActionRunner
from local.tenant.app import create_app
from local.tenant.bootstrap import bootstrap
from local.tenant.state import State
from tests.robustness.effects import Effect, Fate, Kind, Wire

URL = "https://tenant.example"
LIMITED = {"error": "Too Many Requests", "errorCode": "too_many_requests", "statusCode": 429}
LANDED = "landed"
SETTINGS = {
    SECRET_NAME: DoorConfiguration("https://guestlist.example/claims", (Source.QUERY,)).to_json(),
    RESOLVER_SECRET: "nobody is asked",
}
"""The door's secrets."""
MADE = ("actions", "connections", "connection_clients", "clients")
"""What stands there at the beginning of every history."""
BROKEN = {"reset": httpx.ReadError, "timeout": httpx.ReadTimeout}


class Tenant:
    """One tenant for all histories of a process: its keys take long to make."""

    def __init__(self) -> None:
        self.state = State(URL)
        bootstrap(self.state)
        self._runner = ActionRunner(now=self.state.clock.now)
        self._app = create_app(self.state, runner=self._runner)
        self._loop = asyncio.new_event_loop()
        self.wire: Wire | None = None
        owner = self.client()
        new = {"name": stack.CONNECTION, "strategy": "auth0"}
        connection = owner.call("POST", "/connections", new).body["id"]
        clients: Any = [{"client_id": self.state.bootstrap_client[0], "status": True}]
        owner.call("PATCH", f"/connections/{connection}/clients", clients)
        set_up_door(SETTINGS, stack.DOOR, Management(owner))
        self.profile = str(owner.call("POST", "/self-service-profiles", {"name": "Guestlist"}).body["id"])
        """The self-service profile by which set-up links are made."""
        self._made = {name: copy.deepcopy(getattr(self.state, name)) for name in MADE}
        owner.close()

    def close(self) -> None:
        """End what runs in the background."""
        self._loop.close()

    def client(self, deadline: float = DEADLINE) -> Auth0:
        """Return the Management API as one process's client uses it, with its seconds for a call."""
        client_id, client_secret = self.state.bootstrap_client
        credentials = {"client_id": client_id, "client_secret": client_secret}
        return Auth0(URL, lambda: credentials, deadline=deadline, transport=Transport(self))

    def empty(self, wire: Wire) -> None:
        """Begin with no user, for another history."""
        self.wire = wire
        self.state.clock = wire.simulation  # type: ignore[assignment] # it has `now`, and is never advanced
        state = self.state
        kept: tuple[Any, ...] = (state.users, state.credentials, state.authentication_methods, state.tickets)
        signed_in: tuple[Any, ...] = (state.sessions, state.refresh_tokens)
        for of_history in (*kept, *signed_in, state.sso_tickets, state.calls, state.mails):
            of_history.clear()
        for name, made in self._made.items():
            found = getattr(state, name)
            found.clear()
            found.update(copy.deepcopy(made))
        # What is left of a rate limit is of the history before, too, in whose time it may be later.
        self._app = create_app(state, runner=self._runner)

    def deployed(self) -> dict[str, dict[str, str]]:
        """Return the secrets of each Action as it runs, by name, but for the door's settings."""
        versions = {action["name"]: action["deployed_version"] for action in self.state.actions.values()}
        return {
            name: {one["name"]: one["value"] for one in version["secrets"] if one["name"] not in SETTINGS}
            for name, version in versions.items()
        }

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request at once."""
        return self._loop.run_until_complete(self._answered(request))

    async def _answered(self, request: httpx.Request) -> httpx.Response:
        started: dict[str, Any] = {}
        body: list[bytes] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.content, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                body.append(message["body"])

        await self._app(_scope(request), receive, send)
        return httpx.Response(started["status"], headers=started["headers"], content=b"".join(body))


class Transport(httpx.BaseTransport):
    """The network between a process and the tenant: whatever was sent arrives, even if its sender is gone."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request there and its answer back, within the deadline of whoever waits."""
        wire = self._tenant.wire
        if wire is None:
            return self._tenant.answer(request)
        name = f"{request.method} {request.url.path.removeprefix('/api/v2')}"
        effect = Effect(Kind.AUTH0, name, wire.simulation.process)
        return self._through(wire, effect, wire.fate(effect), request)

    def _through(self, wire: Wire, effect: Effect, fate: Fate, request: httpx.Request) -> httpx.Response:
        simulation, left = wire.simulation, remaining()
        if left <= 0:
            raise httpx.WriteTimeout("the deadline was over before it was sent", request=request)
        if fate.refused:
            simulation.sleep(min(left, fate.there))
            return _refused(fate.refused, request, simulation.now())
        answers: list[httpx.Response] = []

        def land() -> None:
            answers.append(self._tenant.answer(request))
            wire.took_place(effect)

        if simulation.process is None:
            land()
            return answers[0]
        simulation.spawn(LANDED, land, after=fate.there)
        if fate.dies_after:
            simulation.sleep(min(left, fate.there))
            simulation.die()
        simulation.sleep(min(left, fate.there + fate.back))
        if not answers or fate.there + fate.back > left:
            raise httpx.ReadTimeout("the deadline is over", request=request)
        return _spoiled(answers[0], fate.spoiled, request)


def _scope(request: httpx.Request) -> dict[str, Any]:
    raw_path, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "method": request.method,
        "path": request.url.path,
        "raw_path": raw_path,
        "query_string": query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 1),
        "server": ("tenant.example", 443),
        "scheme": "https",
        "http_version": "1.1",
    }


def _refused(how: str, request: httpx.Request, now: float) -> httpx.Response:
    """Return or raise what comes in place of an effect that never takes place."""
    if how == "unreachable":
        raise httpx.ConnectError("no route to host", request=request)
    if how == "429":
        return httpx.Response(429, headers={"x-ratelimit-reset": str(int(now) + 2)}, json=LIMITED)
    if how == "429 silent":
        return httpx.Response(429, json=LIMITED)
    if how == "401":
        return httpx.Response(401, json={"statusCode": 401, "error": "Unauthorized", "message": "Expired"})
    return httpx.Response(int(how), json={"statusCode": int(how), "error": "Server Error"})


def _spoiled(answer: httpx.Response, how: str, request: httpx.Request) -> httpx.Response:
    """Return or raise what is heard in place of the true answer, after the effect."""
    if how in BROKEN:
        raise BROKEN[how](how, request=request)
    if how == "garbled":
        return httpx.Response(200, content=b"<html>an answer of somebody in between</html>")
    return httpx.Response(int(how), json={"statusCode": int(how)}) if how else answer
