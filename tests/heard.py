"""What a stack's API is asked, heard on the way to it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.routes import Routes
from tests.callers_setup import ALL_ROUTES


@dataclass
class Heard:
    """A stack's `tap`."""

    fields: dict[str, set[str]] = field(default_factory=dict)
    """By route: the fields that bodies had, as `/connections/issuer`."""

    def __call__(self, app: ASGIApp) -> ASGIApp:
        """Return the application with an ear in front of it."""
        routes = Routes(route for key, route in ALL_ROUTES.items() if key != "$default")

        async def heard(scope: Scope, receive: Receive, send: Send) -> None:
            body = bytearray()

            async def received() -> Message:
                message = await receive()
                body.extend(message.get("body", b""))
                return message

            await app(scope, received, send)
            if match := routes.match(scope["method"], scope["raw_path"].decode("latin-1")):
                self.fields.setdefault(match.route.key, set()).update(places(json.loads(body or b"{}")))

        return heard


def places(value: object, place: str = "") -> Iterator[str]:
    """Yield where a value's fields are; those of a list's members are at the list's own place."""
    for one in value if isinstance(value, list) else ():
        yield from places(one, place)
    for name, one in value.items() if isinstance(value, dict) else ():
        yield f"{place}/{name}"
        yield from places(one, f"{place}/{name}")
