"""What the HTTP API takes when somebody asks for a set-up link."""

from dataclasses import dataclass

from guestlist.errors import Unacceptable

SHORTEST, USUAL, LONGEST = 3600, 24 * 3600, 432_000
"""Seconds for which a link can be opened; five days are Auth0's most. Who opened it has five hours then."""


@dataclass(frozen=True)
class SetupLinkRequest:
    """Which link somebody wants."""

    connection: str
    """Its name; empty: the organization has just the one."""
    life: int
    """Seconds."""


def asked_for(body: object) -> SetupLinkRequest:
    """Return what a body asks for: `{"connection": "clinicA-1f2e3d4c", "expires_in": 86400}`, or less of it.

    Raises:
        Unacceptable: it is of another shape.
    """
    if not isinstance(body, dict) or body.keys() - {"connection", "expires_in"}:
        detail = "is an object, of `connection` and `expires_in` at most"
        raise Unacceptable(errors=[{"pointer": "#", "detail": detail}])
    connection, life = body.get("connection", ""), body.get("expires_in", USUAL)
    errors = []
    if not isinstance(connection, str):
        errors.append({"pointer": "#/connection", "detail": "is a connection's name"})
    # `true` would be a number.
    if type(life) is not int or not SHORTEST <= life <= LONGEST:
        detail = f"is a number of seconds, from {SHORTEST} to {LONGEST}"
        errors.append({"pointer": "#/expires_in", "detail": detail})
    if errors:
        raise Unacceptable(errors=errors)
    return SetupLinkRequest(connection, life)
