"""The tenant as one application, and as a server on loopback."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from local.servers import Server
from local.tenant import control, idp
from local.tenant.actions import ActionRunner
from local.tenant.authentication import routes as authentication_routes
from local.tenant.bootstrap import bootstrap
from local.tenant.calls import CallLog
from local.tenant.errors import ManagementError
from local.tenant.faults import Faults
from local.tenant.limits import RateLimits
from local.tenant.logins import Logins
from local.tenant.management.api import PREFIX, ManagementApi
from local.tenant.state import State


class ByPrefix:
    """Hands what is under a path to one application, the rest to another; paths stay whole."""

    def __init__(self, prefix: str, under: ASGIApp, rest: ASGIApp) -> None:
        self._prefix = prefix
        self._under = under
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        app = self._under if scope["path"].startswith(self._prefix) else self._rest
        await app(scope, receive, send)


def create_app(state: State, *, runner: ActionRunner) -> ASGIApp:
    """Return the tenant's application.

    A call is noted first, so that the log has those that were refused and those that got no answer; it is
    then counted, so that a fault's answer has the headers too; then it may suffer; then it is answered.
    """
    logins = Logins()
    authentication = Router(authentication_routes(state, runner, logins))
    faults = Faults(state, ByPrefix(PREFIX + "/", ManagementApi(state), authentication))
    apis = CallLog(state, RateLimits(state, faults))
    handlers = {ManagementError: control.refused}
    local = [*control.routes(state, faults), *idp.routes(state, logins)]
    tests = Starlette(routes=local, exception_handlers=handlers)
    return ByPrefix("/_local/", tests, apis)


class Tenant:
    """A new tenant on a port of its own. `bootstrap_client` is the id and secret to set it up with.

    Args:
        tap: what to put in front of it, for a test that has to see all that is asked and answered.
    """

    def __init__(self, tap: Callable[[ASGIApp], ASGIApp] | None = None) -> None:
        self._tap = tap
        self._server = Server("tenant")
        self.url = self._server.url
        self.state = State(self.url)
        bootstrap(self.state)
        self._runner = ActionRunner(now=self.state.clock.now)

    @property
    def bootstrap_client(self) -> tuple[str, str]:
        """Return the client's id and secret."""
        return self.state.bootstrap_client

    def start(self) -> Self:
        """Serve until `stop`."""
        app = create_app(self.state, runner=self._runner)
        self._server.start(self._tap(app) if self._tap else app)
        return self

    def stop(self) -> None:
        """Stop serving and end Node. Safe to call twice."""
        self._server.stop()
        self._runner.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
