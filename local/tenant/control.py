"""Control of the tenant by tests, under `/_local`."""

import re
from dataclasses import fields
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.tenant.errors import ManagementError, invalid_body
from local.tenant.faults import Faults
from local.tenant.limits import PLANS
from local.tenant.schema import FLAG, OBJECT, SECONDS, TEXT, WHOLE, Fields, check
from local.tenant.state import Fault, State

FAULT = {
    "method": TEXT,
    "path": TEXT,
    "status": WHOLE,
    "reset": FLAG,
    "timeout": FLAG,
    "land_after": SECONDS,
    "lag": SECONDS,
    "text": TEXT,
    "headers": OBJECT,
    "times": WHOLE,
    "after_effect": FLAG,
}
KINDS = ("status", "reset", "timeout", "land_after", "lag", "text")


class Control:
    """The routes' handlers."""

    def __init__(self, state: State, faults: Faults) -> None:
        self._state = state
        self._faults = faults

    async def read_calls(self, _: Request) -> Response:
        """GET /_local/calls: an array, oldest first."""
        with self._state.lock:
            return JSONResponse(self._state.calls)

    async def delete_calls(self, _: Request) -> Response:
        """DELETE /_local/calls."""
        with self._state.lock:
            self._state.calls.clear()
        return Response(status_code=204)

    async def add_fault(self, request: Request) -> Response:
        """POST /_local/faults: for the next `times` matching calls (1 if absent)."""
        body = await _checked(request, FAULT)
        if all(body.get(kind) is None or body[kind] is False for kind in KINDS):
            raise invalid_body(f"A fault has one of {', '.join(KINDS)}.")
        fault = Fault(**{"method": "", "path": "", **body})
        fault.method = fault.method.upper()
        try:
            re.compile(fault.path)
        except re.error as error:
            raise invalid_body(f"path is not a regular expression: {error}") from error
        with self._state.lock:
            self._state.faults.append(fault)
        return JSONResponse({f.name: getattr(fault, f.name) for f in fields(fault)}, 201)

    async def delete_faults(self, _: Request) -> Response:
        """DELETE /_local/faults; effects that are already on their way still land."""
        with self._state.lock:
            self._state.faults.clear()
        return Response(status_code=204)

    async def set_plan(self, request: Request) -> Response:
        """POST /_local/limits: the buckets are full again."""
        body = await _checked(request, {"plan": TEXT}, ("plan",))
        if body["plan"] not in PLANS:
            raise invalid_body(f"plan is one of {', '.join(PLANS)}.")
        self._state.plan = body["plan"]
        return JSONResponse(body)

    async def advance(self, request: Request) -> Response:
        """POST /_local/clock: answers when all that is due by then has landed."""
        body = await _checked(request, {"advance": SECONDS}, ("advance",))
        self._state.clock.advance(body["advance"])
        await self._faults.settle()
        return JSONResponse({"now": self._state.clock.now()})


def routes(state: State, faults: Faults) -> list[Route]:
    """Return the routes of `/_local`."""
    control = Control(state, faults)
    return [
        Route("/_local/calls", control.read_calls, methods=["GET"]),
        Route("/_local/calls", control.delete_calls, methods=["DELETE"]),
        Route("/_local/faults", control.add_fault, methods=["POST"]),
        Route("/_local/faults", control.delete_faults, methods=["DELETE"]),
        Route("/_local/limits", control.set_plan, methods=["POST"]),
        Route("/_local/clock", control.advance, methods=["POST"]),
    ]


def refused(_: Request, error: Exception) -> Response:
    """Answer a refusal; registered for ManagementError alone."""
    if not isinstance(error, ManagementError):
        raise error
    return JSONResponse(error.answer(), error.status)


async def _checked(request: Request, allowed: Fields, required: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 - JSON
    try:
        body = await request.json()
    except ValueError as error:
        raise invalid_body("The body is not JSON.") from error
    return check(body, allowed, required)
